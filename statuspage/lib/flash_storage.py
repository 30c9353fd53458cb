"""Where a message for the next page is kept: in a cookie that binds itself to the host."""

from django.conf import settings
from django.contrib.messages.storage.cookie import CookieStorage
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.messages.storage.session import SessionStorage


class HostCookieStorage(CookieStorage):
    """Django's cookie, under a name that a browser takes from no subdomain."""

    cookie_name = settings.MESSAGE_COOKIE_NAME


class Storage(FallbackStorage):
    """In the cookie; in the session what is too long for it."""

    storage_classes = (HostCookieStorage, SessionStorage)
