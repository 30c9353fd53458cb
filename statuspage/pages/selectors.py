"""Data of the public pages, read with a fixed number of queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from django.db.models import Max, Min, Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from statuspage.components.models import Component
from statuspage.components.selectors import grouped, hidden_ids, visible_components
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Incident, Maintenance
from statuspage.lib.render_cache import once, present
from statuspage.notices.models import Notice, Product
from statuspage.notices.selectors import notices
from statuspage.pages import current
from statuspage.pages.cards import (
    BoardGroup,
    BoardPart,
    NoticeCard,
    Reader,
    Timelines,
    incident_card,
    maintenance_card,
    notice_card,
)
from statuspage.pages.days import recent_days
from statuspage.pages.noticed import beside, in_order, named, notices_of, shown_of
from statuspage.pages.noticed import grouped as grouped_notices
from statuspage.pages.overall import state_of
from statuspage.pages.paging import Month, month_of
from statuspage.pages.uptime.bars import ninety_days_bars
from statuspage.settlement.arrival.selectors import paid_now
from statuspage.settlement.backlog import BACKLOG
from statuspage.statements.selectors import last_statement, timelines
from statuspage.statements.texts import CHINESE, LocalizedText, words

Subject = TypeVar("Subject", Incident, Maintenance, Notice)
Card = TypeVar("Card")

# A settlement notice stays on the home page as long as merchants may still wait for its money.
NOTICE_DAYS: Final = 30
NOTICES_SHOWN: Final = 5
# How often, in seconds, an open page checks for changes.
REFRESH_CALM: Final = 15
REFRESH_OPEN: Final = 5


def reader() -> Reader:
    """Return a reader of now, in the active language."""
    return Reader(language=get_language() or CHINESE, now=present(), hidden=hidden_ids())


def home(one: Reader) -> dict[str, object]:
    """Return the first page: what is open now, and the last fourteen days."""
    components = visible_components()
    incidents, maintenances = current.incidents(), current.maintenances()
    open_ids = tuple(incident.public_id for incident in incidents.open)
    about_open = notices_of(open_ids)
    shown = shown_of(about_open)
    cards = _plain_notice_cards([*shown, *_noticed(one.now, open_ids)], one)
    opened = beside(incident_cards(incidents.open, one), cards[: len(shown)])
    noticed = named(cards[len(shown) :], one.language)
    active, last = maintenance_cards(maintenances.active, one), last_statement()
    return {
        "state": state_of(components, incidents.open),
        "incidents": opened,
        "active": active,
        "upcoming": maintenance_cards(maintenances.scheduled, one),
        "notices": cards,
        "notices_by_incident": grouped_notices(opened, about_open),
        "notices_by_audience": _by_audience(noticed),
        "arrivals": paid_now(one.now),
        "groups": _groups(components, one),
        "days": recent_days(
            timezone.localdate(current.fortnight()),
            timezone.localdate(one.now),
            incident_cards(incidents.recent, one),
            maintenance_cards(maintenances.recent, one),
        ),
        "spoken_at": last.published_at if last else None,
        "refresh": REFRESH_OPEN if opened or active else REFRESH_CALM,
    }


def history(month: Month, one: Reader) -> dict[str, object]:
    """Return all that began in `month`, the latest first; no neighbours where the record ends."""
    first, last = record()
    planned, upcoming = current.maintenances_of(month)
    cards = maintenance_cards([*planned, *upcoming], one)
    return {
        "month": month,
        "upcoming": cards[len(planned) :],
        "incidents": incident_cards(current.incidents_of(month), one),
        "maintenances": cards[: len(planned)],
        "previous": month.previous if first < month else None,
        "next": month.next if month < last else None,
    }


@once
def with_id(found: Callable[[], QuerySet[Subject]], public_id: str) -> list[Subject]:
    """Return the row of a selector with this public id, or nothing."""
    return list(found().filter(public_id=public_id))


def related_notices(incident_id: str, one: Reader) -> list[NoticeCard]:
    """Return an incident's notices; those of its backlog have a place of their own."""
    return [*in_order(_plain_notice_cards(notices_of((incident_id,)), one))]


