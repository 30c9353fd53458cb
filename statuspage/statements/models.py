"""The log and its Merkle tree; triggers in the migrations refuse UPDATE, DELETE and TRUNCATE."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models.functions import Cast, Now
from django.utils.translation import gettext_lazy as _

from statuspage.statements.documents import news_of
from statuspage.statements.times import from_iso


class Statement(models.Model):
    """One thing the operator said in public: numbered without gaps, immutable, hashed."""

    number = models.BigIntegerField(_("number"), primary_key=True)
    kind = models.CharField(_("kind"), max_length=60)
    subject_type = models.CharField(_("subject"), max_length=20)
    subject_id = models.CharField(max_length=12)
    corrects = models.ForeignKey(
        "self",
        verbose_name=_("corrects"),
        null=True,
        on_delete=models.PROTECT,
        related_name="corrections",
    )
    published_at = models.DateTimeField(_("published at"))
    # For staff only: a leaf of the public log holds no personal data.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.PROTECT
    )
    canonical = models.TextField(_("canonical JSON"))
    sha256 = models.CharField("SHA-256", max_length=64)
    # Derived by the database itself, so that it cannot differ from what was hashed.
    document = models.GeneratedField(
        expression=Cast("canonical", models.JSONField()),
        output_field=models.JSONField(),
        db_persist=True,
    )

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-number"]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "number"]),
            models.Index(fields=["kind", "number"]),
            models.Index(fields=["published_at"]),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.kind}"

    @property
    def content(self) -> dict[str, Any]:
        """What was said, without the envelope."""
        content: dict[str, Any] = self.document["content"]
        return content

    @property
    def news(self) -> dict[str, Any]:
        """What was said for the first time: a correction repeats the rest."""
        return news_of(self.document)

    @property
    def happened_at(self) -> datetime:
        """The moment that it tells of: before its publication if it was entered afterwards."""
        # One text about all of a past incident tells of it as of its end.
        end = self.news.get("resolved_at") if self.news.get("backfilled") else None
        then: str | None = self.news.get("happened_at") or end
        return from_iso(then) if then else self.published_at


class TreeNode(models.Model):
    """The hash of one complete subtree of the Merkle tree; it never changes."""

    pk = models.CompositePrimaryKey("level", "index")
    level = models.SmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        verbose_name = _("tree node")
        verbose_name_plural = _("tree nodes")

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"


class Checkpoint(models.Model):
    """The tree's size and root, signed, as of one statement: that with the number `size`."""

    size = models.BigIntegerField(_("size"), primary_key=True)
    root = models.CharField(_("root"), max_length=44)  # base64
    note = models.TextField(_("signed note"))
    signed_at = models.DateTimeField(_("signed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["-size"]

    def __str__(self) -> str:
        return f"#{self.size}"


class Restoration(models.Model):
    """The record that this database was restored from a backup; `restore` itself writes it."""

    at = models.DateTimeField(db_default=Now())
    # The number of the newest statement in the backup.
    newest = models.BigIntegerField()

    class Meta:
        verbose_name = _("restoration")
        verbose_name_plural = _("restorations")

    def __str__(self) -> str:
        return f"#{self.newest}"


class LogProblem(models.TextChoices):
    """How the log in the database can differ from the one that was signed."""

    SIGNATURE = "signature", _("the newest checkpoint is not signed by our key")
    TREE = "tree", _("the tree does not lead to the root that was signed last")
    SHORTER = "shorter", _("statements that were published are missing")
    FORKED = "forked", _("it is not the continuation of the log that this machine has seen")
    STATEMENT = "statement", _("a statement is not what was published")
    NODE = "node", _("a hash of the tree was changed")
    CHECKPOINT = "checkpoint", _("a checkpoint does not fit the statements")
    WITNESS = "witness", _("a witness has seen another log")
    UNSIGNED = "unsigned", _("a statement is in the database that was not published")
    PROJECTION = "projection", _("pages show something that no statement says")
    COPY = "copy", _("this machine's copy of the checkpoints does not fit the statements")


class LogFinding(models.Model):
    """Something that a check of the log found; open until a later check finds it right again."""

    problem = models.CharField(max_length=20, choices=LogProblem.choices)
    # The machine that sees it, where that depends on its own copy, or the witness; empty: anyone.
    source = models.CharField(max_length=200, blank=True)
    # The number of the statement, the size of the checkpoint or the place in the tree.
    place = models.CharField(max_length=40, blank=True)
    found_at = models.DateTimeField(db_default=Now())
    over_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("finding about the log")
        verbose_name_plural = _("findings about the log")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["problem", "source"],
                name="log_finding_open_once",
                condition=models.Q(over_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.problem} {self.place}"


class LogAcceptance(models.Model):
    """The operator's decision to go on from a log that is not the one last seen; it is public."""

    at = models.DateTimeField(_("accepted at"), db_default=Now())
    # The log from which it goes on, and how many statements had been seen before.
    size = models.BigIntegerField(_("size"))
    root = models.CharField(_("root"), max_length=44)
    seen = models.BigIntegerField()
    reason = models.CharField(_("reason"), max_length=500)

    class Meta:
        verbose_name = _("accepted break of the log")
        verbose_name_plural = _("accepted breaks of the log")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"#{self.seen} -> #{self.size}"


class Cosignature(models.Model):
    """A witness's word that a checkpoint continues all that it saw of this log before."""

    size = models.BigIntegerField()
    root = models.CharField(max_length=44)
    witness = models.CharField(_("witness"), max_length=200)
    line = models.TextField()
    cosigned_at = models.DateTimeField(_("cosigned at"))

    class Meta:
        verbose_name = _("cosignature")
        verbose_name_plural = _("cosignatures")
        constraints = [
            models.UniqueConstraint(fields=["size", "root", "witness"], name="cosigned_once")
        ]

    def __str__(self) -> str:
        return f"#{self.size} {self.witness}"
