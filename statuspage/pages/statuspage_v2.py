"""The objects of the public Statuspage v2 contract, built from rows and from the log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final

from django.conf import settings
from django.utils import timezone

from statuspage.components.models import Component, ComponentGroup
from statuspage.components.selectors import grouped, overall_state
from statuspage.components.statuses import worst
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.pages.addresses import subject_url
from statuspage.pages.feeds import home_url, spoken
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.postmortems.selectors import told_after
from statuspage.statements.models import Statement
from statuspage.statements.texts import in_language

# One installation serves one page; clients only compare this, they never look it up.
PAGE_ID: Final = "candorstatus"
MAINTENANCE_IMPACT: Final = "maintenance"

Object = dict[str, Any]


@dataclass(frozen=True)
class Board:
    """The visible components and the language in which everything is named."""

    components: Sequence[Component]
    language: str

    def component_of(self, pk: int) -> Component | None:
        """The component, or None when the public may not see it."""
        return self._by_pk.get(pk)

    @cached_property
    def _by_pk(self) -> Mapping[int, Component]:
        return {one.pk: one for one in self.components}


def stamp(moment: datetime) -> str:
    """ISO 8601 with milliseconds and Beijing's offset."""
    return timezone.localtime(moment).isoformat(timespec="milliseconds")


def stamp_or_none(moment: datetime | None) -> str | None:
    """The same, for a moment that may be absent."""
    return stamp(moment) if moment else None


def page_object(board: Board, last: Statement | None) -> Object:
    """Whose page it is, and when anything on it last changed."""
    changes = [one.updated_at for one in board.components]
    changes += [last.published_at] if last else []
    return {
        "id": PAGE_ID,
        "name": in_language(settings.OPERATOR_NAME, board.language),
        "url": home_url(),
        "time_zone": settings.TIME_ZONE,
        "updated_at": stamp(max(changes, default=datetime.fromtimestamp(0, UTC))),
    }


def status_object(board: Board) -> Object:
    """The overall state in the contract's own words."""
    description, indicator = overall_state(board.components)
    return {"indicator": str(indicator), "description": description}


def component_rows(board: Board) -> list[Object]:
    """Every visible component, each group's row before its members."""
    rows: list[Object] = []
    for row in grouped(board.components):
        if row.group is not None:
            rows.append(_group_object(row.group, row.components, board))
        rows += [component_object(one, board) for one in row.components]
    return rows


def component_object(component: Component, board: Board) -> Object:
    """One component."""
    started = component.start_date
    return {
        "id": component.public_id,
        "name": in_language(component.name, board.language),
        "status": component.status,
        "created_at": stamp(component.created_at),
        "updated_at": stamp(component.updated_at),
        "position": component.position,
        "description": in_language(component.description, board.language) or None,
        "showcase": component.showcase,
        "start_date": started.isoformat() if started else None,
        "group_id": component.group.public_id if component.group else None,
        "page_id": PAGE_ID,
        "group": False,
        "only_show_if_degraded": component.only_show_if_degraded,
    }


def incident_object(incident: Incident, said: Iterable[Statement], board: Board) -> Object:
    """One incident; wants `affected` prefetched. `said` is its timeline, oldest first."""
    affected = (board.component_of(row.component_id) for row in incident.affected.all())
    statements = list(said)
    over = incident.status == IncidentStatus.RESOLVED and told_after(statements).statement
    return {
        **_head(incident, incident.impact, board, "incident"),
        **({"status": POSTMORTEM_STATUS} if over else {}),
        "monitoring_at": stamp_or_none(incident.monitoring_at),
        "resolved_at": stamp_or_none(incident.resolved_at),
        "started_at": stamp(incident.started_at),
        "incident_updates": update_objects(incident.public_id, statements, board),
        "components": _objects(affected, board),
    }


def maintenance_object(maintenance: Maintenance, said: Iterable[Statement], board: Board) -> Object:
    """One maintenance; wants `components` prefetched. `said` is its timeline, oldest first."""
    concerned = (board.component_of(one.pk) for one in maintenance.components.all())
    return {
        **_head(maintenance, MAINTENANCE_IMPACT, board, "maintenance"),
        "monitoring_at": None,
        "resolved_at": stamp_or_none(maintenance.completed_at),
        "started_at": stamp(maintenance.started_at or maintenance.scheduled_for),
        "incident_updates": update_objects(maintenance.public_id, said, board),
        "components": _objects(concerned, board),
        "scheduled_for": stamp(maintenance.scheduled_for),
        "scheduled_until": stamp(maintenance.scheduled_until),
    }


def update_objects(subject_id: str, said: Iterable[Statement], board: Board) -> list[Object]:
    """The updates newest first; a correction carries the status that held when it was made."""
    found: list[Object] = []
    status = ""
    for statement in said:
        status = statement.content.get("status", status)
        found.insert(0, _update_object(statement, subject_id, status, board))
    return found


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
    at = stamp(statement.published_at)
    return {
        "id": f"st{statement.number}",
        "status": status,
        "body": spoken(statement, board.language),
        "incident_id": subject_id,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": _affected(statement, board),
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _affected(statement: Statement, board: Board) -> list[Object] | None:
    visible = {one.public_id for one in board.components}
    affected = [
        {
            "code": one["id"],
            "name": in_language(one["name"], board.language),
            "old_status": one["old_status"],
            "new_status": one["new_status"],
        }
        for one in statement.content.get("components", [])
        if one["id"] in visible and statement.corrects_id is None
    ]
    return affected or None


def _group_object(group: ComponentGroup, members: Sequence[Component], board: Board) -> Object:
    return {
        "id": group.public_id,
        "name": in_language(group.name, board.language),
        "status": str(worst(one.status for one in members)),
        "created_at": stamp(group.created_at),
        "updated_at": stamp(group.updated_at),
        "position": group.position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": PAGE_ID,
        "group": True,
        "only_show_if_degraded": False,
        "components": [one.public_id for one in members],
    }


def _objects(components: Iterable[Component | None], board: Board) -> list[Object]:
    """Whole objects of those that the public may see, in page order."""
    seen = [one for one in components if one is not None]
    seen.sort(key=lambda one: (one.position, one.pk))
    return [component_object(one, board) for one in seen]
