"""Settings of promises, read from the environment; part of the settings."""

from typing import Final

from statuspage.env import Env

_env: Final = Env()

# By impact; one that is not named promises nothing of the kind.
_IMPACTS: Final = frozenset({"none", "minor", "major", "critical"})
# Minutes from detection to the first public word, and from each update to the next; working days
# from the end of an incident to its postmortem.
PROMISE_FIRST_MINUTES = _env.counts(
    "PROMISE_FIRST_MINUTES", "critical:10,major:15,minor:30", _IMPACTS
)
PROMISE_UPDATE_MINUTES = _env.counts(
    "PROMISE_UPDATE_MINUTES", "critical:30,major:60,minor:240,none:240", _IMPACTS
)
PROMISE_POSTMORTEM_DAYS = _env.counts("PROMISE_POSTMORTEM_DAYS", "critical:3,major:5", _IMPACTS)
