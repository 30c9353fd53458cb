"""What pages show of incidents, maintenances, notices, promises and postmortems."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.lifecycle import MAINTENANCE_ACTIVE, IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.notices.audience_words import audience_said
from statuspage.notices.backdating import Originally, day_of
from statuspage.notices.kind import NoticeState, PublicName, promises_a_day
from statuspage.notices.models import Notice
from statuspage.pages.notice_states import own_window, state_of
from statuspage.pages.timeline import TimelineEntry, entries, latest, notice_label
from statuspage.postmortems.selectors import told_after
from statuspage.settlement.models import Commitment
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.texts import LocalizedText, words
from statuspage.statements.times import from_iso

Timelines = Mapping[str, list[Statement]]


@dataclass(frozen=True)
class Reader:
    """What a page is rendered for: a language, a time, and the hidden components."""

    language: str
    now: datetime
    hidden: Set[str] = frozenset()


@dataclass(frozen=True)
class Card:
    """A subject with its timeline, newest first."""

    id: str
    name: LocalizedText
    timeline: Sequence[TimelineEntry]

    @property
    def latest(self) -> Sequence[TimelineEntry]:
        """The newest update with the corrections that followed it."""
        return latest(self.timeline)

    @property
    def original(self) -> TimelineEntry | None:
        """The first statement, without later ones about it."""
        return self.timeline[-1] if self.timeline else None


@dataclass(frozen=True)
class IncidentCard(Card):
    """An incident; `backfilled` is one that was entered only after it was over."""

    status: IncidentStatus
    impact: Impact
    started_at: datetime
    resolved_at: datetime | None
    next_update_by: datetime | None
    late: bool
    backfilled: bool
    # Its first statement was withdrawn: there was no such incident.
    in_error: bool
    left: timedelta | None
    lasted: timedelta | None
    parts: Sequence[Mapping[str, object]]
    notices: Sequence["NoticeCard"] = ()

    @property
    def resolved(self) -> bool:
        """True once it is over."""
        return self.status == IncidentStatus.RESOLVED


@dataclass(frozen=True)
class MaintenanceCard(Card):
    """A maintenance."""

    status: MaintenanceStatus
    scheduled_for: datetime
    scheduled_until: datetime
    started_at: datetime | None
    completed_at: datetime | None
    cancelled_at: datetime | None
    parts: Sequence[LocalizedText]

    @property
    def active(self) -> bool:
        """True while work is going on."""
        return self.status in MAINTENANCE_ACTIVE

    @property
    def over_at(self) -> datetime | None:
        """When it was completed or cancelled; None until then."""
        return self.completed_at or self.cancelled_at

    @property
    def lasts(self) -> timedelta:
        """How long it is planned to take."""
        return self.scheduled_until - self.scheduled_for


@dataclass(frozen=True)
class NoticeCard(Card):
    """A notice to merchants with its corrections; `dated` is one that promises a day."""

    form: str | Promise
    label: str | Promise
    published_at: datetime
    # As its author gave them, where its kind does not say them among the details.
    effective_from: datetime | None
    effective_until: datetime | None
    state: NoticeState | None
    audience: Sequence[str | Promise]
    products: Sequence[str]
    incident_id: str
    dated: bool
    # Of what was published before it was entered here: day, document number and link.
    originally: Originally | None
    originally_on: date | None
    incident_name: LocalizedText | None = None

    @property
    def withdrawn(self) -> bool:
        """True when it was taken back."""
        return self.original is not None and self.original.withdrawn


@dataclass(frozen=True)
class BoardPart:
    """A component as it is now; `bar` is the drawing of its ninety days, if they are shown."""

    id: str
    name: LocalizedText
    status: ComponentStatus
    description: LocalizedText | None
    bar: SafeString | None


@dataclass(frozen=True)
class BoardGroup:
    """The components of a group; those of none have no name."""

    name: LocalizedText | None
    parts: tuple[BoardPart, ...]


def incident_card(incident: Incident, said: Timelines, reader: Reader) -> IncidentCard:
    """Return the card of one incident; wants `affected__component` prefetched."""
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
        in_error=incident.in_error,
        left=abs(promised - reader.now) if promised else None,
        lasted=_lasted(incident),
        parts=_parts(incident, reader),
        timeline=entries(said.get(incident.public_id, []), reader.language, reader.hidden),
    )


def _lasted(incident: Incident) -> timedelta | None:
    """Return how long it lasted; None where it is open, or was published in error."""
    if incident.resolved_at is None or incident.in_error:
        return None
    return incident.resolved_at - incident.started_at


def maintenance_card(maintenance: Maintenance, said: Timelines, reader: Reader) -> MaintenanceCard:
    """Return the card of one maintenance; wants `components` prefetched."""
    return MaintenanceCard(
        id=maintenance.public_id,
        name=words(maintenance.name, reader.language),
        status=MaintenanceStatus(maintenance.status),
        scheduled_for=maintenance.scheduled_for,
        scheduled_until=maintenance.scheduled_until,
        started_at=maintenance.started_at,
        completed_at=maintenance.completed_at,
        cancelled_at=maintenance.cancelled_at,
        parts=[
            words(one.name, reader.language) for one in maintenance.components.all() if one.visible
        ],
        timeline=entries(said.get(maintenance.public_id, []), reader.language, reader.hidden),
    )


def notice_card(notice: Notice, said: Timelines, reader: Reader) -> NoticeCard:
    """Return the card of one notice."""
    statements = said.get(notice.public_id, [])
    content = statements[0].content if statements else {}
    begins, ends = own_window(notice)
    return NoticeCard(
        id=notice.public_id,
        name=words(notice.title, reader.language),
        form=PublicName(content.get("form", PublicName.NOTICE)).label,
        label=notice_label(notice.kind),
        published_at=notice.published_at,
        effective_from=begins,
        effective_until=ends,
        state=state_of(notice, statements, reader.now),
        audience=audience_said(notice.audience, notice.told),
        products=notice.audience.get("products") or [],
        incident_id=notice.incident_id,
        dated=promises_a_day(notice),
        originally=notice.originally,
        originally_on=day_of(notice.originally) if notice.originally else None,
        timeline=entries(statements, reader.language, reader.hidden),
    )


def _parts(incident: Incident, reader: Reader) -> list[Mapping[str, object]]:
    """Return the visible components it has affected, in page order, with their states in it."""
    rows = sorted(incident.affected.all(), key=lambda row: (row.component.position, row.pk))
    return [
        {
            "name": words(row.component.name, reader.language),
            "status": ComponentStatus(row.status),
        }
        for row in rows
        if row.component.visible
    ]


def account_cards(found: Iterable[Commitment], reader: Reader) -> list[dict[str, object]]:
    """Return the entries of the public ledger: what a notice promised, and what has been paid.

    `share` is in percent; `meter` is the same for an HTML attribute, at most 100.
    """
    return [
        {
            "id": one.notice.public_id,
            "name": words(one.notice.title, reader.language),
            "promised": one.promised,
            "due": one.due,
            "paid": one.paid,
            "share": one.share,
            "meter": f"{min(one.share or Decimal(0), Decimal(100)):f}",
            "paid_on": one.paid_on,
            "late": one.late(timezone.localdate(reader.now)),
            "payments": [
                {
                    "paid_on": payment.paid_on,
                    "amount": payment.amount,
                    "number": payment.statement_id,
                    "notice": payment.statement.subject_id,
                }
                for payment in one.payments.all()
            ],
        }
        for one in found
    ]


def postmortem_card(incident_id: str, language: str, today: date) -> dict[str, object] | None:
    """Return the postmortem of an incident, or by when it is promised; None without either."""
    told = told_after(timeline("incident", incident_id))
    if told.statement is None and told.due is None:
        return None
    content = told.statement.content if told.statement else {}
    return {
        "number": told.statement.number if told.statement else None,
        "published_at": told.statement.published_at if told.statement else None,
        "summary": words(content["body"], language) if content else None,
        "sections": [
            {name: words(one[name], language) for name in ("title", "body")}
            for one in content.get("sections", [])
        ],
        "actions": [_action(one, language, today) for one in told.actions],
        "due": told.due,
        "late": told.late(today),
    }


def _action(one: Mapping[str, Any], language: str, today: date) -> dict[str, object]:
    due = date.fromisoformat(one["due"]) if one["due"] else None
    done = from_iso(one["done_at"]) if one["done_at"] else None
    late = done is None and due is not None and today > due
    return {"text": words(one["text"], language), "due": due, "done_at": done, "late": late}
