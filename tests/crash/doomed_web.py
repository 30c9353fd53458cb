"""The web server's application, which dies at the instant that CRASH_INSTANT names."""

import os

from statuspage.rsgi import application
from tests.crash.instants import arm

__all__ = ["application"]

arm(os.environ["CRASH_INSTANT"])
