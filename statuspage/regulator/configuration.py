"""Typed settings of reports to the regulator."""

from functools import partial
from typing import Annotated, Final

from pydantic import PlainValidator

from statuspage.incidents.configuration import IMPACTS
from statuspage.lib.env import AreaSettings, counts, words, written

MEASURES: Final = frozenset({"minutes", "transactions", "records", "customers"})
REPORTS: Final = frozenset({"first", "written", "closing"})

Thresholds = Annotated[dict[str, int], PlainValidator(partial(counts, allowed=MEASURES))]


class RegulatorSettings(AreaSettings):
    """Reports to the regulator, private to staff. Have your lawyers check the figures."""

    REGULATOR_GENERAL: Thresholds = written(
        "minutes:120,transactions:100000,records:5000,customers:500", exclude=True
    )
    """What makes an incident one of the lowest grade when exceeded; empty: staff decide."""
    REGULATOR_LARGER: Thresholds = written("", exclude=True)
    """The same for the next grade."""
    REGULATOR_GRAVE: Thresholds = written("", exclude=True)
    """The same for the grade above."""
    REGULATOR_EXTRAORDINARY: Thresholds = written("", exclude=True)
    """The same for the highest grade."""
    REGULATOR_HOURS: Annotated[dict[str, int], PlainValidator(partial(counts, allowed=REPORTS))] = (
        written("first:2,written:24,closing:240")
    )
    """Hours from there to the first and the written report, and from the end of the incident to
    the closing report."""
    REGULATOR_INTERRUPTIONS: Annotated[
        list[str], PlainValidator(partial(words, allowed=IMPACTS))
    ] = written("major,critical")
    """Impacts whose duration counts as an interruption."""

    @property
    def thresholds(self) -> dict[str, dict[str, int]]:
        """The thresholds of each grade: an incident that exceeds one has that grade."""
        return {
            "general": self.REGULATOR_GENERAL,
            "larger": self.REGULATOR_LARGER,
            "grave": self.REGULATOR_GRAVE,
            "extraordinary": self.REGULATOR_EXTRAORDINARY,
        }
