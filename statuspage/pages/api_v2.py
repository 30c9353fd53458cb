"""The Statuspage v2 API: unauthenticated, for any origin, `?lang=en` for English."""

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property, lru_cache, partial
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import get_language

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.selectors import grouped, visible_components
from statuspage.components.statuses import worst
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.pages import current
from statuspage.pages.addresses import subject_url
from statuspage.pages.feeds import detailed, home_url
from statuspage.pages.http import View, for_machines
from statuspage.pages.overall import state_of
from statuspage.pages.selectors import Subject
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.postmortems.selectors import told_after
from statuspage.statements.models import Statement
from statuspage.statements.selectors import last_statement, timelines
from statuspage.statements.texts import CHINESE, in_language

# One installation serves one page; clients only compare this id.
PAGE_ID: Final = "candorstatus"
MAINTENANCE_IMPACT: Final = "maintenance"
STAMPS_KEPT: Final = 10_000

Object = dict[str, Any]


@dataclass(frozen=True)
class Board:
    """The visible components and the language in which everything is named."""

    components: Sequence[Component]
    language: str

    @cached_property
    def public_ids(self) -> Set[str]:
        """The public ids of the components."""
        return {one.public_id for one in self.components}

    @cached_property
    def _by_pk(self) -> Mapping[int, Component]:
        return {one.pk: one for one in self.components}

    @cached_property
    def incidents(self) -> current.CurrentIncidents:
        """The incidents of the present, read once for a document."""
        return current.incidents()

    def objects(self, pks: Set[int]) -> list[Object]:
        """Return the objects of the visible ones among these components, in page order."""
        seen = [self._by_pk[pk] for pk in pks & self._by_pk.keys()]
        seen.sort(key=lambda one: (one.position, one.pk))
        return [component_object(one, self) for one in seen]


# Most times are those of old updates, and every document gives them again.
@lru_cache(STAMPS_KEPT)
def stamp(moment: datetime | None) -> str | None:
    """Return ISO 8601 with milliseconds and Beijing's offset; None for an absent time."""
    return timezone.localtime(moment).isoformat(timespec="milliseconds") if moment else None


def page_object(board: Board) -> Object:
    """Return whose page it is, and when anything on it last changed."""
    last, changes = last_statement(), [one.updated_at for one in board.components]
    changes += [last.published_at] if last else []
    return {
        "id": PAGE_ID,
        "name": in_language(settings.OPERATOR_NAME, board.language),
        "url": home_url(),
        "time_zone": settings.TIME_ZONE,
        "updated_at": stamp(max(changes, default=datetime.fromtimestamp(0, UTC))),
    }


def status_object(board: Board) -> Object:
    """Return the overall state in the contract's own words."""
    state = state_of(board.components, board.incidents.open)
    return {"indicator": str(state.indicator), "description": state.description}


def component_rows(board: Board) -> list[Object]:
    """Return every visible component, each group's row before its members."""
    rows: list[Object] = []
    for row in grouped(board.components):
        if row.group is not None:
            rows.append(_group_object(row.group, row.components, board))
        rows += [component_object(one, board) for one in row.components]
    return rows


def component_object(component: Component, board: Board) -> Object:
    """Return one component."""
    started = component.start_date
    return _object(component, component.status, board) | {
        "description": in_language(component.description, board.language) or None,
        "showcase": component.showcase,
        "start_date": started.isoformat() if started else None,
        "group_id": component.group.public_id if component.group else None,
        "only_show_if_degraded": component.only_show_if_degraded,
    }


def _group_object(group: ComponentGroup, members: Sequence[Component], board: Board) -> Object:
    return _object(group, str(worst(one.status for one in members)), board) | {
        "group": True,
        "components": [one.public_id for one in members],
    }


def _object(row: Component | ComponentGroup, status: str, board: Board) -> Object:
    """Return a component's or group's object, in the contract's order."""
    return {
        "id": row.public_id,
        "name": in_language(row.name, board.language),
        "status": status,
        "created_at": stamp(row.created_at),
        "updated_at": stamp(row.updated_at),
        "position": row.position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": False,
    }


def incident_object(incident: Incident, said: Iterable[Statement], board: Board) -> Object:
    """Return one incident with `affected` prefetched; `said` is its timeline, oldest first."""
    statements = list(said)
    over = incident.status == IncidentStatus.RESOLVED and told_after(statements).statement
    return {
        **_head(incident, incident.impact, board, "incident"),
        **({"status": POSTMORTEM_STATUS} if over else {}),
        # Entered afterwards, it began to be told of when it did.
        **({"created_at": stamp(statements[0].happened_at)} if incident.backfilled else {}),
        "monitoring_at": stamp(incident.monitoring_at),
        "resolved_at": stamp(incident.resolved_at),
        "started_at": stamp(incident.started_at),
        "incident_updates": update_objects(incident.public_id, statements, board),
        "components": board.objects({row.component_id for row in incident.affected.all()}),
    }


