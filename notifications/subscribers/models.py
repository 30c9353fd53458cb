"""Subscriber -> Address -> Subscription, with the consent that allows it."""

from typing import ClassVar, Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.subscribers.attributes import AgentAttributes, MerchantAttributes
from notifications.subscribers.message_consents import MessageConsent as MessageConsent
from notifications.subscribers.staff_contacts import StaffContact as StaffContact
from notifications.subscribers.staff_contacts import TrialMessage as TrialMessage
from statuspage.notices.audience import MerchantCategory
from statuspage.statements.ids import new_id
from statuspage.uploads.models import (
    AbstractUpload,
    AbstractUploadPart,
    AbstractUploadProblem,
    UploadState,
)


class Topic(models.TextChoices):
    """What a statement is about, as a subscriber sees it."""

    INCIDENT = "incident", _("Incidents")
    MAINTENANCE = "maintenance", _("Planned maintenance")
    NOTICE = "notice", _("Settlement notices")


ALL_TOPICS: Final = tuple(Topic.values)


class Subscriber(MerchantAttributes, AgentAttributes):
    """A person or firm that wants notifications."""

    # Unique by a constraint: `unique` and `db_index` make a second index, for searches by LIKE.
    public_id = models.CharField(max_length=12, default=new_id, editable=False)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    # Empty: they did not say, and get messages for every category.
    category = models.CharField(
        _("category"), max_length=10, choices=MerchantCategory.choices, blank=True
    )
    # Answers merchants' questions; gets the notices that are for agents, whatever the category.
    agent = models.BooleanField(_("agent"), default=False, db_default=False)
    # Do not write at night, by the clock of `timezone`, unless it is critical.
    quiet = models.BooleanField(_("quiet hours at night"), default=True)
    timezone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    # Told once: by the address of the lowest position, and by the next where that one failed.
    one_by_one = models.BooleanField(_("one channel at a time"), default=False)
    # Keyed hash of the merchant number and the last digits of the phone on file, if they entered
    # them: it finds their own transactions (statuspage.settlement.affected.hashes).
    merchant_key = models.BinaryField(max_length=32, null=True)
    # Grows with every change, by a trigger: whatever changes it, an import in SQL as well.
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("subscriber")
        verbose_name_plural = _("subscribers")
        constraints = [models.UniqueConstraint(fields=["public_id"], name="subscriber_once")]

    def __str__(self) -> str:
        return self.public_id


