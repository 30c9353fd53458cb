"""What each page shows, read with a fixed number of queries however much there is to show."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, TypeVar

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise

from statuspage.components.models import Component
from statuspage.components.selectors import grouped, overall_state, visible_components
from statuspage.components.statuses import HEADLINES, ComponentStatus, Indicator
from statuspage.incidents import selectors as log
from statuspage.incidents.models import Incident, Maintenance
from statuspage.once import once, present
from statuspage.pages.cards import (
    IncidentCard,
    MaintenanceCard,
    NoticeCard,
    Part,
    Reader,
    incident_card,
    maintenance_card,
    notice_card,
)
from statuspage.pages.days import Day, recent_days
from statuspage.pages.look import INDICATOR_TONE
from statuspage.pages.months import Month, month_of
from statuspage.pages.uptime.bars import Bar, ninety_days_bars
from statuspage.pages.words import Words, words
from statuspage.settlement.arrival import Answer, paid_now
from statuspage.settlement.backlog.selectors import BACKLOG
from statuspage.settlement.models import Notice, Product
from statuspage.settlement.selectors import notices, notices_of_incident
from statuspage.statements.selectors import last_statement, timelines

Row = TypeVar("Row", Incident, Maintenance, Notice)

RECENT_DAYS: Final = 14
# A settlement notice stays on the first page as long as merchants may still wait for its money.
NOTICE_DAYS: Final = 30
NOTICES_SHOWN: Final = 5
# How often, in seconds, an open page asks for news.
REFRESH_CALM: Final = 15
REFRESH_OPEN: Final = 5


@dataclass(frozen=True)
class Group:
    """A heading (None for components that stand alone) and its components."""

    name: Words | None
    parts: Sequence[Part]


@dataclass(frozen=True)
class Home:
    """The first page."""

    headline: str | Promise
    indicator: Indicator
    incidents: Sequence[IncidentCard]
    active: Sequence[MaintenanceCard]
    upcoming: Sequence[MaintenanceCard]
    notices: Sequence[NoticeCard]
    arrivals: Sequence[Answer]
    groups: Sequence[Group]
    days: Sequence[Day]
    spoken_at: datetime | None
    refresh: int

    @property
    def tone(self) -> str:
        """The component status whose colours and icon stand for the whole."""
        return INDICATOR_TONE[self.indicator]

    @property
    def notices_by_audience(self) -> Sequence[tuple[Sequence[str | Promise], list[NoticeCard]]]:
        """The notices under those whom they concern; whose is the newest comes first."""
        found: dict[tuple[str, ...], list[NoticeCard]] = {}
        for card in self.notices:
            found.setdefault(tuple(map(str, card.audience)), []).append(card)
        return list(found.items())


@dataclass(frozen=True)
class History:
    """One month of it; the neighbours are None where the record ends."""

    month: Month
    incidents: Sequence[IncidentCard]
    maintenances: Sequence[MaintenanceCard]
    previous: Month | None
    next: Month | None


def reader(language: str) -> Reader:
    """A reader of now."""
    return Reader(language=language, now=present(), hidden=_hidden())


@once
def listed(found: Callable[[], QuerySet[Row]]) -> list[Row]:
    """The rows of a selector, read at once."""
    return list(found())


def home(one: Reader) -> Home:
    """The first page: what is open now, and the last fourteen days."""
    components = visible_components()
    description, indicator = overall_state(components)
    first_day = timezone.localdate(one.now) - timedelta(days=RECENT_DAYS - 1)
    opened = incident_cards(listed(log.open_incidents), one)
    active = maintenance_cards(listed(log.active_maintenances), one)
    last = last_statement()
    return Home(
        headline=HEADLINES[description],
        indicator=indicator,
        incidents=opened,
        active=active,
        upcoming=maintenance_cards(listed(log.scheduled_maintenances), one),
        notices=_current_notices(one),
        arrivals=_paid_now(one.now),
        groups=_groups(components, one),
        days=_recent_days(first_day, one),
        spoken_at=last.published_at if last else None,
        refresh=REFRESH_OPEN if opened or active else REFRESH_CALM,
    )


def history(month: Month, one: Reader) -> History:
    """Everything that began in `month`, the latest first."""
    ends = month.next.begins
    began = log.incidents().filter(started_at__gte=month.begins, started_at__lt=ends)
    planned = log.maintenances().filter(scheduled_for__gte=month.begins, scheduled_for__lt=ends)
    first, last = record()
    return History(
        month=month,
        incidents=incident_cards(began, one),
        maintenances=maintenance_cards(planned, one),
        previous=month.previous if first < month else None,
        next=month.next if month < last else None,
    )


def incident(public_id: str, one: Reader) -> IncidentCard | None:
    """One incident with its whole timeline; None when there is none."""
    return next(iter(incident_cards(_named(log.incidents, public_id), one)), None)


def maintenance(public_id: str, one: Reader) -> MaintenanceCard | None:
    """One maintenance with its whole timeline; None when there is none."""
    found = _named(log.maintenances, public_id)
    return next(iter(maintenance_cards(found, one)), None)


def notice(public_id: str, one: Reader) -> NoticeCard | None:
    """One notice with its corrections; None when there is none."""
    return next(iter(notice_cards(_named(notices, public_id), one)), None)


def related_notices(incident_id: str, one: Reader) -> list[NoticeCard]:
    """The notices that belong to one incident; those of its backlog have a place of their own."""
    return notice_cards(notices_of_incident(incident_id).exclude(kind=BACKLOG), one)


def incident_name(public_id: str, language: str) -> Words | None:
    """What an incident is called; None when there is none."""
    found = Incident.objects.filter(public_id=public_id).values_list("name", flat=True).first()
    return words(found, language) if found else None


def product_names(codes: Sequence[str], language: str) -> list[Words]:
    """What products are called."""
    if not codes:
        return []
    names = Product.objects.filter(code__in=codes).values_list("name", flat=True)
    return [words(name, language) for name in names]


def incident_cards(found: Iterable[Incident], one: Reader) -> list[IncidentCard]:
    """Cards for incidents, their timelines read in one query."""
    rows = list(found)
    said = timelines("incident", [row.public_id for row in rows])
    return [incident_card(row, said, one) for row in rows]


def maintenance_cards(found: Iterable[Maintenance], one: Reader) -> list[MaintenanceCard]:
    """Cards for maintenances, their timelines read in one query."""
    rows = list(found)
    said = timelines("maintenance", [row.public_id for row in rows])
    return [maintenance_card(row, said, one) for row in rows]


def notice_cards(found: Iterable[Notice], one: Reader) -> list[NoticeCard]:
    """Cards for notices, their statements read in one query."""
    rows = list(found)
    said = timelines("notice", [row.public_id for row in rows])
    return [notice_card(row, said, one) for row in rows]


@once
def _hidden() -> frozenset[str]:
    return frozenset(Component.objects.filter(visible=False).values_list("public_id", flat=True))


@once
def _paid_now(now: datetime) -> list[Answer]:
    return paid_now(now)


@once
def _named(found: Callable[[], QuerySet[Row]], public_id: str) -> list[Row]:
    return list(found().filter(public_id=public_id))


def _current_notices(one: Reader) -> list[NoticeCard]:
    """The last month's, and what is still to take effect or still in effect; nothing that is over.

    A fee change must be shown continuously until it takes effect (domain.md, duties).
    """
    since = one.now - timedelta(days=NOTICE_DAYS)
    recent = Q(published_at__gte=since)
    ahead = Q(effective_from__gte=one.now) | Q(effective_until__gte=one.now)
    over = Q(effective_until__lt=one.now)
    # The page of its incident shows how a backlog moves; here it would crowd out everything else.
    found = notices().filter(recent | ahead).exclude(over).exclude(kind=BACKLOG)
    return notice_cards(found[:NOTICES_SHOWN], one)


def _recent_days(first_day: date, one: Reader) -> list[Day]:
    since = timezone.make_aware(datetime.combine(first_day, datetime.min.time()))
    began = Q(started_at__gte=since) | Q(resolved_at__gte=since)
    return recent_days(
        first_day,
        timezone.localdate(one.now),
        incident_cards(log.incidents().filter(began), one),
        maintenance_cards(log.maintenances().filter(completed_at__gte=since), one),
    )


def _groups(components: Iterable[Component], one: Reader) -> list[Group]:
    shown = [component for component in components if not _left_out(component)]
    bars = ninety_days_bars(one.language, one.now)
    return [
        Group(
            name=words(row.group.name, one.language) if row.group else None,
            parts=[
                _part(component, one.language, bars.get(component.public_id))
                for component in row.components
            ],
        )
        for row in grouped(shown)
    ]


def _left_out(component: Component) -> bool:
    return component.only_show_if_degraded and component.status == ComponentStatus.OPERATIONAL


def _part(component: Component, language: str, bar: Bar | None) -> Part:
    return Part(
        name=words(component.name, language),
        status=ComponentStatus(component.status),
        description=words(component.description, language) if component.description else None,
        bar=bar,
    )


def record() -> tuple[Month, Month]:
    """The first and the last month of which there is anything to tell; the last is never past."""
    now = timezone.now()
    began = Incident.objects.aggregate(first=Min("started_at"))["first"]
    planned = Maintenance.objects.aggregate(first=Min("scheduled_for"), last=Max("scheduled_for"))
    starts = [moment for moment in (began, planned["first"], now) if moment]
    return month_of(min(starts)), month_of(max(planned["last"] or now, now))
