"""Affected transactions, and the uploads by which staff tell of them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.audience import MerchantCategory
from statuspage.statements.ids import new_id


class Fate(models.TextChoices):
    """Where the money is."""

    PENDING = "pending", _("Still open")
    SETTLED = "settled", _("Arrived")


class UploadState(models.TextChoices):
    """How far an upload has got."""

    WAITING = "waiting", _("Waiting to be read")
    READING = "reading", _("Being read")
    DONE = "done", _("Taken over")
    REFUSED = "refused", _("Refused: it has bad rows")
    UNREADABLE = "unreadable", _("Not a list of transactions")
    FAILED = "failed", _("Failed through our own fault")


UNFINISHED = (UploadState.WAITING, UploadState.READING)


class Upload(models.Model):
    """One file of an incident's transactions."""

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    incident_id = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    size = models.BigIntegerField(default=0)  # bytes
    encoding = models.CharField(max_length=10, default="utf-8")
    # All rows or none; otherwise the good ones go in.
    whole = models.BooleanField(default=True)
    state = models.CharField(
        max_length=10, choices=UploadState.choices, default=UploadState.WAITING
    )
    # The last line that has been read, and where in the file that was.
    line = models.PositiveIntegerField(default=0)
    offset = models.BigIntegerField(default=0)
    good = models.PositiveIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    added = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def finished(self) -> bool:
        """Nothing more will come of it."""
        return self.state not in UNFINISHED

    @property
    def percent(self) -> int:
        """How much of the file has been read."""
        return 100 if self.finished else min(99, 100 * self.offset // max(1, self.size))


class UploadPart(models.Model):
    """A piece of the file: any worker on any machine can read on; gone once it has been read."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")
        ]

    def __str__(self) -> str:
        return f"{self.upload_id}/{self.number}"


class UploadProblem(models.Model):
    """Why a row cannot be used. It never repeats a value: that might be somebody's number."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="problems")
    line = models.PositiveIntegerField()
    column = models.CharField(max_length=20, blank=True)
    code = models.CharField(max_length=20)

    class Meta:
        indexes = [models.Index(fields=["upload", "line"], name="upload_problem_line")]

    def __str__(self) -> str:
        return f"{self.upload_id}:{self.line} {self.code}"


class Facts(models.Model):
    """What is known of a transaction. Who and which it is, is there as keyed hashes only."""

    row_key = models.BinaryField(max_length=32)
    lookup_key = models.BinaryField(max_length=32)
    merchant_key = models.BinaryField(max_length=32)
    category = models.CharField(max_length=10, choices=MerchantCategory.choices)
    happened_at = models.DateTimeField()
    amount = models.DecimalField(max_digits=14, decimal_places=2)  # yuan
    fate = models.CharField(max_length=10, choices=Fate.choices)
    settled_at = models.DateTimeField(null=True)
    fee_waived = models.DecimalField(max_digits=14, decimal_places=2)  # yuan

    class Meta:
        abstract = True


class StagedTransaction(Facts):
    """A good row of an upload that has not been taken over yet."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="staged")
    line = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["upload", "line"], name="staged_line")]

    def __str__(self) -> str:
        return f"{self.upload_id}:{self.line}"


class AffectedTransaction(Facts):
    """A transaction that an incident held up."""

    incident_id = models.CharField(max_length=12)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident_id", "row_key"], name="affected_transaction_once"
            )
        ]
        indexes = [models.Index(fields=["lookup_key"], name="affected_lookup")]

    def __str__(self) -> str:
        return f"{self.incident_id} {self.fate}"


class SettledMerchant(models.Model):
    """A merchant of whom a statement says that transactions of theirs have arrived."""

    pk = models.CompositePrimaryKey("statement_number", "merchant_key")
    statement_number = models.BigIntegerField()
    merchant_key = models.BinaryField(max_length=32)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"#{self.statement_number}"
