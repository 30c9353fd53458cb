"""The project's settings on engines of the suite's own."""

import os

from tests import engines

os.environ.setdefault("DEBUG", "true")
os.environ.setdefault("PORT", "8000")
engines.start()

from statuspage.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # fast, for tests only
WHITENOISE_AUTOREFRESH = True
SECURE_SSL_REDIRECT = False
WEBHOOK_ALLOW_PRIVATE = True
