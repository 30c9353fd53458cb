"""What is promised and not yet kept: the next update, the first word, the postmortem."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final

from django.urls import reverse
from django.utils import timezone

from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import first_update_by, postmortem_by
from statuspage.monitors.opening import opening_of
from statuspage.monitors.selectors import waiting_drafts
from statuspage.postmortems.content import POSTMORTEM
from statuspage.regulator.selectors import running
from statuspage.settlement.notices.yearly_disclosure import NAME
from statuspage.settlement.selectors import standing_notices
from statuspage.statements.models import Statement
from statuspage.statements.texts import Text
from statuspage.statements.times import iso

# Nobody is reminded for ever of a postmortem that was never written.
POSTMORTEM_DAYS: Final = 60
LAST_MONTH: Final = 3


class Kind(StrEnum):
    """What was promised."""

    UPDATE = "update"
    FIRST = "first"
    POSTMORTEM = "postmortem"
    REGULATOR = "regulator"
    DISCLOSURE = "disclosure"


@dataclass(frozen=True)
class Promise:
    """One that is open. `by` is when it is due, `url` the path of the console's page."""

    kind: Kind
    subject: str
    name: Text
    by: datetime
    url: str

    @property
    def key(self) -> str:
        """Names it and its time: the same one is never another's."""
        return f"{self.kind} {self.subject} {iso(self.by)}"


def open_promises(now: datetime) -> list[Promise]:
    """All that is promised and not kept, late or not."""
    return [*_updates(), *_first_words(now), *_postmortems(now), *_reports(now), *_disclosure(now)]


def _updates() -> Iterator[Promise]:
    opened = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    for one in opened.filter(next_update_by__isnull=False).order_by("pk"):
        if one.next_update_by:
            yield _of_incident(Kind.UPDATE, one, one.next_update_by)


def _first_words(now: datetime) -> Iterator[Promise]:
    """Of what monitors noticed and nobody has published or dismissed."""
    for draft in waiting_drafts():
        opening = opening_of(draft, now)
        by = first_update_by(opening.impact, draft.detected_at)
        if by:
            url = reverse("console:signal_draft", args=[draft.pk])
            yield Promise(Kind.FIRST, f"draft-{draft.pk}", opening.name, by, url)


def _postmortems(now: datetime) -> Iterator[Promise]:
    since = now - timedelta(days=POSTMORTEM_DAYS)
    over = Incident.objects.filter(resolved_at__gte=since, backfilled=False).order_by("pk")
    told = Statement.objects.filter(kind=POSTMORTEM, subject_type="incident")
    for one in over.exclude(public_id__in=told.values("subject_id")):
        day = postmortem_by(one.impact, one.resolved_at) if one.resolved_at else None
        if day:
            midnight = datetime.combine(day, time.max, timezone.get_current_timezone())
            yield _of_incident(Kind.POSTMORTEM, one, midnight.replace(microsecond=0))


def _reports(now: datetime) -> Iterator[Promise]:
    """To the regulator: each that has a time and is not ticked off."""
    for standing in running(now):
        for line in standing.owed:
            if line.by:
                one = standing.incident
                url = reverse("console:incident_regulator", args=[one.public_id])
                subject = f"{one.public_id}-{line.duty}"
                yield Promise(Kind.REGULATOR, subject, one.name, line.by, url)


def _disclosure(now: datetime) -> Iterator[Promise]:
    """Of last year, by 31 January; nobody is reminded of it after the quarter."""
    today = timezone.localdate(now)
    year = today.year - 1
    out = standing_notices(timezone.now()).filter(kind=NAME, payload__year=year)
    if today.month > LAST_MONTH or out.exists():
        return
    due = datetime(today.year, 1, 31, 23, 59, 59, tzinfo=timezone.get_current_timezone())
    url = reverse("console:notice_compose", args=[NAME])
    name = {"zh-hans": f"{year} 年度信息披露", "en": f"Disclosure for {year}"}
    yield Promise(Kind.DISCLOSURE, str(year), name, due, url)


def _of_incident(kind: Kind, incident: Incident, by: datetime) -> Promise:
    page = "console:postmortem" if kind == Kind.POSTMORTEM else "console:incident"
    url = reverse(page, args=[incident.public_id])
    return Promise(kind, incident.public_id, incident.name, by, url)
