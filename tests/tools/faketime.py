"""Find Debian's libfaketime, by which tests give a program a wrong clock, or install it."""

import os
import select
import time
from pathlib import Path
from typing import Final

from tests.tools.debian import install

PACKAGE: Final = "faketime"
FOLDERS: Final = ("/usr/lib", "/usr/local/lib")
LIBRARY: Final = "faketime/libfaketime.so.1"


def find() -> Path | None:
    """Return the path of the library, or None."""
    found = (one for folder in FOLDERS for one in Path(folder).glob(f"*/{LIBRARY}"))
    return next(found, None)


def environment(clock: str) -> dict[str, str]:
    """Return the variables that set a program's clock, such as "-1h"; it goes on from there.

    A program may change FAKETIME for itself. Its monotonic clock, by which it waits, stays right.
    """
    library = find()
    assert library, "run tests.tools.faketime to install it"
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME": clock,
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        # Else it makes waiting for a condition, as each thread does, very slow.
        "FAKETIME_FORCE_MONOTONIC_FIX": "0",
    }


def mend_sleep() -> None:
    """Have Python sleep by select().

    Debian's faketime 0.9.10 makes clock_nanosleep() fail for a monotonic clock that is not faked.
    """
    if "faketime" in os.environ.get("LD_PRELOAD", ""):
        time.sleep = _sleep


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


def main() -> None:
    """Install libfaketime if it is missing.

    Raises:
        SystemExit: it is missing and cannot be installed.
    """
    if not find():
        install(PACKAGE, "the tests of wrong clocks")


if __name__ == "__main__":
    main()
