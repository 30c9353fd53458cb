"""What the readers of all formats return: plain values, with the names that the source uses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final, TypeAlias

from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.statements.texts import CHINESE, Text

# The state of a component where a source says only how bad the incident was.
STATE_OF: Final[Mapping[str, str]] = {
    Impact.NONE: ComponentStatus.OPERATIONAL,
    Impact.MINOR: ComponentStatus.DEGRADED_PERFORMANCE,
    Impact.MAJOR: ComponentStatus.PARTIAL_OUTAGE,
    Impact.CRITICAL: ComponentStatus.MAJOR_OUTAGE,
}
STILL_OPEN: Final = "it is still open: resolve it there first, or open it in Candor"
PAST_MAINTENANCE: Final = (
    "maintenance cannot be entered afterwards; write it as a notice if readers should find it"
)


class Unusable(ValueError):
    """Something in the source cannot be imported; the message says what, for people."""


@dataclass(frozen=True)
class Reading:
    """How to read what a source leaves open: the zone of its times, its language, the impact."""

    zone: tzinfo
    language: str = CHINESE
    impact: str = Impact.MINOR


@dataclass(frozen=True)
class Origin:
    """Where an entry stands, as people find it, and its id, which is the same in every export."""

    key: str
    where: str
    title: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class UpdateEntry:
    """What was said of an incident at one time; `components` maps names to states from then on."""

    at: datetime
    status: str
    body: Text
    components: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class IncidentEntry:
    """An incident that is over; `components` maps names to their states from its start on."""

    origin: Origin
    name: Text
    started_at: datetime
    updates: Sequence[UpdateEntry]
    components: Mapping[str, str]
    impact: str | None = None
    # Where the source did not say something, what was assumed.
    remark: str = ""


@dataclass(frozen=True)
class NoticeEntry:
    """A notice that was published before; `incident` is the id of its incident in the source."""

    origin: Origin
    kind: str
    title: Text
    body: Text
    published_on: date
    document_number: str = ""
    link: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)
    audience: Mapping[str, Any] | None = None
    incident: str = ""
    # Its author has read what is unusual about it.
    confirmed: bool = False


@dataclass(frozen=True)
class LeftOut:
    """Something that is not imported, and does not have to be."""

    origin: Origin
    reason: str


@dataclass(frozen=True)
class Refused:
    """Something that should be imported and cannot be as it stands."""

    origin: Origin
    reason: str


Entry: TypeAlias = IncidentEntry | NoticeEntry | LeftOut | Refused
