"""The suggested templates, approved: in the simulator, in the registry, and for pure tests."""

from functools import cache
from typing import Any, Final

from notifications.channels import provider as find_provider
from notifications.channels.base import Bulletin, Content, MessageTemplate, Note, Provider
from notifications.channels.facts import facts_of, facts_of_note
from notifications.channels.filling import choose
from notifications.channels.templated import TemplatedProvider
from notifications.channels.weixin.provider import WeixinProvider
from notifications.templates.models import Template
from notifications.templates.states import TemplateState
from notifications.templates.suggested import suggestions

CLOUDS: Final = ("aliyun", "tencent")
PREFIX: Final = {"aliyun": "SMS_2", "tencent": "2"}
# What the kinds of the builders mean; a statement's own moment needs its whole document.
MOMENTS: Final = {
    "incident.opened": "opened",
    "incident.update": "updated",
    "incident.updated": "updated",
    "incident.resolved": "resolved",
    "maintenance.scheduled": "maintenance_planned",
    "maintenance.update": "maintenance_updated",
    "maintenance.completed": "maintenance_updated",
    "correction": "corrected",
    "withdrawal": "corrected",
}


def cloud(name: str) -> TemplatedProvider:
    """Return a provider that sends approved templates."""
    found = find_provider(name)
    assert isinstance(found, TemplatedProvider)
    return found


@cache
def templates_at(name: str) -> tuple[MessageTemplate, ...]:
    """Return every suggested template as it is approved at a cloud."""
    found = []
    for said in suggestions():
        for abroad in cloud(name).suggested_for(said.language):
            text, fields = cloud(name).written(said.text, abroad=abroad)
            found.append(
                MessageTemplate(
                    provider_id=f"{PREFIX[name]}{len(found):08d}",
                    text=text,
                    fields=fields,
                    kind=said.kind,
                    moment=said.moment,
                    language=said.language,
                    abroad=abroad,
                )
            )
    return tuple(found)


def simulated() -> dict[str, Any]:
    """Return the simulator's settings with which it has approved all of them."""
    return {
        f"{name}_templates": [f"{one.provider_id}={one.text}" for one in templates_at(name)]
        for name in CLOUDS
    }


def template_for(
    provider: Provider, bulletin: Bulletin, *, abroad: bool = False
) -> MessageTemplate | None:
    """Return the one for a bulletin; None for a provider that needs none."""
    if isinstance(provider, WeixinProvider):
        return provider.default_template()
    if not isinstance(provider, TemplatedProvider) or provider.name not in CLOUDS:
        return None
    facts = facts_of(bulletin)
    notice = "notice" if bulletin.kind.startswith("notice.") else ""
    return choose(
        templates_at(provider.name),
        lambda one: provider.fill(one, facts),
        bulletin.kind,
        MOMENTS.get(bulletin.kind, notice),
        bulletin.language,
        abroad=abroad,
    )


def composed(provider: Provider, bulletin: Bulletin, *, abroad: bool = False) -> Content:
    """Return a bulletin as the provider sends it once everything is approved."""
    return provider.compose(bulletin, template_for(provider, bulletin, abroad=abroad))


def note_template(provider: TemplatedProvider, note: Note) -> MessageTemplate | None:
    """Return the one for a note."""
    facts = facts_of_note(note)
    return choose(
        templates_at(provider.name),
        lambda one: provider.fill(one, facts),
        note.kind,
        "",
        note.language,
    )


def approve(*names: str, kinds: tuple[str, ...] = ()) -> list[Template]:
    """Have the registry know them as approved; those of some kinds only, if any are named."""
    rows = [
        Template(
            provider=name,
            provider_id=one.provider_id,
            text=one.text,
            fields=dict(one.fields),
            kind=one.kind,
            moment=one.moment,
            language=one.language,
            abroad=one.abroad,
            state=TemplateState.APPROVED,
        )
        for name in names or CLOUDS
        for one in templates_at(name)
        if not kinds or (one.kind or one.moment) in kinds
    ]
    return Template.objects.bulk_create(rows)
