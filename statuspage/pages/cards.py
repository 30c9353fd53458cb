"""Incidents, maintenance and notices as a page shows them: their rows joined with what was said."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.pages.timeline import Entry, entries, latest, notice_label, spoken
from statuspage.pages.uptime.bars import Bar
from statuspage.pages.words import Words, words
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.models import Notice
from statuspage.settlement.notices.base import Form
from statuspage.statements.models import Statement

Timelines = Mapping[str, list[Statement]]


@dataclass(frozen=True)
class Reader:
    """For whom a page is made: a language, a moment, and what must stay hidden."""

    language: str
    now: datetime
    hidden: Set[str] = frozenset()


@dataclass(frozen=True)
class Part:
    """A component with the state it is in."""

    name: Words
    status: ComponentStatus
    description: Words | None = None
    bar: Bar | None = None


@dataclass(frozen=True)
class IncidentCard:
    """An incident with its timeline, newest first."""

    id: str
    name: Words
    status: IncidentStatus
    impact: Impact
    started_at: datetime
    resolved_at: datetime | None
    next_update_by: datetime | None
    late: bool
    # Entered only after it was over.
    backfilled: bool
    left: timedelta | None
    lasted: timedelta | None
    parts: Sequence[Part]
    timeline: Sequence[Entry]

    @property
    def resolved(self) -> bool:
        """True once it is over."""
        return self.status == IncidentStatus.RESOLVED

    @property
    def latest(self) -> Sequence[Entry]:
        """The newest update with the corrections that followed it."""
        return latest(self.timeline)


@dataclass(frozen=True)
class MaintenanceCard:
    """A maintenance with its timeline, newest first."""

    id: str
    name: Words
    status: MaintenanceStatus
    scheduled_for: datetime
    scheduled_until: datetime
    started_at: datetime | None
    completed_at: datetime | None
    parts: Sequence[Words]
    timeline: Sequence[Entry]

    @property
    def active(self) -> bool:
        """True while work is going on."""
        return self.status in MAINTENANCE_ACTIVE

    @property
    def lasts(self) -> timedelta:
        """How long it is planned to take."""
        return self.scheduled_until - self.scheduled_for

    @property
    def latest(self) -> Sequence[Entry]:
        """The newest update with the corrections that followed it."""
        return latest(self.timeline)


@dataclass(frozen=True)
class NoticeCard:
    """A notice to merchants with its corrections, newest first.

    `details` and `tables` are as the log keeps them: what was said, in the reader's language.
    """

    id: str
    name: Words
    form: str | Promise
    label: str | Promise
    published_at: datetime
    effective_from: datetime | None
    effective_until: datetime | None
    audience: Sequence[str | Promise]
    products: Sequence[str]
    details: Sequence[Mapping[str, Any]]
    tables: Sequence[Mapping[str, Any]]
    incident_id: str
    timeline: Sequence[Entry]

    @property
    def original(self) -> Entry | None:
        """The notice itself, without what was said about it later."""
        return self.timeline[-1] if self.timeline else None


def incident_card(incident: Incident, said: Timelines, reader: Reader) -> IncidentCard:
    """The card of one incident; wants `affected__component` prefetched."""
    promised = incident.next_update_by
    return IncidentCard(
        id=incident.public_id,
        name=words(incident.name, reader.language),
        status=IncidentStatus(incident.status),
        impact=Impact(incident.impact),
        started_at=incident.started_at,
        resolved_at=incident.resolved_at,
        next_update_by=promised,
        late=promised is not None and promised < reader.now,
        backfilled=incident.backfilled,
        left=abs(promised - reader.now) if promised else None,
        lasted=incident.resolved_at - incident.started_at if incident.resolved_at else None,
        parts=_parts(incident, reader),
        timeline=entries(said.get(incident.public_id, []), reader.language, reader.hidden),
    )


def maintenance_card(maintenance: Maintenance, said: Timelines, reader: Reader) -> MaintenanceCard:
    """The card of one maintenance; wants `components` prefetched."""
    return MaintenanceCard(
        id=maintenance.public_id,
        name=words(maintenance.name, reader.language),
        status=MaintenanceStatus(maintenance.status),
        scheduled_for=maintenance.scheduled_for,
        scheduled_until=maintenance.scheduled_until,
        started_at=maintenance.started_at,
        completed_at=maintenance.completed_at,
        parts=[
            words(one.name, reader.language) for one in maintenance.components.all() if one.visible
        ],
        timeline=entries(said.get(maintenance.public_id, []), reader.language, reader.hidden),
    )


def notice_card(notice: Notice, said: Timelines, reader: Reader) -> NoticeCard:
    """The card of one notice."""
    statements = said.get(notice.public_id, [])
    content = statements[0].content if statements else {}
    return NoticeCard(
        id=notice.public_id,
        name=words(notice.title, reader.language),
        form=Form(content.get("form", Form.NOTICE)).label,
        label=notice_label(notice.kind),
        published_at=notice.published_at,
        effective_from=notice.effective_from,
        effective_until=notice.effective_until,
        audience=_audience(notice),
        products=notice.audience.get("products") or [],
        details=spoken(content.get("details"), reader.language),
        tables=spoken(content.get("tables"), reader.language),
        incident_id=notice.incident_id,
        timeline=entries(statements, reader.language, reader.hidden),
    )


def _parts(incident: Incident, reader: Reader) -> list[Part]:
    """The visible components it has touched, in page order, in the state it holds them now."""
    rows = sorted(incident.affected.all(), key=lambda row: (row.component.position, row.pk))
    return [
        Part(words(row.component.name, reader.language), ComponentStatus(row.status))
        for row in rows
        if row.component.visible
    ]


def _audience(notice: Notice) -> list[str | Promise]:
    categories = notice.audience.get("categories") or []
    said: list[str | Promise] = [MerchantCategory(one).label for one in categories]
    agents = [_("Agents")] if notice.audience.get("agents") else []
    return [*(said or [_("All merchants")]), *agents]
