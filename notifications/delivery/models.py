"""Store broadcasts, deliveries (partitioned by month of publishing), receipts and alarms."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.delivery.acts import Resending
from notifications.delivery.dimensions import NarrowedBroadcast
from notifications.delivery.parts import MessagePart
from notifications.delivery.states import DeliveryState, HoldStep
from notifications.delivery.taken import TakenCallback
from notifications.subscribers.models import Address
from statuspage.statements.models import Statement

__all__ = ["MessagePart", "Resending", "TakenCallback"]  # Django looks for models here


class BroadcastState(models.TextChoices):
    """The state of a broadcast."""

    EXPANDING = "expanding", _("Finding recipients")
    SENDING = "sending", _("Sending")
    FINISHED = "finished", _("Finished")
    HELD = "held", _("On hold")


class AgentsGet(models.TextChoices):
    """Whether agents get a broadcast; merchants do, unless agents alone get it."""

    TOO = "too", _("Agents too")
    ONLY = "only", _("Agents only")
    NOT = "not", _("Not agents")


class Broadcast(NarrowedBroadcast):
    """One statement to an audience: the outbox row written when it is published."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.PROTECT, related_name="broadcast"
    )
    state = models.CharField(
        max_length=10, choices=BroadcastState.choices, default=BroadcastState.EXPANDING
    )
    topic = models.CharField(max_length=20)
    # Public ids of the components concerned; empty when the statement is about none.
    components = ArrayField(models.CharField(max_length=12), default=list)
    # Merchant categories addressed; empty means every one.
    categories = ArrayField(models.CharField(max_length=10), default=list)
    # Names of the media that send it; empty (before there was a policy) means every one.
    channels = ArrayField(models.CharField(max_length=20), default=list)
    # The statement whose named merchants alone are addressed; null means everyone concerned.
    named = models.BigIntegerField(null=True)
    agents = models.CharField(
        max_length=10,
        choices=AgentsGet.choices,
        default=AgentsGet.TOO,
        db_default=AgentsGet.TOO,
    )
    # Also sent at night.
    wakes = models.BooleanField(default=False)
    # Newer statements that replace this one: what has not been sent by then is never sent late.
    superseded_by = ArrayField(models.BigIntegerField(), default=list)
    # Expanding goes through the addresses by id from `cursor` up to `upper`, which is fixed at the
    # start so that nobody who joins later gets it twice.
    cursor = models.BigIntegerField(default=0)
    upper = models.BigIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    expanded_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # When next to ask for receipts that never came; null once none is awaited any more.
    receipts_due_at = models.DateTimeField(null=True, db_default=Now())
    # How many it has reached, by channel, as of `counted_at`, for the public page.
    told = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True)
    # How many messages were tried and came to an end, and how many of these reached nobody.
    tried = models.PositiveIntegerField(db_default=0)
    failed = models.PositiveIntegerField(db_default=0)

    class Meta:
        verbose_name = _("broadcast")
        verbose_name_plural = _("broadcasts")
        ordering = ["-statement_id"]
        indexes = [
            models.Index(
                fields=["state"], name="broadcast_unfinished", condition=~models.Q(state="finished")
            ),
            models.Index(
                fields=["receipts_due_at"],
                name="broadcast_receipts_due",
                condition=models.Q(receipts_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Hold(models.Model):
    """A broadcast that was unfinished in the backup from which the database was restored."""

    broadcast = models.OneToOneField(
        Broadcast, primary_key=True, on_delete=models.PROTECT, related_name="hold"
    )
    since = models.DateTimeField(db_default=Now())
    step = models.CharField(max_length=10, choices=HoldStep.choices, default=HoldStep.WAITING)
    # When the step began.
    step_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        ordering = ["-broadcast_id"]

    def __str__(self) -> str:
        return f"#{self.broadcast_id} {self.step}"


class Delivery(models.Model):
    """One statement to one address.

    The table is created by SQL in a migration, because Django does not support partitions. Its
    references have no database constraint: erasing an address must keep the counts.
    """

    statement = models.ForeignKey(
        Statement, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    published_at = models.DateTimeField()
    address = models.ForeignKey(
        Address, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    channel = models.CharField(max_length=20)
    # The medium's queue that it waits in: a country with providers of its own, or empty.
    route = models.CharField(max_length=20, default="", blank=True)
    # The provider of the last attempt.
    provider = models.CharField(max_length=20, default="", blank=True)
    language = models.CharField(max_length=10)
    state = models.CharField(max_length=12, choices=DeliveryState.choices)
    due_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    attempt_id = models.UUIDField(null=True)
    # Grows with every claim; a result is only written by the claim that still holds it.
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    first_tried_at = models.DateTimeField(null=True)
    # A try ended without a clear answer, and no look-up has shown since that it failed: what is no
    # longer to be sent then is `unconfirmed`, not `superseded` or `suppressed`.
    may_be_sent = models.BooleanField(default=False)
    # It waits to be repeated, which the receiver only recognises until then.
    repeat_until = models.DateTimeField(null=True)
    # How many look-ups at the provider found nothing.
    looks = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=80, default="", blank=True)
    reason = models.CharField(max_length=30, default="", blank=True)
    code = models.CharField(max_length=40, default="", blank=True)
    # Billed parts, cost and month of the last try, as long as it was accepted or may have been.
    segments = models.PositiveSmallIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=4, default=0)
    booked_in = models.DateField(null=True)
    # When it was made, or last put back as if it were new (ledger.RESET).
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        managed = False
        db_table = "delivery_delivery"
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"#{self.statement_id} {self.channel} {self.state}"


class Receipt(models.Model):
    """A receipt as the provider sent it; applied once, however often the provider repeats it."""

    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=160)
    provider_id = models.CharField(max_length=80)
    delivery_id = models.BigIntegerField(null=True)
    attempt_id = models.UUIDField(null=True)
    state = models.CharField(max_length=12)
    reason = models.CharField(max_length=30, blank=True)
    code = models.CharField(max_length=40, blank=True)
    suppress = models.BooleanField(default=False)
    # Of the number that it is about, where the provider says it: the keyed hash, as of addresses.
    address_index = models.CharField(max_length=64, db_default="", default="", blank=True)
    # When the provider took the message, by its own clock.
    submitted_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField(db_default=Now())
    applied_at = models.DateTimeField(null=True)
    # One whose delivery is not known yet is looked at again later, without blocking others.
    look_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["channel", "key"], name="receipt_once")]
        indexes = [
            models.Index(
                fields=["look_at"], name="receipt_waiting", condition=models.Q(applied_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.provider_id} {self.state}"


class DeliveryCount(models.Model):
    """The counts that remain of a broadcast's deliveries after the retention period."""

    broadcast = models.ForeignKey(Broadcast, on_delete=models.PROTECT, related_name="counts")
    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=12, choices=DeliveryState.choices)
    count = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()
    # How many of them were sent within so long after publishing.
    within_one_minute = models.PositiveIntegerField()
    within_five_minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["broadcast", "channel", "state"], name="count_once")
        ]

    def __str__(self) -> str:
        return f"#{self.broadcast_id} {self.channel} {self.state}: {self.count}"


