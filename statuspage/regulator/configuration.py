"""Settings of the regulator's clock, read from the environment; part of the settings."""

from typing import Final

from statuspage.env import Env

_env: Final = Env()

_IMPACTS: Final = frozenset({"none", "minor", "major", "critical"})
_MEASURES: Final = frozenset({"minutes", "transactions", "records", "customers"})
# By grade, what makes an incident one of it when exceeded; a grade without any is judged by staff.
REGULATOR_THRESHOLDS = {
    "general": _env.counts(
        "REGULATOR_GENERAL",
        "minutes:120,transactions:100000,records:5000,customers:500",
        _MEASURES,
    ),
    "larger": _env.counts("REGULATOR_LARGER", "", _MEASURES),
    "grave": _env.counts("REGULATOR_GRAVE", "", _MEASURES),
    "extraordinary": _env.counts("REGULATOR_EXTRAORDINARY", "", _MEASURES),
}
# Hours from there to the first and the written report, and from the end to the closing report.
REGULATOR_HOURS = _env.counts(
    "REGULATOR_HOURS",
    "first:2,written:24,closing:240",
    frozenset({"first", "written", "closing"}),
)
# The impacts whose duration counts as an interruption.
REGULATOR_INTERRUPTIONS = _env.items("REGULATOR_INTERRUPTIONS", ("major", "critical"), _IMPACTS)