def maintenance_object(maintenance: Maintenance, said: Iterable[Statement], board: Board) -> Object:
    """Return one maintenance with `components` prefetched; `said` is its timeline, oldest first."""
    return {
        **_head(maintenance, MAINTENANCE_IMPACT, board, "maintenance"),
        "status": _contracted(maintenance.status),
        "monitoring_at": None,
        "resolved_at": stamp(maintenance.over_at),
        "started_at": stamp(maintenance.started_at or maintenance.scheduled_for),
        "incident_updates": update_objects(maintenance.public_id, said, board),
        "components": board.objects({one.pk for one in maintenance.components.all()}),
        "scheduled_for": stamp(maintenance.scheduled_for),
        "scheduled_until": stamp(maintenance.scheduled_until),
    }


def update_objects(subject_id: str, said: Iterable[Statement], board: Board) -> list[Object]:
    """Return the updates newest first; a correction carries the status of its time."""
    found: list[Object] = []
    status = ""
    for statement in said:
        status = statement.news.get("status", status)
        found.insert(0, _update_object(statement, subject_id, status, board))
    return found


def _contracted(status: str) -> str:
    """Return the status in the contract's words, which have no other for what was cancelled."""
    return str(MaintenanceStatus.COMPLETED) if status == MaintenanceStatus.CANCELLED else status


def _head(subject: Incident | Maintenance, impact: str, board: Board, subject_type: str) -> Object:
    return {
        "id": subject.public_id,
        "name": in_language(subject.name, board.language),
        "status": subject.status,
        "created_at": stamp(subject.created_at),
        "updated_at": stamp(subject.updated_at),
        "impact": impact,
        "shortlink": subject_url(subject_type, subject.public_id),
        "page_id": PAGE_ID,
        "reminder_intervals": None,
    }


def _update_object(statement: Statement, subject_id: str, status: str, board: Board) -> Object:
    at, content = stamp(statement.happened_at), statement.content
    return {
        "id": f"st{statement.number}",
        "status": _contracted(status),
        "body": detailed(statement, board.language),
        "incident_id": subject_id,
        "created_at": at,
        "updated_at": stamp(statement.published_at),
        "display_at": at,
        "affected_components": _affected(statement, board),
        "deliver_notifications": not content.get("backfilled") or content.get("told", False),
        "custom_tweet": None,
        "tweet_id": None,
    }


def _affected(statement: Statement, board: Board) -> list[Object] | None:
    affected = [
        {
            "code": one["id"],
            "name": in_language(one["name"], board.language),
            "old_status": one["old_status"],
            "new_status": one["new_status"],
        }
        for one in statement.content.get("components", [])
        if one["id"] in board.public_ids and statement.corrects_id is None
    ]
    return affected or None


Part = Callable[[Board], object]


def _answer(**parts: Part) -> View[[]]:
    """Return a view that answers with the page and each of the parts."""

    def view(request: HttpRequest) -> HttpResponse:
        board = Board(visible_components(), get_language() or CHINESE)
        document: Mapping[str, object] = {
            "page": page_object(board),
            **{name: part(board) for name, part in parts.items()},
        }
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False})

    return for_machines(view)


def _subjects(
    kind: str,
    to_object: Callable[[Subject, list[Statement], Board], Object],
    read: Callable[[Board], Sequence[Subject]],
) -> Part:
    def part(board: Board) -> list[Object]:
        rows = read(board)
        timeline = timelines(kind, tuple(row.public_id for row in rows))
        return [to_object(row, timeline.get(row.public_id, []), board) for row in rows]

    return part


_incidents = partial(_subjects, "incident", incident_object)
_maintenances = partial(_subjects, "maintenance", maintenance_object)


summary = _answer(
    status=status_object,
    components=component_rows,
    incidents=_incidents(lambda board: board.incidents.open),
    scheduled_maintenances=_maintenances(lambda _board: current.maintenances().open),
)
status = _answer(status=status_object)
components = _answer(components=component_rows)
incidents = _answer(incidents=_incidents(lambda board: board.incidents.newest))
unresolved = _answer(incidents=_incidents(lambda board: board.incidents.open))
maintenances = _answer(
    scheduled_maintenances=_maintenances(lambda _board: current.maintenances().newest)
)
upcoming = _answer(
    scheduled_maintenances=_maintenances(lambda _board: current.maintenances().scheduled)
)
active = _answer(scheduled_maintenances=_maintenances(lambda _board: current.maintenances().active))
