"""The facts of an incident's statement that a correction may correct: checked, with old and new."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.components.selectors import components_by_public_id
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.folding import FIRST, STEPS
from statuspage.incidents.holding import OPERATIONAL
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.promises import check_incident_times
from statuspage.statements.choices import clean_choice
from statuspage.statements.placeholders import clean_said
from statuspage.statements.standing import COMPONENTS, Said, Standing, standing
from statuspage.statements.times import from_iso, iso

Pair = dict[str, Any]
FACTS: Final = ("name", "started_at", "impact", COMPONENTS, "next_update_by")
MOMENTS: Final = frozenset({"started_at", "next_update_by"})
OF_THE_FIRST: Final = frozenset({"name", "started_at"})


def corrected_facts(
    said: Sequence[Said], number: int, facts: Mapping[str, Any], moment: datetime
) -> dict[str, Pair]:
    """Return the facts that change, each as {"from", "to"}; `components` by public id.

    `said` are all statements about the incident; the facts are those of the statement with this
    number, or of the one that it corrects.

    Raises:
        ValidationError: by fact, what is not usable.
    """
    step = _step(said, number)
    found: dict[str, Pair] = {}
    errors: dict[str, Any] = {}
    for name, value in facts.items():
        try:
            if pair := READERS[name](step, said, value, moment):
                found[name] = pair
        except ValidationError as error:
            errors[name] = error
    if errors:
        raise ValidationError(errors)
    return found


def present_facts(said: Sequence[Said], number: int) -> dict[str, Any]:
    """Return the facts of a statement that can be corrected, as they stand now.

    Times are moments; `components` are the states that it names, by public id.
    """
    try:
        step = _step(said, number)
    except ValidationError:
        return {}
    found = {name: _now(step, name) for name in correctable(step.said)}
    for name in MOMENTS & found.keys():
        found[name] = from_iso(found[name]) if found[name] else None
    if COMPONENTS in found:
        found[COMPONENTS] = _stated(step)
    return found


def correctable(said: Said) -> Sequence[str]:
    """Return the names of the facts of an incident's statement that can be corrected."""
    over, first = said.content["status"] == IncidentStatus.RESOLVED, said.kind in FIRST
    left_out = {
        *(() if first else OF_THE_FIRST),
        *((COMPONENTS,) if over and not first else ()),
        *(("next_update_by",) if over or said.content.get("backfilled") else ()),
    }
    return [one for one in FACTS if one not in left_out]


def _step(said: Sequence[Said], number: int) -> Standing:
    known = {one.number: one for one in said}
    while (one := known[number]).corrects:
        number = one.corrects
    found = {each.said.number: each for each in standing(said)}.get(number)
    if found is None or found.said.kind not in STEPS:
        raise ValidationError(_("Only the text of this statement can be corrected."), code="facts")
    return found


def _now(step: Standing, name: str) -> Any:
    return {**step.said.content, **step.facts}.get(name)


def _changed(before: Any, right: Any) -> Pair:
    return {"from": before, "to": right} if before != right else {}


def _only_first(step: Standing) -> None:
    if step.said.kind not in FIRST:
        raise ValidationError(_("Correct this in the incident's first statement."), code="facts")


def _name(step: Standing, _said: Sequence[Said], value: Any, _moment: datetime) -> Pair:
    _only_first(step)
    return _changed(_now(step, "name"), clean_said(value, max_length=NAME_LENGTH))


def _started(step: Standing, said: Sequence[Said], value: datetime, moment: datetime) -> Pair:
    _only_first(step)
    noticed = step.said.content.get("detected_at")
    told = step.said.content.get("happened_at") or step.said.content.get("resolved_at")
    latest = min(from_iso(told), moment) if told else step.said.published_at
    over = bool(told) and step.said.content["status"] == IncidentStatus.RESOLVED
    check_incident_times(moment, started_at=value)
    if value > latest or (over and value == latest):
        raise ValidationError(_("It cannot start after it was first announced, or ended."))
    if noticed and value > from_iso(noticed):
        raise ValidationError(_("The detection time cannot be before the start."), code="times")
    return _changed(_now(step, "started_at"), iso(value))


def _impact(step: Standing, said: Sequence[Said], value: Any, _moment: datetime) -> Pair:
    before = _now(step, "impact")
    return _changed(before, str(clean_choice(Impact, value)))


def _components(
    step: Standing, _said: Sequence[Said], value: Mapping[str, str], _moment: datetime
) -> Pair:
    """Return the states that were wrong, by public id, each with the component's name."""
    if COMPONENTS not in correctable(step.said):
        raise ValidationError(_("A resolved incident holds no service."), code="facts")
    known = components_by_public_id(value)
    if hidden := [str(one) for one in known.values() if not one.visible]:
        raise ValidationError(
            _("No statement names these services, because they are not public: %(names)s"),
            code="hidden",
            params={"names": ", ".join(hidden)},
        )
    before, found = _stated(step), {}
    for public_id, status in value.items():
        pair = _changed(
            before.get(public_id, OPERATIONAL), str(clean_choice(ComponentStatus, status))
        )
        if pair or public_id not in before:
            pair = pair or {"from": OPERATIONAL, "to": OPERATIONAL}
            found[public_id] = {**pair, "name": dict(known[public_id].name)}
    return found


def _stated(step: Standing) -> dict[str, str]:
    """Return the state of each component that the statement names, by public id."""
    content = step.said.content
    ended = content.get("backfilled") and content.get("resolved_at")
    key = "old_status" if ended else "new_status"
    named = {one["id"]: str(one[key]) for one in content[COMPONENTS]}
    sets = content.get("sets", {}).get(COMPONENTS, {})
    return {**named, **sets, **step.facts.get(COMPONENTS, {})}


def _promised(step: Standing, said: Sequence[Said], value: Any, moment: datetime) -> Pair:
    before = _now(step, "next_update_by")
    last = [one for one in standing(said) if one.said.kind in STEPS][-1]
    if last.said.number != step.said.number or (before and from_iso(before) <= moment):
        raise ValidationError(
            _("This promise is over: an update followed, or its time has passed."), code="past"
        )
    if value is None:
        raise ValidationError(
            _("A promise cannot be taken back by a correction. Publish an update."), code="promise"
        )
    check_incident_times(moment, next_update_by=value)
    return _changed(before, iso(value))


READERS: Final[Mapping[str, Callable[..., Pair]]] = {
    "name": _name,
    "started_at": _started,
    "impact": _impact,
    COMPONENTS: _components,
    "next_update_by": _promised,
}
