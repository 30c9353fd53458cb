"""Find Debian's libfaketime, by which tests give a program a wrong clock, or install it."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

PACKAGE: Final = "faketime"
NAME: Final = "libfaketime.so.1"


def find() -> Path | None:
    """Return the path of the library, or None."""
    return next(Path("/usr/lib").glob(f"*/faketime/{NAME}"), None)


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
    }


def main() -> None:
    """Install libfaketime if it is missing.

    Raises:
        SystemExit: it is missing and cannot be installed.
    """
    if find():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the tests of wrong clocks need Debian's {PACKAGE}")
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=variables)
    subprocess.run(["apt-get", "install", "-y", "-qq", PACKAGE], check=True, env=variables)


if __name__ == "__main__":
    main()
