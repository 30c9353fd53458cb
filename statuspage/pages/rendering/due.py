"""Which addresses are kept as snapshots, and which of them are due to be rendered again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from statuspage.incidents.lifecycle import MAINTENANCE_OVER, IncidentStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.said import as_said
from statuspage.notices.kind import every_kind
from statuspage.notices.models import Notice
from statuspage.pages.addresses import VIEWS
from statuspage.pages.paging import Month, month_of
from statuspage.pages.pictures.views import pictured
from statuspage.pages.selectors import record
from statuspage.pages.uptime.page import record_of_states
from statuspage.pages.views import ACCOUNTS_A_PAGE, NOTICES_A_PAGE
from statuspage.settlement.in_use import REPLACED
from statuspage.settlement.ledger import commitments
from statuspage.statements.models import Statement
from statuspage.statements.selectors import last_statement, timelines
from statuspage.statements.texts import ENGLISH, LANGUAGES
from statuspage.statements.times import from_iso

# What a statement is about: a kind of subject, or a component's state. What it does not change may
# be a minute old: every minute all of these are rendered again, because they show what is going
# on, the time, or in their footer how far the log has got.
EVERY: Final = frozenset(VIEWS)
STATE: Final = "state"
STATES: Final = frozenset({STATE})
INCIDENT: Final = frozenset({"incident"})
MAINTENANCE: Final = frozenset({"maintenance"})
NOTICE: Final = frozenset({"notice"})
WORK: Final = INCIDENT | MAINTENANCE
NONE: Final = frozenset[str]()

PAGES: Final[Mapping[str, Set[str]]] = {
    "pages:home": EVERY,
    "pages:history": WORK,
    "pages:notices": NOTICE,
    "pages:arrival": NOTICE | INCIDENT | STATES,
    "pages:ledger": NOTICE,
    "pages:uptime": STATES,
    "pages:transparency": NONE,
    "pages:log": EVERY,
    "verification:verify": NONE,
    "pages:privacy": NONE,
}
# The same for machines; English under `?lang=en`.
SPOKEN: Final[Mapping[str, Set[str]]] = {
    "machine:rss": EVERY,
    "machine:atom": EVERY,
    "machine:json_feed": EVERY,
    "machine:calendar": MAINTENANCE | NOTICE,
    "machine:badge": EVERY,
    "machine:api_summary": EVERY,
    "machine:api_status": EVERY,
    "machine:api_components": STATES,
    "machine:api_incidents": INCIDENT,
    "machine:api_unresolved": INCIDENT,
    "machine:api_maintenances": MAINTENANCE,
    "machine:api_upcoming": MAINTENANCE,
    "machine:api_active": MAINTENANCE,
}
# One for all languages.
PLAIN: Final[Mapping[str, Set[str]]] = {
    "machine:robots": NONE,
    "machine:security": NONE,
    "machine:widget": NONE,
    "machine:sitemap": NONE,
    "machine:transparency_csv": NONE,
    "machine:transparency_json": NONE,
    "machine:checkpoint": EVERY,
    "machine:vkey": NONE,
}

# So many pages of a list are kept; Django renders the older ones on request.
KEPT_LEAVES: Final = 5
# How long after its last statement a page still changes: it counts who has been notified.
STILL_MOVING: Final = timedelta(hours=24)
# In days: the money of a holiday comes some days after the last one that its notice names.
DAYS_BACK: Final = 4
# What is published while an edition is made may be dated before it.
MARGIN: Final = timedelta(minutes=5)

Subjects = set[tuple[str, str]]


def shared_pages(kinds: Set[str] | None = None) -> Iterator[str]:
    """Yield the addresses that statements about these kinds of subject change; all by default."""

    def wanted(table: Mapping[str, Set[str]]) -> list[str]:
        return [view for view, about in table.items() if kinds is None or about & kinds]

    for view in wanted(PAGES):
        yield from _in_each_language(view)
    for view in wanted(SPOKEN):
        yield from (reverse(view), f"{reverse(view)}?lang={ENGLISH}")
    yield from map(reverse, wanted(PLAIN))


def leaves(view: str, rows: int, size: int) -> Iterator[str]:
    """Yield the addresses of a list's second page and on, as far as they are kept."""
    last = min(-(-rows // size), KEPT_LEAVES)
    for address in _in_each_language(view):
        yield from (f"{address}?page={number}" for number in range(2, last + 1))


def _in_each_language(view: str, *arguments: str) -> Iterator[str]:
    for language in LANGUAGES:
        with override(language):
            yield reverse(view, args=arguments)


def newest_number() -> int:
    """Return the number of the newest statement; 0 before the first."""
    last = last_statement()
    return last.number if last else 0


def after_statements(head: int, now: datetime) -> list[str]:
    """Return what the statements after number `head` change; the present month is /history/."""
    found = Statement.objects.filter(number__gt=head)
    rows = found.values_list(
        "subject_type", "subject_id", "corrects_id", "document__content__components"
    )
    subjects, about = set(), set()
    for kind, public_id, corrects, components in rows:
        subjects.add((kind, public_id))
        about |= {kind, STATE} if corrects or _changed(components) else {kind}
        # A correction can change a headline, under which notices are listed.
        about |= NOTICE if corrects else NONE
    months = set(_months_told(subjects)) - {month_of(now)}
    shared = shared_pages(about if about <= EVERY | STATES else None)
    lists = _leaves() if about & NOTICE else ()
    # An answer may have left the record without its first months.
    emptied = _months_of("history", {one for one in months if one < record()[0]})
    return [*shared, *lists, *_own(_with_related(subjects), months), *emptied]


def _changed(components: Sequence[Mapping[str, Any]] | None) -> bool:
    return any(one["new_status"] != one["old_status"] for one in components or ())


def after_a_minute(since: datetime, now: datetime) -> list[str]:
    """Return what shows the clock (countdowns, arrival dates), and pages with much going on.

    `since` is when the last edition was made: a day may have begun, a date may have come.
    """
    said = Statement.objects.filter(published_at__gte=now - STILL_MOVING)
    moving = set(said.values_list("subject_type", "subject_id"))
    opened = Incident.objects.exclude(status=IncidentStatus.RESOLVED)
    planned = Maintenance.objects.exclude(status__in=MAINTENANCE_OVER)
    moving |= {("incident", one) for one in opened.values_list("public_id", flat=True)}
    moving |= {("maintenance", one) for one in planned.values_list("public_id", flat=True)}
    moving |= {("notice", one) for one in _turning(since, now)}
    # A month gains its link to the next one when that begins.
    months = [*_months(moving), month_of(now), month_of(now).previous]
    return [*shared_pages(), *_own(moving, months)]


def _turning(since: datetime, now: datetime) -> set[str]:
    """Return the notices whose pages say something else of their dates than they did then.

    A price or a rule that is said, taken back or begins takes the place of others, so that all of
    these change.
    """
    since = min(since, now - MARGIN)
    named = Q(effective_from__range=(since, now)) | Q(effective_until__range=(since, now))
    today, then = timezone.localdate(now), timezone.localdate(since)
    if today > then:
        passed = range(1 - DAYS_BACK, (today - then).days + 1)
        named |= _naming(then + timedelta(days=one) for one in passed)
    found = dict(Notice.objects.filter(named).values_list("public_id", "kind"))
    if REPLACED & {*found.values(), *_kinds_said(since)}:
        others = Notice.objects.filter(kind__in=REPLACED)
        return {*found, *others.values_list("public_id", flat=True)}
    return {*found}


def _naming(days: Iterable[date]) -> Q:
    """Return the condition that a notice names one of these days in one of its fields."""
    said, named = [one.isoformat() for one in days], Q()
    for kind in every_kind():
        for one in kind.fields:
            if one.value.name == "date":
                named |= Q(kind=kind.name, **{f"payload__{one.name}__in": said})
    return named


def _kinds_said(since: datetime) -> QuerySet[Notice, str]:
    """Return the kinds of the notices about which something was published since then."""
    about = Statement.objects.filter(published_at__gte=since, subject_type="notice")
    notices = Notice.objects.filter(public_id__in=about.values("subject_id"))
    return notices.values_list("kind", flat=True).distinct()


def everything() -> list[str]:
    """Return every address that is kept as a snapshot."""
    ids = {
        "incident": Incident.objects.values_list("public_id", flat=True),
        "maintenance": Maintenance.objects.values_list("public_id", flat=True),
        "notice": Notice.objects.values_list("public_id", flat=True),
    }
    subjects = {(kind, one) for kind, found in ids.items() for one in found}
    (first, last), (known, _now) = record(), record_of_states()
    months = [min(first, known)]
    while months[-1] < last:
        months.append(months[-1].next)
    return [*shared_pages(), *_leaves(), *_own(subjects, months)]


def _leaves() -> Iterator[str]:
    """Yield the later pages of lists of notices. Those of the log are made on request."""
    yield from leaves("pages:notices", Notice.objects.count(), NOTICES_A_PAGE)
    yield from leaves("pages:ledger", commitments().count(), ACCOUNTS_A_PAGE)


def _own(subjects: Subjects, months: Iterable[Month]) -> Iterator[str]:
    """Yield the pages of subjects, and of the months that have a record."""
    for kind, public_id in sorted(subjects):
        if kind in VIEWS:
            yield from _in_each_language(VIEWS[kind], public_id)
    notices = {public_id for kind, public_id in subjects if kind == "notice"}
    for public_id in pictured(notices):
        yield from _in_each_language("pages:notice_picture", public_id)
    for view, (first, last) in (("history", record()), ("uptime", record_of_states())):
        yield from _months_of(view, {one for one in months if first <= one <= last})


def _months_of(view: str, months: Iterable[Month]) -> Iterator[str]:
    for month in sorted(months):
        yield from (f"{page}?month={month}" for page in _in_each_language(f"pages:{view}"))


def _with_related(subjects: Subjects) -> Subjects:
    """Add a notice's incident, an incident's notices, and the notice that a notice pays or ends."""
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


def _months_told(subjects: Subjects) -> Iterator[Month]:
    """Yield every month of which the statements about these subjects have ever told.

    An answer can move a start, or open again what was over: all months since then are others.
    """
    for kind in sorted(WORK):
        ids = [public_id for of, public_id in subjects if of == kind]
        for said in timelines(kind, ids).values():
            moments = [moment for one in said for moment in _moments(one)]
            month, last = month_of(min(moments)), month_of(max(moments))
            while month <= last:
                yield month
                month = month.next


def _moments(statement: Statement) -> Iterator[datetime]:
    """Yield from when to when a statement changes the record; an answer of words, when it is."""
    begins = (statement.content.get(name) for name in ("started_at", "scheduled_for"))
    yield from (from_iso(one) for one in begins if one)
    if statement.corrects_id is None or as_said(statement).changes_state:
        yield statement.happened_at


def _months(subjects: Subjects) -> Iterator[Month]:
    """Return the months of the history that show these subjects."""
    ids: dict[str, list[str]] = {"incident": [], "maintenance": []}
    for kind, public_id in subjects:
        ids.setdefault(kind, []).append(public_id)
    # Django does not ask the database for what is in an empty list.
    began = Incident.objects.filter(public_id__in=ids["incident"])
    planned = Maintenance.objects.filter(public_id__in=ids["maintenance"])
    moments = (
        *began.values_list("started_at", flat=True),
        *planned.values_list("scheduled_for", flat=True),
    )
    return map(month_of, moments)
