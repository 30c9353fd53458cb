"""The audit log: who did what, when and from where, with the values before and after."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _

from statuspage.staff.impersonal import account, impersonal
from statuspage.staff.models import ApiToken, AuditEntry, Staff

# Never recorded, in any form or record.
SECRET_FIELDS: Final = frozenset({"password", "sha256", "sealed", "session_key", "secret"})


def record_statement(statement: Any) -> None:
    """Record a published statement, whichever code publishes it."""
    record(
        act="statement.published",
        staff=statement.author,
        who="" if statement.author else "system",
        target=f"#{statement.number}",
        after={"kind": statement.kind, "subject": statement.subject_id},
    )


def record(
    *,
    act: str,
    staff: Staff | None = None,
    who: str = "",
    token: ApiToken | None = None,
    target: str = "",
    status: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    ip: str = "",
) -> None:
    """Write one entry, in the open transaction: act and entry are committed together.

    Staff are named by the id of their account, and `who` names what is no person (a command).
    Values must hold no personal data of subscribers: ids and counts only.
    """
    target, (before, after) = impersonal(
        act, target, _without_secrets(before), _without_secrets(after)
    )
    AuditEntry.objects.create(
        act=act[:80],
        staff=staff,
        who="" if staff else who[:150],
        token=token.name if token else "",
        target=target[:200],
        status=status,
        before=before,
        after=after,
        ip=ip[:50],
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the fields that differ between two states of a record: before, and after."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def entries(words: str) -> QuerySet[AuditEntry]:
    """Return the entries, newest first; `words` are searched in act, target, person and address.

    `name` is what the account is called now, None for an account that is gone.
    """
    rows = AuditEntry.objects.annotate(name=F("staff__username"))
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(act__icontains=word)
            | Q(target__icontains=word)
            | Q(staff__username__icontains=word)
            | Q(who__icontains=word)
            | Q(token__icontains=word)
            | Q(ip__startswith=word)
        )
    return rows


def who_said(staff_id: int | None, name: str | None, who: str) -> str:
    """Return who an entry is about: by the present name, or by the id of an account that is gone.

    A name can only be looked up, so that nobody's stays behind in the log.
    """
    if staff_id is None:
        return who
    return name or _("account %(id)s (deleted)") % {"id": staff_id}


def target_said(target: str) -> str:
    """Return what an entry is about, with the present name of an account."""
    kind, _space, pk = target.partition(" ")
    if kind != "account" or not pk.isdecimal():
        return target
    name = Staff.objects.filter(pk=int(pk)).values_list("username", flat=True).first()
    return f"{name} ({account(int(pk))})" if name else who_said(int(pk), None, "")


def _without_secrets(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    shown = {name: "•••" if name in SECRET_FIELDS else value for name, value in values.items()}
    return dict(json.loads(json.dumps(shown, default=str)))
