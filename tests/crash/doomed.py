"""A Celery worker that dies at a named instant: `python -m tests.crash.doomed after_claim`."""

import sys
from importlib import import_module

from statuspage.celery import app
from tests.crash.instants import arm
from tests.crash.processes import WORKER

# Small enough for a few recipients to be expanded in several transactions.
CHUNK = 30


def main() -> None:
    """Load the product as a worker does, put death into place, and be a worker until then."""
    app.loader.import_default_modules()
    import_module("notifications.delivery.expand").CHUNK = CHUNK  # type: ignore[attr-defined]
    arm(sys.argv[1])
    app.worker_main(list(WORKER))


if __name__ == "__main__":
    main()
