"""Read the registry of templates."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import groupby
from typing import Final

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notifications.channels.base import MessageTemplate, Provider
from notifications.channels.templated import TemplatedProvider
from notifications.templates.models import Template
from notifications.templates.states import LOST, TemplateState

# One whose messages the provider refuses is not tried again for so long.
RESTS_FOR: Final = timedelta(minutes=10)


def _at_providers() -> QuerySet[Template]:
    """Return what has an id at a provider, and whether it rests."""
    resting = Q(refused_at__gt=Now() - RESTS_FOR)
    return Template.objects.exclude(provider_id="").annotate(resting=resting)


def registered() -> Mapping[str, Sequence[Template]]:
    """Return what is registered at each provider, by its name."""
    rows = _at_providers().order_by("provider", "pk")
    return {name: list(those) for name, those in groupby(rows, lambda one: one.provider)}


def is_registered(provider: str, provider_id: str) -> bool:
    """Return whether a template of a provider is one of ours."""
    return Template.objects.filter(provider=provider, provider_id=provider_id).exists()


def approved_templates(
    provider: Provider, known: Mapping[str, Sequence[Template]] | None = None
) -> Sequence[MessageTemplate]:
    """Return the templates with which a provider may send now; ask once for a whole batch.

    Nothing is asked for one that sends free text, nor where `known` is given, from `registered`.
    """
    if not provider.uses_templates:
        return []
    if known is None:
        rows = list(_at_providers().filter(provider=provider.name))
    else:
        rows = list(known.get(provider.name, ()))
    by_default = provider.default_templates() if isinstance(provider, TemplatedProvider) else ()
    settled = {one.provider_id for one in by_default}
    approved = [
        replace(one.message_template(), settled=one.provider_id in settled)
        for one in rows
        if one.state == TemplateState.APPROVED and not one.resting  # type: ignore[attr-defined]
    ]
    # What the provider has refused or lost is not sent; until it has been asked, it is believed.
    decided = {one.provider_id for one in rows if one.state in {TemplateState.APPROVED, *LOST}}
    believed = [one for one in by_default if one.provider_id not in decided]
    return approved + [replace(one, settled=True) for one in believed]


def templates_by_provider() -> Mapping[str, Sequence[Template]]:
    """Return every template by its provider's name."""
    rows = Template.objects.order_by("provider", "kind", "moment", "language", "abroad", "pk")
    return {name: list(those) for name, those in groupby(rows, lambda one: one.provider)}
