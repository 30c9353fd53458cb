"""Which addresses a new statement changes, or the passing of a minute, or everything else."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Final

from django.db.models import Max, Q

from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.pages.log.page import STATEMENTS_A_PAGE
from statuspage.pages.months import Month, month_of
from statuspage.pages.rendering import registry
from statuspage.pages.selectors import record
from statuspage.pages.uptime.page import record_of_states
from statuspage.pages.views import ACCOUNTS_A_PAGE, NOTICES_A_PAGE
from statuspage.settlement.ledger.selectors import commitments
from statuspage.settlement.models import Notice
from statuspage.statements.models import Statement

# How long after its last statement a page still changes by itself: who was told is counted there.
STILL_MOVING: Final = timedelta(hours=24)

Subjects = set[tuple[str, str]]


def newest_number() -> int:
    """The number of the newest statement; 0 before the first."""
    return Statement.objects.aggregate(newest=Max("number"))["newest"] or 0


def after_statements(head: int) -> list[str]:
    """What the statements after number `head` change."""
    found = Statement.objects.filter(number__gt=head)
    subjects = set(found.values_list("subject_type", "subject_id"))
    shared = registry.changed_by({kind for kind, _public_id in subjects})
    own = _own(_with_related(subjects), _months(subjects))
    return [*shared, *_leaves(), *own]


def after_a_minute(now: datetime) -> list[str]:
    """What shows the clock: countdowns, arrival dates, and pages about which much is going on."""
    said = Statement.objects.filter(published_at__gte=now - STILL_MOVING)
    moving = set(said.values_list("subject_type", "subject_id"))
    opened = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    planned = Maintenance.objects.exclude(status=MaintenanceStatus.COMPLETED)
    moving |= {("incident", one) for one in opened.values_list("public_id", flat=True)}
    moving |= {("maintenance", one) for one in planned.values_list("public_id", flat=True)}
    # A month gains its link to the next one when that begins.
    months = [*_months(moving), month_of(now), month_of(now).previous]
    return [*registry.always(), *_own(moving, months)]


def everything() -> list[str]:
    """Every address that is kept as a snapshot."""
    subjects = chain.from_iterable(
        ((kind, one) for one in found.values_list("public_id", flat=True))
        for kind, found in (
            ("incident", Incident.objects.all()),
            ("maintenance", Maintenance.objects.all()),
            ("notice", Notice.objects.all()),
        )
    )
    (first, last), (known, _now) = record(), record_of_states()
    months = _from_to(min(first, known), last)
    return list(
        chain(registry.always(), _leaves(), registry.of_subjects(subjects), _of_months(months))
    )


def _leaves() -> Iterator[str]:
    """Later pages of lists; at the foot of each stands how far the log has got."""
    yield from registry.leaves("pages:log", -(-newest_number() // STATEMENTS_A_PAGE))
    yield from registry.leaves("pages:notices", -(-Notice.objects.count() // NOTICES_A_PAGE))
    yield from registry.leaves("pages:ledger", -(-commitments().count() // ACCOUNTS_A_PAGE))


def _own(subjects: Subjects, months: Iterable[Month]) -> Iterator[str]:
    """The pages of subjects, and of those months of which there is anything to tell."""
    yield from registry.of_subjects(sorted(subjects))
    yield from _of_months(sorted({*months}))


def _of_months(months: Sequence[Month]) -> Iterator[str]:
    """The pages of those months that there is a record of."""
    for view, (first, last) in (("history", record()), ("uptime", record_of_states())):
        known = (str(one) for one in months if first <= one <= last)
        yield from registry.of_months(f"pages:{view}", known)


def _with_related(subjects: Subjects) -> Subjects:
    """With the incident that a notice belongs to, the notices of an incident, and those that a
    notice names: what it pays, or what it ends.
    """
    ids = [public_id for _kind, public_id in subjects]
    rows = Notice.objects.filter(Q(public_id__in=ids) | Q(incident_id__in=ids))
    related = set(subjects)
    named: set[str] = set()
    for notice_id, incident_id, payload in rows.values_list("public_id", "incident_id", "payload"):
        related.add(("notice", notice_id))
        related |= {("incident", incident_id)} if incident_id else set()
        named |= {value for value in payload.values() if isinstance(value, str)}
    known = Notice.objects.filter(public_id__in=named).values_list("public_id", flat=True)
    return related | {("notice", one) for one in known}


def _months(subjects: Subjects) -> Iterator[Month]:
    """In which months of the history they stand."""
    ids = [public_id for _kind, public_id in subjects]
    began = Incident.objects.filter(public_id__in=ids).values_list("started_at", flat=True)
    planned = Maintenance.objects.filter(public_id__in=ids).values_list("scheduled_for", flat=True)
    return map(month_of, chain(began, planned))


def _from_to(first: Month, last: Month) -> list[Month]:
    months = []
    while first <= last:
        months.append(first)
        first = first.next
    return months
