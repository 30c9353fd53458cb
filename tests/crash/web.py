"""The web server's application; it dies at the instant that CRASH_INSTANT names, if any."""

import os

from tests.tools.faketime import mend_sleep

mend_sleep()  # before anything takes a reference to time.sleep

from statuspage.pages.server import gateway  # noqa: E402

if instant := os.environ.get("CRASH_INSTANT"):
    gateway.THREADS = 1  # so that it dies in the middle of just one request

from statuspage.rsgi import application  # noqa: E402
from tests.crash.instants import arm  # noqa: E402

__all__ = ["application"]

if instant:
    arm(instant)
