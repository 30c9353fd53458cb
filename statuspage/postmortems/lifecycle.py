"""The stages of a postmortem: a pure table, no query and no clock."""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class PostmortemState(models.TextChoices):
    """How far it has come."""

    DRAFT = "draft", _("Being written")
    WAITING = "waiting", _("Waits for a second person")
    PUBLISHED = "published", _("Published")


# An edit after it was handed over, or published, begins a draft: what was approved is void.
POSTMORTEM_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    PostmortemState.DRAFT: frozenset({PostmortemState.DRAFT, PostmortemState.WAITING}),
    PostmortemState.WAITING: frozenset({PostmortemState.DRAFT, PostmortemState.PUBLISHED}),
    PostmortemState.PUBLISHED: frozenset({PostmortemState.DRAFT}),
}
