"""An audience in words, for the page, the feeds and staff; whose agents it is for stays secret."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from statuspage.lib.provinces import PROVINCES
from statuspage.notices.audience import AGENT_KEYS, MerchantCategory
from statuspage.notices.telling import Told


def audience_said(audience: Mapping[str, Any], told: str = Told.ALL) -> list[str | Promise]:
    """Return who is told, without products, which the page names by themselves."""
    if told == Told.AGENTS:
        named = audience.get(AGENT_KEYS) or audience.get("agent_codes")
        return [gettext_lazy("Some agents") if named else gettext_lazy("Agents"), *_where(audience)]
    categories = audience.get("categories") or []
    said = [MerchantCategory(one).label for one in categories] or [gettext_lazy("All merchants")]
    return [*said, *_narrowing(audience), *_agents(audience)]


def _narrowing(audience: Mapping[str, Any]) -> Iterator[str | Promise]:
    if models := audience.get("models"):
        yield _with_models(tuple(models))
    if cycles := audience.get("cycles"):
        yield _with_cycles(tuple(cycles))
    yield from _where(audience)
    if audience.get(AGENT_KEYS) or audience.get("agent_codes"):
        yield gettext_lazy("Some agents’ merchants")


def _where(audience: Mapping[str, Any]) -> list[Promise]:
    return [PROVINCES[one] for one in audience.get("provinces") or () if one in PROVINCES]


def _agents(audience: Mapping[str, Any]) -> Sequence[str | Promise]:
    return [gettext_lazy("Agents")] if audience.get("agents") else []


def _models(names: Sequence[str]) -> str:
    return _("Terminal models %(names)s") % {"names": pgettext("between names", ", ").join(names)}


def _cycles(names: Sequence[str]) -> str:
    return _("Settled %(names)s") % {"names": pgettext("between names", ", ").join(names)}


# Worded when they are read, because pages in every language share a card.
_with_models = lazy(_models, str)
_with_cycles = lazy(_cycles, str)
