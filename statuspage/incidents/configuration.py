"""Typed settings of incidents and maintenance: promised times, and notice periods."""

from functools import partial
from typing import Annotated, Final

from pydantic import Field, PlainValidator

from statuspage.lib.env import AreaSettings, counts, written

IMPACTS: Final = frozenset({"none", "minor", "major", "critical"})

ByImpact = Annotated[dict[str, int], PlainValidator(partial(counts, allowed=IMPACTS))]


class IncidentSettings(AreaSettings):
    """Incidents and maintenance. Promises are by impact; an impact that is not named has none."""

    PROMISE_FIRST_MINUTES: ByImpact = written("critical:10,major:15,minor:30")
    """Minutes from detection to the first public update."""
    PROMISE_UPDATE_MINUTES: ByImpact = written("critical:30,major:60,minor:240,none:240")
    """Minutes from each update to the next."""
    PROMISE_POSTMORTEM_DAYS: ByImpact = written("critical:3,major:5")
    """Working days from the end of an incident to its postmortem."""
    MAINTENANCE_NOTICE_WORKDAYS: Annotated[int, Field(ge=0)] = 5
    """Settlement workdays ahead that maintenance is announced; with fewer, a reason is asked for
    and shown."""
