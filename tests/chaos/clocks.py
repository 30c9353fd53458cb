"""Clocks that a run sets wrong and right again in running processes, by Debian's faketime."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from tests.tools import faketime

# How soon a running process notices, in seconds.
NOTICED_AFTER: Final = "1"
# The clock of whatever has none of its own; nobody turns it.
ALL: Final = "all"


class Clocks:
    """A file for each program that says how far its clock is off."""

    def __init__(self, folder: Path, programs: Iterable[str]) -> None:
        self._files = {name: folder / f"{name}.clock" for name in (ALL, *programs)}
        self._library = faketime.find()
        self.all_right()

    def environment(self, program: str = ALL) -> dict[str, str]:
        """Return the variables with which a program starts, or those of them all."""
        if self._library is None:
            return {}
        if program != ALL:
            return {"FAKETIME_TIMESTAMP_FILE": str(self._files[program])}
        return {
            "LD_PRELOAD": str(self._library),
            # Only the wall clock is set; waits last as long as they should.
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else threads wait for 5 ms at every turn
            "FAKETIME_CACHE_DURATION": NOTICED_AFTER,
            "FAKETIME_DISABLE_SHM": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self._files[ALL]),
        }

    def turn(self, program: str, seconds: int) -> None:
        """Set a program's clock so many seconds ahead, or behind where that is negative.

        Raises:
            RuntimeError: faketime is not installed.
        """
        if self._library is None:
            raise RuntimeError(f"clocks cannot be turned without Debian's {faketime.PACKAGE}")
        part = self._files[program].with_suffix(".part")
        part.write_text(f"{seconds:+d}\n", encoding="ascii")
        part.replace(self._files[program])

    def all_right(self) -> None:
        """Set every clock right."""
        for program in self._files if self._library else ():
            self.turn(program, 0)
