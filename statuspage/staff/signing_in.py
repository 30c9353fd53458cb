"""Record who signs in, and sign out other browsers."""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.models import SignIn, Staff


def listen() -> None:
    """Connect to Django's signals, which any page, command or library that signs in sends."""
    user_logged_in.connect(_came_in, dispatch_uid="staff.came_in")
    user_logged_out.connect(_went_out, dispatch_uid="staff.went_out")
    user_login_failed.connect(_failed, dispatch_uid="staff.failed")


def sign_ins_of(staff: Staff) -> QuerySet[SignIn]:
    """Return the browsers in which they are signed in, newest first."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignIn.objects.filter(staff=staff, session_key__in=alive).order_by("-at")


def sign_in_revoke(*, sign_in: SignIn, by: Staff, ip: str = "") -> None:
    """Sign that browser out at its next request."""
    with transaction.atomic():
        Session.objects.filter(session_key=sign_in.session_key).delete()
        sign_in.delete()
        before = {"signed_in_at": sign_in.at.isoformat(), "ip": sign_in.ip}
        record(act="session.revoked", staff=by, ip=ip, before=before)


def sign_out_elsewhere(*, staff: Staff, but: str | None) -> None:
    """Sign out the other browsers, which have not shown the new second factor."""
    others = staff.sign_ins.exclude(session_key=but or "")
    Session.objects.filter(session_key__in=others.values("session_key")).delete()
    others.delete()


def _came_in(*, request: HttpRequest, user: Any, **_more: Any) -> None:
    if not isinstance(user, Staff):
        return
    if request.session.session_key is None:
        request.session.save()
    ip = client_ip(request)
    SignIn.objects.create(
        staff=user,
        session_key=request.session.session_key or "",
        ip=ip,
        agent=request.headers.get("User-Agent", "")[:200],
    )
    record(act="signed_in", staff=user, ip=ip)


def _went_out(*, request: HttpRequest, user: Any, **_more: Any) -> None:
    if isinstance(user, Staff):
        SignIn.objects.filter(session_key=request.session.session_key).delete()
        record(act="signed_out", staff=user, ip=client_ip(request))


def _failed(*, credentials: dict[str, Any], request: HttpRequest | None = None, **_m: Any) -> None:
    # What people type as their user name is sometimes their password: only known names are kept.
    typed = str(credentials.get("username") or "")
    staff = Staff.objects.filter(username=typed).first()
    ip = client_ip(request) if request else ""
    record(act="sign_in_failed", staff=staff, who="" if staff else "?", ip=ip)