class Address(models.Model):
    """One way to reach a subscriber; encrypted, found by its blind index."""

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="addresses")
    channel = models.CharField(_("channel"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=AddressKind.choices)
    sealed = models.BinaryField()
    blind_index = models.CharField(max_length=64)
    masked = models.CharField(_("address"), max_length=80)
    # Country calling code of a phone number, by which SMS are priced.
    country = models.CharField(max_length=3, blank=True)
    # A webhook's signing secret, sealed like the address itself.
    sealed_secret = models.BinaryField(null=True)
    # Where a subscriber is notified once, the lowest position is tried first.
    position = models.PositiveSmallIntegerField(default=0)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    suppressed_at = models.DateTimeField(_("suppressed at"), null=True)
    suppressed_for = models.CharField(_("suppression reason"), max_length=30, blank=True)
    # The day in China on which a carrier first did not know the number; see services/doubts.py.
    doubted_on = models.DateField(null=True)
    # When a code last reached it, or staff reactivated it: what a provider reports of an older
    # message stops it no more.
    revived_at = models.DateTimeField(null=True)
    # Failures in a row, and when the first of them was: too many too fast mean quarantine.
    failures = models.PositiveSmallIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    # By PostgreSQL's clock: an erasure counts for what is older than itself.
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        constraints = [
            models.UniqueConstraint(fields=["channel", "blind_index"], name="address_once")
        ]
        indexes = [models.Index(fields=["masked"], name="address_masked")]

    def __str__(self) -> str:
        return f"{self.channel} {self.masked}"


class Subscription(models.Model):
    """What an address wants to hear about."""

    address = models.OneToOneField(
        Address, primary_key=True, on_delete=models.CASCADE, related_name="subscription"
    )
    topics = ArrayField(
        models.CharField(max_length=20, choices=Topic.choices), verbose_name=_("topics")
    )
    # Public ids of components; empty means all of them, also those still to come.
    components = ArrayField(
        models.CharField(max_length=12), verbose_name=_("components"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")

    def __str__(self) -> str:
        return ", ".join(self.topics)


class SignUp(MerchantAttributes):
    """A request that waits for its code; it changes nothing until confirmed."""

    class Purpose(models.TextChoices):
        """What the right code opens."""

        SUBSCRIBE = "subscribe", _("Subscribe")
        MANAGE = "manage", _("Manage")
        LOOKUP = "lookup", _("Look up a transaction")
        STAFF = "staff", _("Test messages to staff")

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.SUBSCRIBE)
    channel = models.CharField(max_length=20)
    kind = models.CharField(max_length=10, choices=AddressKind.choices)
    sealed = models.BinaryField()
    blind_index = models.CharField(max_length=64, db_index=True)
    masked = models.CharField(max_length=80)
    language = models.CharField(max_length=10)
    category = models.CharField(max_length=10, blank=True)
    topics = ArrayField(models.CharField(max_length=20), default=list)
    components = ArrayField(models.CharField(max_length=12), default=list)
    # They want to be called as well, in critical moments.
    calls = models.BooleanField(default=False, db_default=False)
    text_version = models.CharField(max_length=40)
    notice_version = models.CharField(max_length=40, default="", db_default="")
    transfer_version = models.CharField(max_length=40, default="", db_default="")
    # When the newest code was asked for; a worker sends it within two minutes or not at all.
    requested_at = models.DateTimeField(db_default=Now())
    # Keyed hash of the code; empty until a worker has made it.
    code_hash = models.CharField(max_length=64, blank=True)
    # Set before the first byte leaves, so that no second worker sends another code.
    code_sent_at = models.DateTimeField(null=True)
    # Why the newest code could not be sent, one of channels.outcomes.Reason.
    failure = models.CharField(max_length=30, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("sign-up")
        verbose_name_plural = _("sign-ups")
        indexes = [
            models.Index(fields=["created_at"]),
            models.Index(
                fields=["requested_at"],
                name="signup_unsent",
                condition=models.Q(code_sent_at=None, used_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.masked


class CodeRequest(models.Model):
    """A code that was asked for by SMS, kept for two days to count; it names nobody."""

    # The country's calling code.
    country = models.CharField(max_length=3)
    signup = models.ForeignKey(SignUp, null=True, on_delete=models.SET_NULL, related_name="codes")
    at = models.DateTimeField(db_default=Now())
    entered_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], name="code_request_at")]

    def __str__(self) -> str:
        return f"+{self.country} {self.at}"


class CodeCeiling(models.Model):
    """When a ceiling of codes last refused somebody."""

    # The calling code whose ceiling it was; empty: that of all together.
    country = models.CharField(max_length=3, primary_key=True)
    hit_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"+{self.country} {self.hit_at}"


class Consent(models.Model):
    """When, how and to which words someone agreed, or withdrew; kept after an erasure."""

    class Act(models.TextChoices):
        """What they did."""

        GIVEN = "given", _("Given")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    address = models.ForeignKey(
        Address, null=True, on_delete=models.SET_NULL, related_name="consents"
    )
    # Of an erased address: who has the address can prove it, nobody else sees whose it was.
    blind_index = models.CharField(max_length=64, blank=True, db_default="", default="")
    act = models.CharField(max_length=10, choices=Act.choices)
    source = models.CharField(_("method"), max_length=60)
    text_version = models.CharField(_("text version"), max_length=40)
    # Of the privacy notice, and of the separate consent to a transfer abroad; empty: not asked for.
    notice_version = models.CharField(max_length=40, blank=True, default="", db_default="")
    transfer_version = models.CharField(max_length=40, blank=True, default="", db_default="")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [
            models.Index(
                fields=["blind_index"],
                name="consent_of_erased",
                condition=models.Q(address=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.source}"


class AgreedText(models.Model):
    """The words of a version that somebody agreed to, by language; kept as long as proof may be."""

    version = models.CharField(max_length=40, primary_key=True)
    text = models.JSONField()
    since = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("agreed text")
        verbose_name_plural = _("agreed texts")

    def __str__(self) -> str:
        return self.version


class Withdrawal(models.Model):
    """That an address was erased, stopped or resumed, by its keyed hash.

    Kept beside the database as well, until the oldest backup is gone: a restore applies it again.
    """

    class Act(models.TextChoices):
        """What its owner asked for."""

        ERASED = "erased", _("Erased")
        STOPPED = "stopped", _("Stopped")
        RESUMED = "resumed", _("Resumed")

    act = models.CharField(max_length=10, choices=Act.choices)
    channel = models.CharField(max_length=20)
    blind_index = models.CharField(max_length=64)
    reason = models.CharField(max_length=30, blank=True, default="", db_default="")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = _("withdrawal")
        verbose_name_plural = _("withdrawals")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "blind_index", "act", "at"], name="withdrawal_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.act} {self.channel}"


class Import(AbstractUpload):
    """A file of subscribers."""

    labels: ClassVar = {
        UploadState.DONE: _("Imported"),
        UploadState.UNREADABLE: _("Not a subscriber list"),
    }

    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)

    class Meta(AbstractUpload.Meta):
        verbose_name = _("subscriber import")
        verbose_name_plural = _("subscriber imports")


class ImportPart(AbstractUploadPart):
    """A piece of such a file, encrypted like the addresses in it."""

    upload = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="parts")


class ImportProblem(AbstractUploadProblem):
    """What is wrong with a line of it."""

    upload = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="problems")
