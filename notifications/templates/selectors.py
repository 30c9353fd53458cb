"""Read the registry of templates."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from notifications.channels.base import MessageTemplate, Provider
from notifications.channels.templated import TemplatedProvider
from notifications.templates.models import Template
from notifications.templates.states import LOST, TemplateState


def approved_templates(provider: Provider) -> Sequence[MessageTemplate]:
    """Return the templates with which a provider may send now; ask once for a whole batch.

    Nothing is asked for one that sends free text.
    """
    if not provider.uses_templates:
        return []
    rows = Template.objects.filter(provider=provider.name).exclude(provider_id="")
    approved = [one.message_template() for one in rows if one.state == TemplateState.APPROVED]
    # What the provider has refused or lost is not sent; until it has been asked, it is believed.
    known = {one.provider_id for one in rows if one.state in {TemplateState.APPROVED, *LOST}}
    by_default = provider.default_templates() if isinstance(provider, TemplatedProvider) else ()
    return approved + [one for one in by_default if one.provider_id not in known]


def templates_of(provider: str) -> Sequence[Template]:
    """Return every template of a provider, in the order of the console."""
    return list(Template.objects.filter(provider=provider))


def templates_by_provider() -> Mapping[str, Sequence[Template]]:
    """Return every template by its provider's name."""
    rows = Template.objects.order_by("provider", "kind", "moment", "language", "abroad", "pk")
    return {name: list(those) for name, those in groupby(rows, lambda one: one.provider)}


def lost_templates() -> Sequence[Template]:
    """Return those that were registered and cannot be used: staff must do something."""
    return list(Template.objects.filter(state__in=LOST).exclude(provider_id=""))
