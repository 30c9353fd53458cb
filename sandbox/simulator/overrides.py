"""What the fragment of a callback's URL asks of Twilio.

Source: twilio.com/docs/usage/webhooks/webhooks-connection-overrides.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from sandbox.simulator.parsing import parse_whole

MOST_RETRIES: Final = 5
LONGEST_MS: Final = 15_000
POLICIES: Final = frozenset({"4xx", "5xx", "ct", "rt", "all"})


@dataclass(frozen=True)
class Overrides:
    """How often a callback is tried again (rc), after what (rp), and within how long (tt).

    The time is that of the tries; how long Twilio waits between them is not documented.
    """

    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})
    within_ms: int = LONGEST_MS

    def retry_after(self, failure: str, spent: float) -> bool:
        """Return whether to try again after a failure and so many seconds of trying.

        It is 4xx, 5xx, ct (no connection) or rt (no answer).
        """
        return bool(self.policy & {failure, "all"}) and spent * 1000 < self.within_ms


def overrides_of(url: str) -> tuple[str, Overrides | None]:
    """Return the URL without its fragment, and what that asks for; None where there is none.

    What Twilio would not understand keeps its default.
    """
    bare, _, fragment = url.partition("#")
    if not fragment:
        return bare, None
    given = {name: values[-1] for name, values in parse_qs(fragment).items()}
    policy = POLICIES & set(given.get("rp", "").split(","))
    return bare, Overrides(
        retries=min(parse_whole(given.get("rc", "1"), LONGEST_MS) or 0, MOST_RETRIES),
        policy=policy or Overrides.policy,
        within_ms=min(parse_whole(given.get("tt", ""), 10**6) or LONGEST_MS, LONGEST_MS),
    )
