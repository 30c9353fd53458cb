"""Enter an incident that is over, with all the updates that it had."""

from collections.abc import Callable, Mapping, Sequence
from typing import Unpack

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from statuspage.components.models import Component
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.content import Change, Content, changed, own_claims
from statuspage.incidents.folding import BACKFILLED, BACKFILLED_UPDATE
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import AffectedComponent, Incident
from statuspage.incidents.past import (
    Backfill,
    PastIncident,
    Problems,
    check_past,
    cleaned_past,
    impacts,
    past_content,
    past_incident,
    place,
    states,
)
from statuspage.incidents.services.impacts import told_changes
from statuspage.incidents.services.incidents import claimed
from statuspage.statements.authors import Author
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL, Subject, publish, publishing
from statuspage.statements.texts import for_reader

# The states of components that one update claims.
Claims = Mapping[Component, str]


def past_incident_enter(*, author: Author | None, **said: Unpack[PastIncident]) -> list[Statement]:
    """Publish an incident that is over, one statement for each update; no present state changes.

    Returns the statements in their order; the last one says that it is resolved.

    Raises:
        ValidationError: by field (`updates.2.at` is the time of the third update), a text,
            component, state, impact or time is not usable, or the incident was entered before.
    """
    given = cleaned_past(said)
    with publishing() as moment:
        check_past(moment, given)
        check_new(given)
        claims = past_claims(given)
        incident = past_incident(given, moment)
        incident.save()
        AffectedComponent.objects.bulk_create(
            AffectedComponent(incident=incident, component=one, status=ComponentStatus.OPERATIONAL)
            for one in dict.fromkeys(one for own in claims for one in own)
        )
        return [
            publish(
                kind=BACKFILLED_UPDATE if number else BACKFILLED,
                subject=Subject("incident", incident.public_id),
                content=content,
                author=author,
                published_at=moment,
            )
            for number, content in enumerate(past_contents(incident, given, claims))
        ]


def incident_backfill(*, author: Author | None, **said: Unpack[Backfill]) -> Statement:
    """Publish an incident that is over, with its real times, in a single statement.

    Raises:
        ValidationError: a text, component, state, impact or time is not usable, or the incident
            was entered before.
    """
    given: PastIncident = {
        "name": said["name"],
        "components": said["components"],
        "started_at": said["started_at"],
        "impact": said.get("impact"),
        "told": said.get("told", False),
        "updates": [
            {"at": said["resolved_at"], "status": IncidentStatus.RESOLVED, "body": said["body"]}
        ],
    }
    names = {place(0, "at"): "resolved_at", place(0, "body"): "body"}
    return renaming(names, lambda: past_incident_enter(author=author, **given))[-1]


def renaming(
    names: Mapping[str, str], act: Callable[[], Sequence[Statement]]
) -> Sequence[Statement]:
    """Return what `act` does; fields that it refuses get the caller's names for them."""
    try:
        return act()
    except ValidationError as error:
        if not hasattr(error, "error_dict"):
            raise
        by_field = {names.get(name, name): found for name, found in error.error_dict.items()}
        raise ValidationError(by_field) from error


def past_claims(said: PastIncident) -> list[dict[Component, str]]:
    """Return the components that each update names, with their states from then on.

    Raises:
        ValidationError: by field, a component is unknown, or the end leaves one disturbed.
    """
    problems, found = Problems(), []
    for number, one in enumerate(said["updates"]):
        with problems.at(place(number, "components")):
            named = claimed(one.get("components") or {})
            found.append(named if states(one) else {})
            if not states(one) and set(named.values()) - {ComponentStatus.OPERATIONAL}:
                raise ValidationError(
                    _("“Resolved” sets all services of this incident back to operational.")
                )
    with problems.at("components"):
        first = claimed(said["components"])
    problems.refuse()
    return [{**first, **found[0]}, *found[1:]]


def past_contents(
    incident: Incident, said: PastIncident, claims: Sequence[Claims]
) -> list[Content]:
    """Return the content of the statement for each update, in their order."""
    held: dict[Component, str] = {}
    contents = []
    for number, (update, own) in enumerate(zip(said["updates"], claims, strict=True)):
        over = update["status"] == IncidentStatus.RESOLVED
        # If the first word is that it is over, what it names is how bad it was until then.
        before = dict(own) if over and not number else held
        held = {**held, **own}
        if over:
            held = dict.fromkeys(held, ComponentStatus.OPERATIONAL)
        then = changed(incident, {"status": update["status"], "impact": impacts(said)[number]})
        content = past_content(then, said, number, _changes(before, held))
        impact = update.get("impact") if number else then.impact
        contents.append({**content, **own_claims(own, impact)})
    return contents


def _changes(before: Claims, after: Claims) -> list[Change]:
    """Return the components with their states before and after, in page order."""
    in_order = sorted(after, key=lambda one: (one.position, one.pk))
    return told_changes(
        (one, before.get(one, ComponentStatus.OPERATIONAL), after[one]) for one in in_order
    )


def check_new(said: PastIncident) -> None:
    """Raise ValidationError where this very incident was entered before and still stands."""
    withdrawn = Statement.objects.filter(kind=WITHDRAWAL, corrects=OuterRef("pk"))
    standing = Statement.objects.filter(~Exists(withdrawn), kind=BACKFILLED)
    same = Incident.objects.filter(
        backfilled=True,
        name=said["name"],
        started_at=said["started_at"],
        public_id__in=standing.values("subject_id"),
    )
    if same.exists():
        message = _("“%(name)s” with this start was already entered.")
        problem = ValidationError(message % {"name": for_reader(said["name"])}, "duplicate")
        raise ValidationError({"name": problem})
