"""Read broadcasts, deliveries and alarms, and preview a statement on each channel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import takewhile
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from notifications.channels.base import Content
from notifications.channels.countries import permitted_codes
from notifications.channels.media import Medium, offered_media
from notifications.delivery.alarms import OF_A_MONTH
from notifications.delivery.audience import (
    RecipientGroup,
    audience_count,
    audience_of,
    channels_for,
    may_wake,
)
from notifications.delivery.budget import price_of
from notifications.delivery.by_route import RouteTexts, route_of, texts_by_route
from notifications.delivery.matching import AUDIENCE, FROM, MATCHES, QUIET_UNTIL, quiet_parameters
from notifications.delivery.models import Alarm, Broadcast, Delivery
from notifications.delivery.render import bulletin_of
from notifications.delivery.states import DeliveryState
from notifications.templates.selectors import registered
from statuspage.statements.texts import LANGUAGES

ASLEEP: Final = f"""
    SELECT count(*) FROM {AUDIENCE}, {FROM}
    WHERE a.channel = ANY(%(ringing)s) AND {QUIET_UNTIL} IS NOT NULL AND {MATCHES}
"""
# In one query, and either from the counts or from the rows: a month is being folded at any time.
PROGRESS: Final = """
    WITH folded AS (
        SELECT channel, state, count FROM delivery_deliverycount WHERE broadcast_id = %s
    )
    SELECT channel, state, count FROM folded
    UNION ALL
    SELECT channel, state, count(*) FROM delivery_delivery
    WHERE statement_id = %s AND NOT EXISTS (SELECT FROM folded)
    GROUP BY channel, state
"""


def progress_by_channel(statement_number: int) -> dict[str, dict[str, int]]:
    """Count a statement's deliveries by channel and state; folded ones count as well."""
    with connection.cursor() as cursor:
        cursor.execute(PROGRESS, [statement_number, statement_number])
        rows = cursor.fetchall()
    counts: dict[str, dict[str, int]] = {}
    for channel, state, count in rows:
        counts.setdefault(channel, dict.fromkeys(DeliveryState.values, 0))[state] += count
    return dict(sorted(counts.items()))


def held_back(statement_number: int) -> tuple[int, datetime | None]:
    """Count a statement's messages that wait until later, and return when the first is due.

    They wait for the end of their recipients' quiet hours, or for a retry.
    """
    waiting = Delivery.objects.filter(
        statement_id=statement_number, state=DeliveryState.PENDING, due_at__gt=Now()
    ).aggregate(count=Count("id"), first=Min("due_at"))
    return waiting["count"], waiting["first"]


def deliveries_of(statement_number: int) -> QuerySet[Delivery]:
    """Return the deliveries of one statement, in the order in which they were created."""
    rows = Delivery.objects.filter(statement_id=statement_number)
    return rows.select_related("address").order_by("id")


def recent_broadcasts(limit: int) -> QuerySet[Broadcast]:
    """Return the newest broadcasts with their statements."""
    return Broadcast.objects.select_related("statement").order_by("-statement_id")[:limit]


def open_alarms() -> QuerySet[Alarm]:
    """Return the alarms that are not over, the newest first."""
    return Alarm.objects.filter(over_at=None).order_by("-pk")


def degraded() -> list[str]:
    """Return the kinds of the open alarms about the system itself; a used-up budget is none."""
    kinds = open_alarms().exclude(kind__in=OF_A_MONTH).order_by()
    return list(kinds.values_list("kind", flat=True).distinct())


def asleep(document: Mapping[str, Any]) -> int:
    """Count the messages of a draft that would wait until morning if it were published now."""
    if settings.QUIET_HOURS is None or may_wake(document):
        return 0
    audience = audience_of(document, tuple(channels_for(document)))
    with connection.cursor() as cursor:
        cursor.execute(ASLEEP, audience.parameters() | quiet_parameters())
        return int(cursor.fetchone()[0])


@dataclass(frozen=True)
class ChannelPreview:
    """One medium in one language: the content as it will be sent, and to how many addresses.

    `cost` is an estimate in settings.SMS_CURRENCY, by the price list; zero for what is free.
    `told` is false where the policy does not send this statement by the channel.
    """

    channel: Medium
    language: str
    routes: Sequence[RouteTexts]
    recipients: int
    cost: Decimal
    told: bool

    @property
    def content(self) -> Content:
        """The message that most of them get, empty where it waits for a template."""
        sent = self.routes[0].sent
        return sent.content if sent else Content(text="", segments=0)

    @property
    def lacking(self) -> list[str]:
        """What is said of providers without an approved template, by route."""
        return [said for one in self.routes if (said := _lacking(one))]

    @property
    def several(self) -> bool:
        """Whether its text may be another by another route or provider."""
        return len({(one.label, two.provider) for one in self.routes for two in one.texts}) > 1


def _lacking(route: RouteTexts) -> str:
    before = takewhile(lambda one: one.lacking, route.texts)
    names = pgettext("between channels", ", ").join(str(one.provider.label) for one in before)
    if not names:
        return ""
    if route.sent is None:
        said = _("No approved template yet at %(providers)s: it waits.") % {"providers": names}
    else:
        values = {"providers": names, "sender": route.sent.provider.label}
        said = _("No approved template yet at %(providers)s: sent by %(sender)s.") % values
    return " · ".join(filter(None, (route.label, said)))


def previews_of(document: Mapping[str, Any]) -> list[ChannelPreview]:
    """Return a preview for every medium and language; nothing is stored or sent.

    Numbers outside of SMS_COUNTRIES are not counted: they get nothing.
    """
    names, codes = channels_for(document), {"", *permitted_codes()}
    counted = audience_count(audience_of(document, tuple(names)))
    groups = [one for one in counted if one.country in codes]
    bulletins = {language: bulletin_of(document, language) for language in LANGUAGES}
    known = registered()
    previews = []
    for channel in offered_media():
        for language, bulletin in bulletins.items():
            group = [
                one for one in groups if (one.channel, one.language) == (channel.name, language)
            ]
            routes = texts_by_route(channel, bulletin, group, known)
            recipients = sum(one.count for one in group)
            cost = _cost(channel, routes, group)
            told = channel.name in names
            previews.append(ChannelPreview(channel, language, routes, recipients, cost, told))
    return previews


def _cost(
    channel: Medium, routes: Sequence[RouteTexts], groups: Iterable[RecipientGroup]
) -> Decimal:
    if not channel.costs:
        return Decimal(0)
    segments = {
        (one.route, one.abroad): one.sent.content.segments if one.sent else 0 for one in routes
    }
    each = (
        one.count * price_of(f"+{one.country}") * segments.get(route_of(channel, one.country), 0)
        for one in groups
    )
    return sum(each, Decimal(0))
