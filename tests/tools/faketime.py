"""Find faketime for the tests of wrong clocks, or install Debian's."""

import os
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Final

PACKAGE: Final = "faketime"
FOLDERS: Final = ("/usr/lib", "/usr/local/lib")
LIBRARY: Final = "faketime/libfaketime.so.1"


def find() -> Path | None:
    """Return the path of its library, or None."""
    found = (one for folder in FOLDERS for one in Path(folder).glob(f"*/{LIBRARY}"))
    return next(found, None)


def mend_sleep() -> None:
    """Have Python sleep by select().

    Debian's faketime 0.9.10 makes clock_nanosleep() fail for a monotonic clock that is not faked.
    """
    if "faketime" in os.environ.get("LD_PRELOAD", ""):
        time.sleep = _sleep


def _sleep(seconds: float) -> None:
    select.select([], [], [], seconds)


def main() -> None:
    """Install faketime if it is missing.

    Raises:
        SystemExit: it is missing and cannot be installed.
    """
    if find():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the tests of wrong clocks need Debian's {PACKAGE}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", PACKAGE], check=True, env=environment)


if __name__ == "__main__":
    main()
