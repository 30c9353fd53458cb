"""The web server's application, which dies at the instant that CRASH_INSTANT names."""

import os

from statuspage.pages.server import gateway

# One request at a time, so that it dies in the middle of just one.
gateway.THREADS = 1

from statuspage.rsgi import application  # noqa: E402
from tests.crash.instants import arm  # noqa: E402

__all__ = ["application"]

arm(os.environ["CRASH_INSTANT"])
