"""Who is sent a statement: by which channels, at which addresses, and until when each waits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import Q

from notifications.channels import media
from notifications.delivery.answered import concerned, told_before
from notifications.delivery.dimensions import NARROWING, left_out, narrowed
from notifications.delivery.matching import AUDIENCE, FROM, MATCHES
from notifications.delivery.models import AgentsGet, Broadcast
from notifications.delivery.states import Moment
from notifications.remembered import Remembered
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
# Only these are worth a call, and only where the incident is critical.
CALLED: Final = frozenset({Moment.OPENED, Moment.WORSENED})
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
    called = may_wake(document) and moment in CALLED
    every = [one.name for one in media() if called or not one.critical_only]
    if moment is Moment.CORRECTED and not _calls_off(document):
        original = Broadcast.objects.filter(pk=document["corrects"]).first()
        told = (original.channels if original else []) or every
        return [name for name in told if name in every]
    if moment in {Moment.MAINTENANCE_CHANGED, Moment.CORRECTED}:
        planned = document["subject"]["type"] == Topic.MAINTENANCE
        announced = planned and Moment.MAINTENANCE_PLANNED in settings.SMS_MOMENTS
        worth = announced or _was_costly(document)
    else:
        worth = moment in settings.SMS_MOMENTS and moment not in NEVER_COSTLY
    free = {one.name for one in media() if one.critical_only or not one.costs}
    return [name for name in every if worth or name in free]


def _calls_off(document: Mapping[str, Any]) -> bool:
    """Return whether a withdrawal cancels a maintenance, or says that an incident never was.

    More was said of it than is withdrawn.
    """
    content = document["content"]
    cancelled: bool = content.get("status") == MaintenanceStatus.CANCELLED
    planned = document["subject"]["type"] == Topic.MAINTENANCE
    first = Statement.objects.filter(pk=document["corrects"], kind__in=FIRST)
    return (planned and cancelled) or bool(content.get("in_error") and first.exists())


def _costly() -> list[str]:
    return [one.name for one in media() if one.costs]


def _was_costly(document: Mapping[str, Any]) -> bool:
    """Return whether an earlier statement about the same subject went out by a costly medium."""
    subject = document["subject"]
    earlier = Broadcast.objects.filter(
        statement__subject_type=subject["type"], statement__subject_id=subject["id"]
    )
    return earlier.filter(Q(channels=[]) | Q(channels__overlap=_costly())).exists()


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


COUNT: Final = f"""
    SELECT a.channel, p.language, a.country, count(*)
    FROM {AUDIENCE}, {FROM}
    WHERE {MATCHES}
    GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Audience:
    """Topic; components (public ids), categories and channels, where none means any.

    `named` is the number of a statement that is only sent to the merchants it names; `agents` says
    whether agents get it. The others narrow it (dimensions.py).
    """

    topic: str
    components: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    named: int | None = None
    agents: str = AgentsGet.TOO
    products: tuple[str, ...] = ()
    terminal_models: tuple[str, ...] = ()
    cycles: tuple[str, ...] = ()
    agent_keys: tuple[str, ...] = ()
    provinces: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    follows: tuple[int, ...] = ()

    @property
    def narrow(self) -> bool:
        """Whether anything besides categories restricts it."""
        return any(getattr(self, one.column) for one in NARROWING.values())

    def parameters(self) -> dict[str, Any]:
        """Return the columns by name, with lists for tuples as the database needs them."""
        found = {
            name: [*value] if isinstance(value, tuple) else value
            for name, value in vars(self).items()
        }
        return {**found, "narrow": self.narrow}


@dataclass(frozen=True)
class RecipientGroup:
    """The number of addresses of a channel, language and country calling code (phones only)."""

    channel: str
    language: str
    country: str
    count: int


_kept: Final = Remembered[Audience, RecipientGroup](lambda one: one.count)


def audience_of(document: Mapping[str, Any], channels: tuple[str, ...] = ()) -> Audience:
    """Return the audience of a statement on those channels, from its document."""
    content = document["content"]
    told = told_before(document)
    agents = _agents(document, told)
    restricted = _restricted(content.get("audience") or {}, agents, told)
    return Audience(
        # That of the subject, so that a correction reaches the recipients of the original.
        topic=Topic(document["subject"]["type"]),
        components=concerned(document, told),
        channels=channels,
        named=_named(document, told),
        agents=agents,
        **restricted,
    )


def _restricted(
    audience: Mapping[str, Any], agents: str, told: Sequence[Broadcast]
) -> dict[str, Any]:
    """Return what restricts the recipients; of an answer, the policy of what it answers."""
    columns = {"categories": tuple(audience.get("categories") or ()), **narrowed(audience)}
    restricts = agents != AgentsGet.TOO or any(columns.values())
    return {
        **columns,
        "left_out": tuple(told[0].left_out) if told else left_out(columns),
        "follows": tuple(one.pk for one in told) if restricts else (),
    }


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


def _agents(document: Mapping[str, Any], told: Sequence[Broadcast]) -> str:
    """Return whether agents get it: of notices only those that are for them as well."""
    if document["subject"]["type"] != Topic.NOTICE:
        return AgentsGet.TOO
    if document.get("corrects"):
        return told[0].agents if told else AgentsGet.TOO
    content = document["content"]
    if content.get("told") == Told.AGENTS:
        return AgentsGet.ONLY
    return AgentsGet.TOO if (content.get("audience") or {}).get("agents") else AgentsGet.NOT


def audience_count(audience: Audience) -> list[RecipientGroup]:
    """Count the addresses of the audience; a large number may be half a minute old."""
    return _kept.get(audience, _count)


def _count(audience: Audience) -> list[RecipientGroup]:
    with connection.cursor() as cursor:
        cursor.execute(COUNT, audience.parameters())
        return [RecipientGroup(*row) for row in cursor.fetchall()]
