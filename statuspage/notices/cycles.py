"""Settlement cycles as people write them, and their one form for the log, the API and audiences."""

import re
import unicodedata
from typing import Final

# T1, T+1, T加1; D0; S0 is the trade's name of the instant product, whose dates are those of D+0.
# No leading zero, and at most 99 days.
_COUNTED: Final = re.compile(r"(T|D|S(?=[+加]?0$))[+加]?(0|[1-9]\d?)", re.ASCII)
INSTANT: Final = frozenset({"秒到", "秒结", "实时到账"})


def read_cycle(written: str) -> str:
    """Return the canonical form of a cycle, `T+1` or `D+0`, however it is written.

    Full-width signs, lower case and spaces do not matter. `S0`, `S+0` and 秒到 are `D+0`.

    Raises:
        ValueError: it is not a settlement cycle.
    """
    text = "".join(unicodedata.normalize("NFKC", written).split()).upper()
    if text in INSTANT:
        return "D+0"
    if found := _COUNTED.fullmatch(text):
        return f"{found[1].replace('S', 'D')}+{found[2]}"
    raise ValueError(f"not a settlement cycle: {written!r}")
