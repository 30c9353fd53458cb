"""Confirmation by a second person: of accounts that were made or changed, and of tokens.

Who made or changed an account may hold its password or its link. Until another person has
confirmed it, it does not count as a second one: neither to approve, nor beside whoever changed it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from statuspage.lib.database_clock import database_now
from statuspage.staff.audit import record
from statuspage.staff.impersonal import account
from statuspage.staff.models import TOKEN_WAITS, AccountChange, ApiToken, Staff
from statuspage.staff.permissions import Act, may


class Named(Protocol):
    """Whoever has a number: a member of staff, or an author as the log knows them."""

    @property
    def pk(self) -> int: ...


def made_or_changed(
    accounts: Iterable[int | None], by: Named, when: datetime | None = None
) -> bool:
    """Return whether `by` did so to one of the accounts, and no third person confirmed that yet.

    As far as anyone knows, they are then one person. They also were at the moment `when`, if the
    confirmation came later: it says whose the account is now, not who used it before.
    """
    return by.pk in hands_on(accounts, when)


def hands_on(accounts: Iterable[int | None], when: datetime | None = None) -> set[int]:
    """Return who made or changed one of the accounts, as `made_or_changed` asks."""
    open_now = Q(confirmed_at=None)
    open_then = Q(at__lte=when, confirmed_at__gt=when) if when else Q(pk=None)
    rows = AccountChange.objects.filter(open_now | open_then, staff__in=[*accounts])
    return {by for by in rows.values_list("by", flat=True) if by is not None}


def may_now(staff: Named, act: Act) -> bool:
    """Return whether they may do it as their account is now, not as it was when it was read."""
    found = Staff.objects.filter(pk=staff.pk).first()
    return found is not None and may(found, act)


def changed(staff: Staff, kind: AccountChange.Kind, by: Staff | None) -> None:
    """Note what `by` did to somebody's account: it is unconfirmed from now on."""
    AccountChange.objects.create(staff=staff, kind=kind, by=by, at=database_now())
    Staff.objects.filter(pk=staff.pk).update(confirmed_at=None, confirmed_by=None)
    staff.confirmed_at = staff.confirmed_by = None


def open_changes(staff: Staff) -> QuerySet[AccountChange]:
    """Return what was done to the account since it was last confirmed, latest first."""
    return _open_changes(staff).select_related("by")


def doubtful_tokens_revoke(staff: Staff) -> None:
    """Revoke what the account issued since it was last confirmed: it may have been in other hands.

    Whoever held it could else go on acting in its name, once it is confirmed again.
    """
    first = _open_changes(staff).last()
    if first is not None:
        tokens_end(ApiToken.objects.filter(staff=staff, created_at__gte=first.at))


def tokens_end(tokens: QuerySet[ApiToken]) -> None:
    """Revoke those that were not revoked before."""
    tokens.filter(revoked_at=None).update(revoked_at=database_now())


def accounts_waiting() -> QuerySet[Staff]:
    """Return the accounts in use that nobody has confirmed as they are."""
    return Staff.objects.filter(is_active=True, confirmed_at=None).order_by("pk")


def tokens_waiting() -> QuerySet[ApiToken]:
    """Return the tokens that a second person may still confirm, oldest first."""
    now = database_now()
    rows = ApiToken.objects.filter(confirmed_at=None, revoked_at=None)
    lasting = Q(expires_at=None) | Q(expires_at__gt=now)
    rows = rows.filter(lasting, created_at__gt=now - TOKEN_WAITS)
    return rows.select_related("staff", "issued_by").order_by("pk")


def account_confirm(*, staff: Staff, by: Staff, seen: int, role: str, ip: str = "") -> None:
    """Confirm the account; `seen` is the last change that `by` was shown, `role` its role then.

    Single sign-on changes roles without a change that anybody made.

    Raises:
        ValidationError: `by` may not, or changed it themselves; it changed since; its owner has not
            set a password yet; it is switched off or confirmed already.
    """
    with transaction.atomic():
        kept, second = _locked(staff, by)
        _check_second(kept, second)
        _check_account(kept, seen, role)
        _mark_confirmed(kept, second)
        record(act="account.confirmed", staff=second, target=kept.get_username(), ip=ip)


