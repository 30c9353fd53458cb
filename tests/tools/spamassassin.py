"""Find SpamAssassin for the test of our letters, or install Debian's where that is possible."""

import shutil
import sys

from tests.tools.debian import install

PACKAGE = "spamassassin"


def find() -> str | None:
    """Return the path of the program, or None."""
    return shutil.which(PACKAGE)


def main() -> None:
    """Install it if it is missing; without it one test is skipped, and says so."""
    if not find():
        try:
            install(PACKAGE, "the tests of e-mail")
        except SystemExit as error:
            print(f"{error}; they are skipped", file=sys.stderr)


if __name__ == "__main__":
    main()
