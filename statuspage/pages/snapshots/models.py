"""The tables of rendered answers; all of it can be made anew from the log."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Edition(models.Model):
    """The one row that says which edition of the site is current, and from what it was made."""

    number = models.BigIntegerField(_("number"), default=0)
    # The newest statement that every snapshot knows.
    head = models.BigIntegerField(_("newest statement"), default=0)
    # The code that renders, by its digest: in a rolling upgrade that of the process started last.
    code = models.CharField(max_length=64, default="")
    # What every snapshot was made from besides the log; empty while some are still to be made.
    reference = models.CharField(max_length=64, default="")
    rendered_at = models.DateTimeField(_("rendered at"), null=True)

    class Meta:
        verbose_name = _("edition of the site")
        verbose_name_plural = _("editions of the site")

    def __str__(self) -> str:
        return f"{self.number} (No. {self.head})"


class Snapshot(models.Model):
    """One public answer as it goes over the wire. Its language is part of the key."""

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
