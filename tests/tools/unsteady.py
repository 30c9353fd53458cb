"""Name the tests that failed, if they are few enough to be an accident of a busy machine."""

import json
from pathlib import Path
from typing import Final

FAILED: Final = Path(".pytest_cache/v/cache/lastfailed")
FEW: Final = 3


def main() -> None:
    """Print the tests that failed last.

    Raises:
        SystemExit: there are more than a few, or the run did not get as far as its tests.
    """
    failed = json.loads(FAILED.read_text()) if FAILED.exists() else {}
    if not 0 < len(failed) <= FEW:
        raise SystemExit(f"{len(failed)} tests failed: no accident")
    print("Unsteady, if they pass now:", *failed, sep="\n  ")


if __name__ == "__main__":
    main()
