"""Browsers in which somebody has signed in before: guesses from elsewhere do not slow them down."""

import secrets
from typing import Final

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from statuspage.staff.models import Staff

SALT: Final = "staff.known_browsers"
DAYS: Final = 180
# A shared computer remembers so many people.
MOST: Final = 5


def browser_of(request: HttpRequest, username: str) -> str:
    """Return the name of this browser if this person has signed in with it, otherwise nothing."""
    staff = Staff.objects.filter(username=username).values_list("pk", flat=True).first()
    return _known(request).get(str(staff), "")


def remember(request: HttpRequest, response: HttpResponse, staff: Staff) -> None:
    """Have the browser keep, signed, that this person has signed in with it."""
    known = _known(request)
    name = known.pop(str(staff.pk), "") or secrets.token_urlsafe(12)
    kept = dict([*known.items(), (str(staff.pk), name)][-MOST:])
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        signing.dumps(kept, salt=SALT),
        max_age=DAYS * 86_400,
        path="/console/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _known(request: HttpRequest) -> dict[str, str]:
    written = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, "")
    try:
        found = signing.loads(written, salt=SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return {}
    return dict(found)
