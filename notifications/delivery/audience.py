"""Who is sent a statement: by which channels, at which addresses, and until when each waits."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Q

from notifications.channels.base import reachable_channels
from notifications.delivery.answered import concerned, told_before
from notifications.delivery.models import AgentsGet, Broadcast
from notifications.delivery.states import Moment
from notifications.subscribers.models import Topic
from statuspage.components.statuses import Impact
from statuspage.incidents.folding import FIRST
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.incidents.replanning import CANCELLED, RESCHEDULED
from statuspage.notices.kind import every_kind
from statuspage.notices.kinds.delivery_report import DeliveryReport
from statuspage.notices.telling import Told
from statuspage.postmortems.content import FOLLOWED_UP
from statuspage.settlement.backlog import BACKLOG
from statuspage.statements.models import Statement
from statuspage.statements.services import CORRECTION, WITHDRAWAL

# Kinds that are only published on the page and in the log, and never sent.
NEVER_SENT: Final = frozenset({f"notice.{DeliveryReport.name}"})
# SMS cost money and patience, so the operator says which moments are worth both.
COSTLY: Final = frozenset({"twilio_sms"})
# Whatever the settings are: it is published automatically, several times per incident.
NEVER_COSTLY: Final = frozenset({Moment.PROGRESS})


def moment_of(document: Mapping[str, Any]) -> Moment:
    """Return the moment that a statement, or a draft of the same shape, marks."""
    if document["kind"] in {CORRECTION, WITHDRAWAL}:
        return Moment.CORRECTED
    subject = document["subject"]["type"]
    if subject == "incident":
        return _incident(document)
    if subject == "maintenance":
        content = document["content"]
        if document["kind"] in {CANCELLED, RESCHEDULED}:
            return Moment.MAINTENANCE_CHANGED
        if content.get("begins"):
            return Moment.MAINTENANCE_BEGINS
        planned = content.get("status") == MaintenanceStatus.SCHEDULED
        return Moment.MAINTENANCE_PLANNED if planned else Moment.MAINTENANCE_UPDATED
    return Moment.PROGRESS if document["kind"] == f"notice.{BACKLOG}" else Moment.NOTICE


def channels_for(document: Mapping[str, Any]) -> list[str]:
    """Return the channels by which a statement, or a draft, is sent."""
    if document["kind"] in NEVER_SENT:
        return []
    moment = moment_of(document)
    every = [one.name for one in reachable_channels()]
    if moment is Moment.CORRECTED and not _calls_off(document):
        original = Broadcast.objects.filter(pk=document["corrects"]).first()
        return (original.channels if original else []) or every
    if moment in {Moment.MAINTENANCE_CHANGED, Moment.CORRECTED}:
        planned = document["subject"]["type"] == Topic.MAINTENANCE
        announced = planned and Moment.MAINTENANCE_PLANNED in settings.SMS_MOMENTS
        worth = announced or _was_costly(document)
    else:
        worth = moment in settings.SMS_MOMENTS and moment not in NEVER_COSTLY
    return [name for name in every if worth or name not in COSTLY]


def _calls_off(document: Mapping[str, Any]) -> bool:
    """Return whether a withdrawal cancels a maintenance, or says that an incident never was.

    More was said of it than is withdrawn.
    """
    content = document["content"]
    cancelled: bool = content.get("status") == MaintenanceStatus.CANCELLED
    planned = document["subject"]["type"] == Topic.MAINTENANCE
    first = Statement.objects.filter(pk=document["corrects"], kind__in=FIRST)
    return (planned and cancelled) or bool(content.get("in_error") and first.exists())


def _was_costly(document: Mapping[str, Any]) -> bool:
    """Return whether an earlier statement about the same subject went out by a costly channel."""
    subject = document["subject"]
    earlier = Broadcast.objects.filter(
        statement__subject_type=subject["type"], statement__subject_id=subject["id"]
    )
    return earlier.filter(Q(channels=[]) | Q(channels__overlap=[*COSTLY])).exists()


def may_wake(document: Mapping[str, Any]) -> bool:
    """Return whether it is also sent at night: only if it is critical."""
    return bool(document["content"].get("impact") == Impact.CRITICAL)


def _incident(document: Mapping[str, Any]) -> Moment:
    content = document["content"]
    if document["kind"] == "incident.opened":
        return Moment.OPENED
    if content.get("backfilled"):
        return Moment.UPDATED  # it is over
    if document["kind"] == FOLLOWED_UP:
        return Moment.PROGRESS
    if content.get("status") == IncidentStatus.RESOLVED:
        return Moment.RESOLVED
    return Moment.WORSENED if content.get("worsened") else Moment.UPDATED


def wants(address: str, subscription: str, broadcast: str = "b") -> str:
    """Return SQL for whether an address receives a broadcast; nothing else decides that.

    The arguments are aliases of rows; `p` is the subscriber. The broadcast may be any row of the
    same shape.
    """
    b = broadcast
    return f"""
        {address}.confirmed_at IS NOT NULL
        AND {address}.suppressed_at IS NULL
        AND (cardinality({b}.channels) = 0 OR {address}.channel = ANY({b}.channels))
        AND {b}.topic = ANY({subscription}.topics)
        AND (cardinality({subscription}.components) = 0 OR cardinality({b}.components) = 0
             OR {subscription}.components && {b}.components)
        AND CASE
            WHEN {b}.named IS NULL AND p.agent THEN {b}.agents <> 'not'
            WHEN {b}.named IS NULL
            THEN {b}.agents <> 'only'
                 AND (cardinality({b}.categories) = 0 OR p.category = ''
                      OR p.category = ANY({b}.categories))
            ELSE EXISTS (
                SELECT FROM settlement_settledmerchant merchant
                WHERE merchant.statement_number = {b}.named
                  AND merchant.merchant_key = p.merchant_key
            ) END
    """


# A subscriber told one by one gets it at the first address that wants it; claim.py has the others.
MATCHES: Final = f"""
    {wants("a", "s")}
    AND NOT (p.one_by_one AND EXISTS (
        SELECT FROM subscribers_address earlier
        JOIN subscribers_subscription its ON its.address_id = earlier.id
        WHERE earlier.subscriber_id = p.id
          AND (earlier.position, earlier.id) < (a.position, a.id)
          AND {wants("earlier", "its")}
    ))
