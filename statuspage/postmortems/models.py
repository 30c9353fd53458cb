"""A postmortem as it is being written; what was published of it is in the log."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Incident
from statuspage.statements.models import Statement


class PostmortemState(models.TextChoices):
    """The state of a postmortem."""

    DRAFT = "draft", _("Being written")
    WAITING = "waiting", _("Awaiting approval")
    PUBLISHED = "published", _("Published")


# An edit after it was submitted or published makes it a draft again: an approval is void.
POSTMORTEM_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PostmortemState.DRAFT: frozenset({PostmortemState.DRAFT, PostmortemState.WAITING}),
    PostmortemState.WAITING: frozenset({PostmortemState.DRAFT, PostmortemState.PUBLISHED}),
    PostmortemState.PUBLISHED: frozenset({PostmortemState.DRAFT}),
}


class Postmortem(models.Model):
    """The document of one incident. A text that is not written yet is an empty object."""

    incident = models.OneToOneField(Incident, on_delete=models.PROTECT, related_name="postmortem")
    summary = models.JSONField(default=dict)
    what = models.JSONField(default=dict)
    why = models.JSONField(default=dict)
    measures = models.JSONField(default=dict)
    state = models.CharField(
        max_length=10, choices=PostmortemState.choices, default=PostmortemState.DRAFT
    )
    # Why a second person sent it back.
    note = models.TextField(blank=True)
    # When a second person sent it back; null once it is submitted again.
    returned_at = models.DateTimeField(null=True)
    # The person who changed it last, and so may not approve it.
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    statement = models.ForeignKey(Statement, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = _("postmortem")
        verbose_name_plural = _("postmortems")

    def __str__(self) -> str:
        return f"{self.incident}: {self.state}"


class FollowUp(models.Model):
    """Something to be done so that it does not happen again; public only if staff chose so."""

    postmortem = models.ForeignKey(Postmortem, on_delete=models.PROTECT, related_name="actions")
    text = models.JSONField()
    owner = models.CharField(max_length=80, blank=True)
    due = models.DateField(null=True)
    public = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("follow-up action")
        verbose_name_plural = _("follow-up actions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return str(self.text.get("zh-hans", ""))