def account_confirm_on_server(*, staff: Staff) -> None:
    """Confirm the account by a command, for whoever holds the server; recorded as that."""
    with transaction.atomic():
        _mark_confirmed(staff, None)
        record(act="account.confirmed", who="manage.py", target=staff.get_username())


def token_confirm(*, token: ApiToken, by: Staff, ip: str = "") -> None:
    """Let the token work, as a second person.

    Raises:
        ValidationError: `by` may not, owns or issued it, or may hold its owner's account; it waits
            no more; its owner may not publish alone.
    """
    with transaction.atomic():
        kept, second = _waiting(token), _locked(by)[0]
        _check_token(kept, second)
        if not may(kept.staff, Act.PUBLISH_ALONE):
            raise ValidationError(_("Its owner may not approve anything at present."), "owner")
        kept.confirmed_at = database_now()
        kept.save(update_fields=["confirmed_at"])
        _record_token("token.confirmed", kept, second, ip)


def token_refuse(*, token: ApiToken, by: Staff, ip: str = "") -> None:
    """Refuse the token, as a second person: it never works.

    Raises:
        ValidationError: as for confirming it.
    """
    with transaction.atomic():
        kept, second = _waiting(token), _locked(by)[0]
        _check_token(kept, second)
        kept.revoked_at = database_now()
        kept.save(update_fields=["revoked_at"])
        _record_token("token.declined", kept, second, ip)


def _locked(*staff: Staff) -> list[Staff]:
    """Return them as they now are, in that order; nobody changes them in this transaction."""
    rows = Staff.objects.select_for_update().filter(pk__in=[one.pk for one in staff])
    found = {one.pk: one for one in rows.order_by("pk")}
    return [found[one.pk] for one in staff]


def _waiting(token: ApiToken) -> ApiToken:
    rows = ApiToken.objects.select_for_update(of=("self",)).select_related("staff")
    kept = rows.get(pk=token.pk)
    if not kept.waits(database_now()):
        raise ValidationError(_("This token is no longer waiting."), "late")
    return kept


def _check_second(kept: Staff, second: Staff) -> None:
    if kept.pk == second.pk:
        raise ValidationError(_("Another person must confirm your account."), "own")
    if not may(second, Act.CONFIRM):
        raise ValidationError(
            _("You cannot confirm anything: your role may not, or your account is unconfirmed."),
            "role",
        )
    if made_or_changed([kept.pk], second):
        raise ValidationError(
            _("You changed this account yourself. Another person must confirm it."), "own"
        )


def _check_account(kept: Staff, seen: int, role: str) -> None:
    last = _open_changes(kept).values_list("pk", flat=True).first() or 0
    refusals = (
        (not kept.is_active, _("This account is disabled.")),
        (kept.is_confirmed, _("This account is confirmed already.")),
        (
            kept.waits_for_owner,
            _("Its owner has not set a password yet: whoever holds the link could still take it."),
        ),
        (
            (seen, role) != (last, kept.role),
            _("The account was changed while you looked at it. Please check again."),
        ),
    )
    for refused, why in refusals:
        if refused:
            raise ValidationError(why, "account")


def _check_token(kept: ApiToken, second: Staff) -> None:
    one_hand = made_or_changed([kept.staff_id, kept.issued_by_id], second, kept.created_at)
    if second.pk in {kept.staff_id, kept.issued_by_id} or one_hand:
        raise ValidationError(
            _("You issued this token, or changed its owner's account. Another person decides."),
            "own",
        )
    if not may(second, Act.CONFIRM):
        raise ValidationError(_("You cannot confirm or refuse tokens."), "role")


def _mark_confirmed(kept: Staff, second: Staff | None) -> None:
    now = database_now()
    Staff.objects.filter(pk=kept.pk).update(confirmed_at=now, confirmed_by=second)
    _open_changes(kept).update(confirmed_at=now)
    kept.confirmed_at, kept.confirmed_by = now, second


def _open_changes(staff: Staff) -> QuerySet[AccountChange]:
    return AccountChange.objects.filter(staff=staff.pk, confirmed_at=None).order_by("-pk")


def _record_token(act: str, token: ApiToken, by: Staff, ip: str) -> None:
    after = {"for": account(token.staff_id), "scopes": token.scopes}
    record(act=act, staff=by, target=token.name, after=after, ip=ip)
