"""Find nginx for the tests of the page server, or install Debian's."""

import os
import shutil

from tests.tools.debian import install

PACKAGE = "nginx-light"


def find() -> str | None:
    """Return the path of nginx, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def main() -> None:
    """Install nginx if it is missing.

    Raises:
        SystemExit: it is missing and cannot be installed.
    """
    if not find():
        install(PACKAGE, "the tests of the page server")


if __name__ == "__main__":
    main()
