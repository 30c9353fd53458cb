"""Tables of rendered answers and of search texts; all of it can be rebuilt from the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.statements.models import Statement


class SearchText(models.Model):
    """One statement's text, for searching."""

    statement = models.OneToOneField(
        Statement, primary_key=True, on_delete=models.PROTECT, related_name="searched"
    )
    text = models.TextField()

    def __str__(self) -> str:
        return f"#{self.statement_id}"


class Edition(models.Model):
    """The single row with the current edition of the site and what it was rendered from."""

    number = models.BigIntegerField(_("number"), default=0)
    # The newest statement that every snapshot knows.
    head = models.BigIntegerField(_("newest statement"), default=0)
    # The code that renders, by its digest: in a rolling upgrade that of the process started last.
    code = models.CharField(max_length=64, default="")
    # What every snapshot was rendered from besides the log; empty while some are outdated.
    reference = models.CharField(max_length=64, default="")
    rendered_at = models.DateTimeField(_("rendered at"), null=True)

    class Meta:
        verbose_name = _("edition of the site")
        verbose_name_plural = _("editions of the site")

    def __str__(self) -> str:
        return f"{self.number} (No. {self.head})"


class Snapshot(models.Model):
    """One rendered answer; its language is part of the key."""

    key = models.CharField(_("address"), max_length=200, primary_key=True)
    headers = models.JSONField()
    body = models.BinaryField()
    gzip = models.BinaryField()
    brotli = models.BinaryField()
    etag = models.CharField(max_length=64)
    last_modified = models.DateTimeField(_("last modified"))
    edition = models.BigIntegerField(_("edition"))
    reference = models.CharField(max_length=64, default="")

    class Meta:
        verbose_name = _("rendered page")
        verbose_name_plural = _("rendered pages")

    def __str__(self) -> str:
        return self.key