class Spending(models.Model):
    """The cost of a month's SMS by the price list, reserved before each is sent."""

    # The first day of the month, in Asia/Shanghai.
    month = models.DateField(primary_key=True)
    spent = models.DecimalField(max_digits=14, decimal_places=4, default=0)
    segments = models.BigIntegerField(default=0)
    # How many messages the cap has stopped.
    stopped = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spendings")

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.spent}"


class Alarm(models.Model):
    """A problem that staff must know about; open until it is over."""

    class Kind(models.TextChoices):
        """What went wrong."""

        BUDGET_NEAR = "budget_near", _("The month's SMS budget is nearly used up")
        BUDGET_SPENT = "budget_spent", _("The month's SMS budget is used up: SMS are stopped")
        PROVIDER_DOWN = "provider_down", _("A provider is not responding")
        PROVIDER_REFUSES = "provider_refuses", _("A provider refuses every message")
        NO_TEMPLATE = "no_template", _("Messages wait for an approved template")
        TEMPLATE_LOST = "template_lost", _("A template can no longer be used")
        ENGINE_AWAY = "engine_away", _("A database is not responding")
        WORKERS_SILENT = "workers_silent", _("No worker is running: nothing is sent")
        BEAT_SILENT = "beat_silent", _("The scheduler (beat) is not running")
        BROADCAST_STUCK = "broadcast_stuck", _("A broadcast has come to a halt")
        CHANNEL_STUCK = "channel_stuck", _("Messages are due but none is sent")
        MANY_FAILED = "many_failed", _("Many messages have failed")
        PAGE_FILES = "page_files", _("Page files cannot be written")
        LOG_BROKEN = "log_broken", _("The public log failed its own check")
        LOG_COPY = "log_copy", _("This machine's copy of the log cannot be written")
        CODES_UNENTERED = "codes_unentered", _("Few of the codes sent by SMS are entered")
        CODES_CEILING = (
            "codes_ceiling",
            _("A ceiling of codes by SMS is reached: people are refused"),
        )

    kind = models.CharField(max_length=20, choices=Kind.choices)
    # The month, provider, database, broadcast or machine it is about.
    subject = models.CharField(max_length=64, blank=True)
    # How many of how many, for alarms about figures.
    figures = models.CharField(max_length=40, default="", db_default="", blank=True)
    raised_at = models.DateTimeField(db_default=Now())
    told_at = models.DateTimeField(null=True)
    # When a watch last saw what it is about; null for alarms that end in another way.
    seen_at = models.DateTimeField(null=True)
    over_at = models.DateTimeField(null=True)
    over_told_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], name="alarm_open_once", condition=models.Q(over_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class Movement(models.Model):
    """The last change of a queue that has something to do, so that one at a halt is noticed."""

    # The alarm that is raised when it stands still.
    kind = models.CharField(max_length=20)
    subject = models.CharField(max_length=40)
    # What is first in the queue, or how far it has got: another value is a movement.
    mark = models.CharField(max_length=80)
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="movement_of_one_queue")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"


class RefusedCallback(models.Model):
    """The number of callbacks that a channel refused on a day, so that forged ones are noticed."""

    channel = models.CharField(max_length=20)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="refused_once")]

    def __str__(self) -> str:
        return f"{self.channel} {self.day}: {self.count}"