"""
FROM: Final = """
    subscribers_address a
    JOIN subscribers_subscription s ON s.address_id = a.id
    JOIN subscribers_subscriber p ON p.id = a.subscriber_id
"""
# An audience that has no broadcast yet, in the shape of one; the parameters are its fields.
AUDIENCE: Final = """
    (VALUES (%(topic)s::varchar, %(components)s::varchar[], %(categories)s::varchar[],
             %(channels)s::varchar[], %(named)s::bigint, %(agents)s::varchar, false))
        AS b (topic, components, categories, channels, named, agents, wakes)
"""
COUNT: Final = f"""
    SELECT a.channel, p.language, a.country, count(*)
    FROM {AUDIENCE}, {FROM}
    WHERE {MATCHES}
    GROUP BY 1, 2, 3
"""
# Channels that make a phone ring; the others wait in a mailbox, a group or a machine.
RINGING: Final = ("twilio_sms", "wechat")
# Until when it waits for the end of its recipient's quiet hours; NULL where nothing has to
# wait. `b` is the broadcast, `p` the subscriber, `a` the address.
QUIET_UNTIL: Final = """
    CASE WHEN %(quiet_from)s::time IS NULL OR b.wakes OR NOT p.quiet
              OR a.channel <> ALL(%(ringing)s)
        THEN NULL
    ELSE (
        SELECT CASE
            WHEN %(quiet_from)s::time <= %(quiet_until)s::time THEN
                CASE WHEN here.clock::time >= %(quiet_from)s AND here.clock::time < %(quiet_until)s
                    THEN (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone END
            WHEN here.clock::time >= %(quiet_from)s THEN
                (here.clock::date + 1 + %(quiet_until)s::time) AT TIME ZONE p.timezone
            WHEN here.clock::time < %(quiet_until)s THEN
                (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone
        END
        FROM (SELECT now() AT TIME ZONE p.timezone AS clock) AS here
    ) END
"""
# The preview counts at every pause in typing: a million take both cores more than a second.
MANY: Final = 100_000
KEPT_SECONDS: Final = 30
MOST_KEPT: Final = 100


def quiet_parameters() -> dict[str, Any]:
    """Return the parameters of QUIET_UNTIL, from the settings."""
    start, end = settings.QUIET_HOURS or (None, None)
    return {"quiet_from": start, "quiet_until": end, "ringing": [*RINGING]}


@dataclass(frozen=True)
class Audience:
    """Topic; components (public ids), categories and channels, where none means any.

    `named` is the number of a statement that is only sent to the merchants it names; `agents` says
    whether agents get it.
    """

    topic: str
    components: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    named: int | None = None
    agents: str = AgentsGet.TOO

    def parameters(self) -> dict[str, Any]:
        """Return the fields by name, with lists for tuples as the database needs them."""
        return {
            name: [*value] if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }


@dataclass(frozen=True)
class RecipientGroup:
    """The number of addresses of a channel, language and country calling code (phones only)."""

    channel: str
    language: str
    country: str
    count: int


_kept: Final[dict[Audience, tuple[float, list[RecipientGroup]]]] = {}


def audience_of(document: Mapping[str, Any], channels: tuple[str, ...] = ()) -> Audience:
    """Return the audience of a statement on those channels, from its document."""
    content = document["content"]
    told = told_before(document)
    return Audience(
        # That of the subject, so that a correction reaches the recipients of the original.
        topic=Topic(document["subject"]["type"]),
        components=concerned(content, told),
        categories=tuple((content.get("audience") or {}).get("categories") or ()),
        channels=channels,
        named=_named(document, told),
        agents=_agents(document),
    )


def _named(document: Mapping[str, Any], told: Sequence[Broadcast]) -> int | None:
    """Return the statement whose named merchants alone are addressed, or None for everyone.

    An incident that was entered afterwards names nobody, so that it is only sent when asked for;
    nor does a notice that is only for the page.
    A correction, or a withdrawal, is sent to the recipients of the original.
    """
    content = document["content"]
    corrects = document.get("corrects")
    unannounced = content.get("backfilled") and not content.get("told") and not corrects
    unannounced = unannounced or (content.get("told") == Told.NOBODY and not corrects)
    # Kinds are registered as apps load, which may be after this module.
    to_named = {f"notice.{one.name}" for one in every_kind() if one.to_named}
    if document["kind"] in to_named or unannounced:
        return int(document["number"] or 0)
    if not corrects:
        return None
    return told[0].named if told else None


def _agents(document: Mapping[str, Any]) -> str:
    """Return whether agents get it: of notices only those that are for them as well."""
    if document["subject"]["type"] != Topic.NOTICE:
        return AgentsGet.TOO
    if corrects := document.get("corrects"):
        original = Broadcast.objects.filter(pk=corrects).values_list("agents", flat=True).first()
        return original or AgentsGet.TOO
    content = document["content"]
    if content.get("told") == Told.AGENTS:
        return AgentsGet.ONLY
    return AgentsGet.TOO if (content.get("audience") or {}).get("agents") else AgentsGet.NOT


def audience_count(audience: Audience) -> list[RecipientGroup]:
    """Count the addresses of the audience; a large number may be half a minute old."""
    until, groups = _kept.get(audience, (0.0, []))
    if time.monotonic() < until:
        return groups
    with connection.cursor() as cursor:
        cursor.execute(COUNT, audience.parameters())
        groups = [RecipientGroup(*row) for row in cursor.fetchall()]
    _kept.pop(audience, None)
    if sum(one.count for one in groups) >= MANY:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[audience] = time.monotonic() + KEPT_SECONDS, groups
    return groups
