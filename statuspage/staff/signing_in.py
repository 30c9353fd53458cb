"""Record who signs in, and end sessions."""

from typing import Any, Final

from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from statuspage.lib.client_ip import client_ip
from statuspage.staff import recency
from statuspage.staff.audit import record
from statuspage.staff.models import Staff

# In the session: this browser has shown the second factor.
SHOWN: Final = "second_factor_shown"
# In the session: what the single sign-on provider said of the person who is signing in.
VOUCHED: Final = "vouched_for"


def listen() -> None:
    """Connect to Django's signals, which any page, command or library that signs in sends."""
    user_logged_in.connect(_came_in, dispatch_uid="staff.came_in")
    user_logged_out.connect(_went_out, dispatch_uid="staff.went_out")
    user_login_failed.connect(_failed, dispatch_uid="staff.failed")


def sessions_of(staff: Staff) -> QuerySet[UserSession]:
    """Return the browsers in which they are signed in, newest first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    rows: QuerySet[UserSession] = UserSession.objects.filter(user=staff, session_key__in=alive)
    return rows.order_by("-created_at")


def session_revoke(*, session: UserSession, by: Staff, ip: str = "") -> None:
    """Sign that browser out at its next request."""
    with transaction.atomic():
        before = {"signed_in_at": session.created_at.isoformat(), "ip": session.ip}
        sessions_end(UserSession.objects.filter(pk=session.pk))
        record(act="session.revoked", staff=by, ip=ip, before=before)


def sign_out_elsewhere(*, staff: Staff, but: str | None) -> None:
    """Sign out the other browsers, which have not shown the new second factor."""
    sessions_end(UserSession.objects.filter(user=staff).exclude(session_key=but or ""))


def sessions_end(rows: QuerySet[UserSession]) -> None:
    """Sign out these browsers, at their next request."""
    with transaction.atomic():
        Session.objects.filter(session_key__in=rows.values("session_key")).delete()
        rows.delete()


def vouched_for(request: HttpRequest, staff: Staff) -> dict[str, Any]:
    """Return what the provider said, if it was through it that this person came."""
    told: dict[str, Any] = request.session.get(VOUCHED) or {}
    return told if told.get("staff") == staff.pk else {}


def name_session(request: HttpRequest, staff: Staff) -> None:
    """Keep by which name the provider knows the session, once allauth has written it down."""
    sid = vouched_for(request, staff).get("sid")
    if sid:
        rows = UserSession.objects.filter(session_key=request.session.session_key)
        rows.update(data={"sid": sid})


def _came_in(*, request: HttpRequest, user: Any, **_more: Any) -> None:
    if not isinstance(user, Staff):
        return
    told = vouched_for(request, user)
    factor = any(one["method"] == "mfa" for one in get_authentication_records(request, user))
    recency.begin(request.session, proved=factor or not told or told["fresh"])
    if factor or told.get("second_factor"):
        request.session[SHOWN] = True
    UserSession.objects.create_from_request(request, user=user)
    record(act="signed_in", staff=user, ip=client_ip(request))


def _went_out(*, request: HttpRequest, user: Any, **_more: Any) -> None:
    if isinstance(user, Staff):
        UserSession.objects.filter(session_key=request.session.session_key).delete()
        record(act="signed_out", staff=user, ip=client_ip(request))


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_m: Any) -> None:
    # What people type as their user name is sometimes their password: only known names are kept.
    typed = str(credentials.get("username") or "").replace("\x00", "")
    staff = Staff.objects.filter(username=typed).first()
    ip = client_ip(request) if request else ""
    record(act="sign_in_failed", staff=staff, who="" if staff else "?", ip=ip)