def incident_name(public_id: str, language: str) -> LocalizedText | None:
    """Return the name of an incident; None if there is no such incident."""
    found = Incident.objects.filter(public_id=public_id).values_list("name", flat=True).first()
    return words(found, language) if found else None


def product_names(codes: Sequence[str], language: str) -> list[LocalizedText]:
    """Return the names of products."""
    if not codes:
        return []
    names = Product.objects.filter(code__in=codes).values_list("name", flat=True)
    return [words(name, language) for name in names]


def _cards(
    kind: str,
    to_card: Callable[[Subject, Timelines, Reader], Card],
    found: Iterable[Subject],
    one: Reader,
) -> list[Card]:
    """Return the cards of rows, their timelines read in one query."""
    rows = list(found)
    timeline = timelines(kind, tuple(row.public_id for row in rows))
    return [to_card(row, timeline, one) for row in rows]


incident_cards = partial(_cards, "incident", incident_card)
maintenance_cards = partial(_cards, "maintenance", maintenance_card)
_plain_notice_cards = partial(_cards, "notice", notice_card)


def notice_cards(found: Iterable[Notice], one: Reader) -> list[NoticeCard]:
    """Return the cards of notices, with the names of their incidents."""
    return named(_plain_notice_cards(found, one), one.language)


@once
def _noticed(now: datetime, elsewhere: tuple[str, ...]) -> list[Notice]:
    """Return the notices of the last month, and those ahead or in effect; none that are over.

    Those of open incidents stand `elsewhere`, whatever their age.

    A fee change must be shown continuously until it takes effect (domain.md, duties).
    """
    since = now - timedelta(days=NOTICE_DAYS)
    recent = Q(published_at__gte=since, originally_at=None) | Q(originally_at__gte=since)
    ahead = Q(effective_from__gte=now) | Q(effective_until__gte=now)
    over = Q(effective_until__lt=now)
    # A backlog is shown on its incident's page; here it would crowd out everything else.
    found = notices().filter(recent | ahead).exclude(over).exclude(kind=BACKLOG)
    found = found.exclude(incident_id__in=elsewhere)
    return list(found[:NOTICES_SHOWN])


def _by_audience(
    cards: Iterable[NoticeCard],
) -> list[tuple[tuple[str, ...], list[NoticeCard]]]:
    """Group the notices by audience; the group with the newest notice comes first."""
    found: dict[tuple[str, ...], list[NoticeCard]] = {}
    for card in cards:
        found.setdefault(tuple(map(str, card.audience)), []).append(card)
    return list(found.items())


def _groups(components: Iterable[Component], one: Reader) -> list[BoardGroup]:
    shown = [
        component
        for component in components
        if component.status != ComponentStatus.OPERATIONAL or not component.only_show_if_degraded
    ]
    bars = ninety_days_bars(one.language, one.now)
    return [
        BoardGroup(
            name=words(row.group.name, one.language) if row.group else None,
            parts=tuple(_part(component, one.language, bars) for component in row.components),
        )
        for row in grouped(shown)
    ]


def _part(component: Component, language: str, bars: Mapping[str, SafeString]) -> BoardPart:
    description = component.description
    return BoardPart(
        id=component.public_id,
        name=words(component.name, language),
        status=ComponentStatus(component.status),
        description=words(description, language) if description else None,
        bar=bars.get(component.public_id),
    )


@once
def record() -> tuple[Month, Month]:
    """Return the first and the last month with a record; the last is this month or later."""
    now = present()
    began = Incident.objects.aggregate(first=Min("started_at"))["first"]
    planned = Maintenance.objects.aggregate(first=Min("scheduled_for"), last=Max("scheduled_for"))
    starts = [moment for moment in (began, planned["first"], now) if moment]
    return month_of(min(starts)), month_of(max(planned["last"] or now, now))
