"""What an answer changed, in words for page, feeds, e-mail and SMS: pure, in both languages."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.folding import TIMES, IncidentState, MaintenanceState
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.notices.phrases import joined, listed, short_moment
from statuspage.statements.standing import COMPONENTS
from statuspage.statements.texts import LANGUAGES, Text, for_reader
from statuspage.statements.times import iso

State = IncidentState | MaintenanceState


def outcome(corrected: Mapping[str, Any], before: State, after: State) -> Text:
    """Return what a correction of these facts, or without any a withdrawal, changed, in sentences.

    Empty where nothing did.
    """
    found = {}
    for language in LANGUAGES:
        with override(language):
            said = _corrected(corrected) if corrected else _undone(before, after)
            found[language] = joined(said)
    return found if any(found.values()) else {}


def _corrected(facts: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for each fact that a correction corrects."""
    for name, words in FACT_WORDS.items():
        if pair := facts.get(name):
            yield words(pair)


def _name(pair: Mapping[str, Any]) -> str:
    return _sentence_of(_("Headline"), for_reader(pair["to"]), for_reader(pair["from"]))


def _started(pair: Mapping[str, Any]) -> str:
    return _sentence_of(_("Started"), short_moment(pair["to"]), short_moment(pair["from"]))


def _impact(pair: Mapping[str, Any]) -> str:
    return _sentence_of(_("Impact"), Impact(pair["to"]).label, Impact(pair["from"]).label)


def _components(pairs: Mapping[str, Any]) -> str:
    return joined(
        _sentence_of(
            for_reader(one["name"]),
            ComponentStatus(one["to"]).label,
            ComponentStatus(one["from"]).label,
        )
        for one in pairs.values()
    )


def _promised(pair: Mapping[str, Any]) -> str:
    earlier = short_moment(pair["from"]) if pair["from"] else ""
    return _sentence_of(_("Next update by"), short_moment(pair["to"]), earlier)


FACT_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "name": _name,
    "started_at": _started,
    "impact": _impact,
    COMPONENTS: _components,
    "next_update_by": _promised,
}


def _sentence_of(label: str, right: object, wrong: object) -> str:
    values = {"label": label, "right": right, "wrong": wrong}
    if not wrong or wrong == right:
        return _("%(label)s: %(right)s.") % values
    return _("%(label)s: %(right)s (was: %(wrong)s).") % values


def _undone(before: State, after: State) -> Iterator[str]:
    """Yield a sentence for each thing that a withdrawal changed."""
    yield _sentence(before, after)
    if isinstance(before, IncidentState) and isinstance(after, IncidentState):
        if after.in_error:
            return  # nothing else is of interest any more
        if before.name != after.name:
            yield _name({"to": after.name, "from": before.name})
        if before.started_at != after.started_at:
            yield _started({"to": iso(after.started_at), "from": iso(before.started_at)})
        if before.impact != after.impact:
            yield _impact({"to": after.impact, "from": before.impact})


def _sentence(before: State, after: State) -> str:
    """Return what became of it in a sentence; empty where its state stayed as it was."""
    if isinstance(before, MaintenanceState) and isinstance(after, MaintenanceState):
        return joined(_of_maintenance(before, after))
    if isinstance(before, IncidentState) and before.in_error:
        return ""
    if isinstance(after, IncidentState) and after.in_error:
        return _("This incident was published in error and is closed.")
    if before.status == after.status:
        return ""
    label = {"status": IncidentStatus(after.status).label}
    if before.status == IncidentStatus.RESOLVED:
        return _("This incident is open again: %(status)s.") % label
    return _("The status is %(status)s again.") % label


def _of_maintenance(before: MaintenanceState, after: MaintenanceState) -> Iterator[str]:
    """Yield what became of the plan; of what is cancelled only that it is."""
    moved = any(getattr(before, one) != getattr(after, one) for one in TIMES)
    if after.status == MaintenanceStatus.CANCELLED:
        if before.status != after.status:
            yield _("This maintenance is cancelled.")
        return
    if before.status != after.status:
        yield _turned(before, after)
    elif moved:
        yield _("It is planned for %(start)s to %(end)s again.") % _planned(after)
    if before.affects != after.affects:
        names = [for_reader(after.names[one]) for one in after.affects if one in after.names]
        yield _("Now affects: %(names)s.") % {
            "names": listed(names) or pgettext("services", "none")
        }


def _turned(before: MaintenanceState, after: MaintenanceState) -> str:
    """Return the status that it has again, other than cancelled."""
    if after.status != MaintenanceStatus.SCHEDULED:
        label = MaintenanceStatus(after.status).label
        return _("The status is %(status)s again.") % {"status": label}
    if before.status == MaintenanceStatus.CANCELLED:
        return _("It is planned for %(start)s to %(end)s again.") % _planned(after)
    return _("This maintenance has not started. Planned: %(start)s to %(end)s.") % _planned(after)


def _planned(state: MaintenanceState) -> dict[str, str]:
    return {
        "start": short_moment(iso(state.scheduled_for)),
        "end": short_moment(iso(state.scheduled_until)),
    }
