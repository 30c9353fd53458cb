"""What every kind of upload keeps; each has tables of its own."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.conf import settings
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.statements.ids import new_id


class UploadState(models.TextChoices):
    """The state of an upload; those without a label get one from each kind's `labels`."""

    WAITING = "waiting", _("Queued")
    READING = "reading", _("Processing")
    DONE = "done"
    REFUSED = "refused"
    UNREADABLE = "unreadable"
    FAILED = "failed", _("Failed: internal error")
    STOPPED = "stopped", _("Stopped by a restore: check what was published, then upload it again")


UNFINISHED: Final = (UploadState.WAITING, UploadState.READING)


class AbstractUpload(models.Model):
    """A file that a worker reads; if it is killed, the next worker goes on from `line`.

    Its parts and its problems refer to it by `upload`.
    """

    # This kind's labels for the states without one.
    labels: ClassVar[Mapping[str, str | Promise]]

    public_id = models.CharField(max_length=12, unique=True, default=new_id, editable=False)
    name = models.CharField(max_length=120)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    uploaded_at = models.DateTimeField(auto_now_add=True)
    size = models.BigIntegerField(default=0)  # bytes
    # Empty until a worker has looked at the file.
    encoding = models.CharField(max_length=10, blank=True)
    state = models.CharField(
        max_length=10, choices=UploadState.choices, default=UploadState.WAITING
    )
    # The last line that has been dealt with, and how many bytes had been read by then.
    line = models.PositiveIntegerField(default=0)
    offset = models.BigIntegerField(default=0)
    bad = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)

    if TYPE_CHECKING:
        parts: models.QuerySet[Any]
        problems: models.QuerySet[Any]

    class Meta:
        abstract = True
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.public_id

    @property
    def state_label(self) -> str | Promise:
        """The state in the reader's language."""
        return self.labels.get(self.state) or UploadState(self.state).label

    @property
    def finished(self) -> bool:
        """Whether nothing more will be read of it."""
        return self.state not in UNFINISHED

    @property
    def percent(self) -> int:
        """How much of it has been read, in percent."""
        return 100 if self.finished else min(99, 100 * self.offset // max(1, self.size))


class AbstractUploadPart(models.Model):
    """A piece of the file, for a worker on any machine; deleted once the file has been read."""

    number = models.PositiveIntegerField()
    data = models.BinaryField()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="%(class)s_once")]


class AbstractUploadProblem(models.Model):
    """Why a line cannot be used, in English; shown in the reader's language."""

    line = models.PositiveIntegerField()
    column = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=200)

    class Meta:
        abstract = True
        ordering = ["line", "pk"]
        indexes = [models.Index(fields=["upload", "line"], name="%(class)s_line")]
