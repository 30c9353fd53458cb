"""How long ago somebody signed in, was here, and said who they are; by PostgreSQL's clock."""

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest

from statuspage.lib.database_clock import database_now

# In the session, all in seconds since 1970: the sign-in, the last click, and the last time that
# the person proved who they are.
SIGNED_IN_AT: Final = "signed_in_at"
SEEN_AT: Final = "seen_at"
PROVED_AT: Final = "proved_at"
# A click is written down no more often: each time is an UPDATE of the session.
GRAIN_SECONDS: Final = 60
# By so much a clock may be set back in the ordinary way.
CLOCK_SET_SECONDS: Final = 60


def now() -> float:
    """Return the present moment in seconds since 1970."""
    return database_now().timestamp()


def begin(session: Any, *, proved: bool) -> None:
    """Note a sign-in; `proved` unless somebody else vouched for the person a while ago."""
    moment = now()
    session[SIGNED_IN_AT] = session[SEEN_AT] = moment
    session.pop(PROVED_AT, None)
    if proved:
        session[PROVED_AT] = moment


def prove(session: Any) -> None:
    """Note that the person has just proved who they are."""
    session[PROVED_AT] = now()


def proved_lately(session: Any) -> bool:
    """Return whether they have done so within STAFF_REAUTHENTICATE_MINUTES."""
    at = session.get(PROVED_AT)
    return at is not None and is_within(now() - at, settings.STAFF_REAUTHENTICATE_MINUTES * 60)


def is_within(age: float, seconds: float) -> bool:
    """Return whether something is so old at most, and not of the future.

    A clock that was ahead and is set right must not make a session or a proof last.
    """
    return -CLOCK_SET_SECONDS <= age < seconds


def is_over(session: Any, moment: float) -> bool:
    """Return whether the session has been idle for too long, or is too old."""
    idle = moment - session.get(SEEN_AT, 0)
    age = moment - session.get(SIGNED_IN_AT, 0)
    lasts = is_within(idle, settings.STAFF_IDLE_MINUTES * 60)
    return not (lasts and is_within(age, settings.SESSION_COOKIE_AGE))


def touch(request: HttpRequest, moment: float) -> None:
    """Note a click. Pages that refresh themselves by htmx are no click: nobody may sit there."""
    polls = request.headers.get("HX-Request") and request.method == "GET"
    before = request.session[SEEN_AT]
    if not polls and moment - before > GRAIN_SECONDS:
        request.session[SEEN_AT] = moment
        request.seen_before = before  # type: ignore[attr-defined]


def untouch(request: HttpRequest) -> None:
    """Take the click back: the answer is a page that the browser asks for again by itself."""
    before = getattr(request, "seen_before", None)
    if before is not None and SEEN_AT in request.session:
        request.session[SEEN_AT] = before
