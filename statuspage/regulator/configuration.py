"""Typed settings of reports to the regulator."""

from functools import partial
from typing import Annotated, Final

from pydantic import PlainValidator

from statuspage.incidents.configuration import IMPACTS
from statuspage.lib.env import AreaSettings, counts, words, written

MEASURES: Final = frozenset({"minutes", "transactions", "records", "customers", "loss"})
REPORTS: Final = frozenset({"first", "written", "closing"})

# A threshold of 0 is exceeded by any figure.
Thresholds = Annotated[dict[str, int], PlainValidator(partial(counts, allowed=MEASURES, least=0))]
Hours = Annotated[dict[str, int], PlainValidator(partial(counts, allowed=REPORTS))]


class RegulatorSettings(AreaSettings):
    """Reports to the regulator, private to staff, by regime: payment incidents (REGULATOR_…),
    network security incidents (REGULATOR_NETWORK_…) and leaks of personal information
    (REGULATOR_LEAK_…). Have your lawyers check the figures."""

    REGULATOR_GENERAL: Thresholds = written(
        "minutes:120,transactions:100000,records:5000,customers:500", exclude=True
    )
    """What makes a payment incident one of the lowest grade when exceeded; empty: staff decide.
    loss is in yuan."""
    REGULATOR_LARGER: Thresholds = written("", exclude=True)
    """The same for the next grade."""
    REGULATOR_GRAVE: Thresholds = written("", exclude=True)
    """The same for the grade above."""
    REGULATOR_EXTRAORDINARY: Thresholds = written("", exclude=True)
    """The same for the highest grade."""
    REGULATOR_HOURS: Hours = written("first:2,written:24,closing:240")
    """Hours from there to the first and the written report, and from the end of the incident to
    the closing report."""
    REGULATOR_INTERRUPTIONS: Annotated[
        list[str], PlainValidator(partial(words, allowed=IMPACTS))
    ] = written("major,critical")
    """Impacts whose duration counts as an interruption."""
    REGULATOR_RECIPIENT: str = ""
    """To whom payment incidents are reported; empty: the local branch of the central bank."""
    REGULATOR_CONTACT: str = ""
    """How they are reached: telephone, duty desk, reporting system."""
    REGULATOR_SOURCE: str = ""
    """The rules that these deadlines follow, as your lawyers confirmed them; empty: our note."""

    REGULATOR_NETWORK_GENERAL: Thresholds = written("", exclude=True)
    """What makes a network security incident one of the lowest grade, which need not be reported to
    the cyberspace administration."""
    REGULATOR_NETWORK_LARGER: Thresholds = written("customers:1000000", exclude=True)
    """The same for the next grade, from which it is reported. minutes: for operators of critical
    information infrastructure."""
    REGULATOR_NETWORK_GRAVE: Thresholds = written("customers:10000000", exclude=True)
    """The same for the grade above."""
    REGULATOR_NETWORK_EXTRAORDINARY: Thresholds = written(
        "customers:100000000,loss:100000000", exclude=True
    )
    """The same for the highest grade."""
    REGULATOR_NETWORK_HOURS: Hours = written("first:4,written:24,closing:720")
    """As REGULATOR_HOURS. first:1 for operators of critical information infrastructure."""
    REGULATOR_NETWORK_RECIPIENT: str = ""
    """To whom network security incidents are reported; empty: the cyberspace administration."""
    REGULATOR_NETWORK_CONTACT: str = ""
    """How they are reached; empty: hotline 12387."""
    REGULATOR_NETWORK_SOURCE: str = ""
    """As REGULATOR_SOURCE."""

    REGULATOR_LEAK_GENERAL: Thresholds = written("records:0,customers:0", exclude=True)
    """What makes a leak one to report, in the lowest grade; 0: any leak."""
    REGULATOR_LEAK_LARGER: Thresholds = written("", exclude=True)
    """The same for the next grade."""
    REGULATOR_LEAK_GRAVE: Thresholds = written("", exclude=True)
    """The same for the grade above."""
    REGULATOR_LEAK_EXTRAORDINARY: Thresholds = written("", exclude=True)
    """The same for the highest grade."""
    REGULATOR_LEAK_HOURS: Hours = written("first:2,written:24,closing:240")
    """As REGULATOR_HOURS. The law says "immediately" and names no hours."""
    REGULATOR_LEAK_RECIPIENT: str = ""
    """To whom leaks are reported; empty: the department responsible, and the people affected."""
    REGULATOR_LEAK_CONTACT: str = ""
    """How they are reached."""
    REGULATOR_LEAK_SOURCE: str = ""
    """As REGULATOR_SOURCE."""

    def thresholds(self, prefix: str) -> dict[str, dict[str, int]]:
        """Return a regime's thresholds by grade: an incident that exceeds one has that grade."""
        grades = ("general", "larger", "grave", "extraordinary")
        return {grade: getattr(self, f"{prefix}_{grade.upper()}") for grade in grades}
