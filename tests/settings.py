"""The project's settings on engines of the suite's own."""

import os
import sys
from urllib.parse import urlsplit, urlunsplit

from tests import engines

# Compiled once: tests are rewritten for their assertions, and start some two hundred programs.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("PORT", "8000")
# The suite runs at any hour of the day; tests of quiet hours set their own.
os.environ.setdefault("QUIET_HOURS", "")
# Most tests publish as one person; tests of approval name the kinds themselves.
os.environ.setdefault("FOUR_EYES_KINDS", "")
engines.start()

# Each worker of a parallel run has a database of its own by name, and one of Redis by number.
worker = os.environ.get("PYTEST_XDIST_WORKER", "gw-1")
os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{int(worker[2:]) + 1}"

# Ours alone: a program that a test starts must not know it, nor take it for its own database's.
if owner := os.environ.get("CANDOR_TEST_OWNER_URL"):
    path = urlsplit(os.environ["DATABASE_URL"]).path
    os.environ.setdefault("DATABASE_OWNER_URL", urlunsplit(urlsplit(owner)._replace(path=path)))
from statuspage.settings import *  # noqa: E402, F403

os.environ.pop("DATABASE_OWNER_URL", None)

DATABASES["default"]["ENGINE"] = "tests.database"  # noqa: F405
# Threads of the live server keep none: the database could not be removed after the last test.
DATABASES["default"]["CONN_MAX_AGE"] = 0  # noqa: F405
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, for tests only
WHITENOISE_AUTOREFRESH = True
SECURE_SSL_REDIRECT = False
WEBHOOK_ALLOW_PRIVATE = True
