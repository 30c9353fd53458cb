"""The audit log: who did what, when and from where, with the values before and after."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet

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

    Values must hold no personal data of subscribers: masked addresses, ids and counts only.
    """
    AuditEntry.objects.create(
        act=act[:80],
        staff=staff,
        who=(staff.get_username() if staff else who)[:150],
        token=token.name if token else "",
        target=target[:200],
        status=status,
        before=_without_secrets(before),
        after=_without_secrets(after),
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
    """Return the entries, newest first; `words` are searched in act, target, person and address."""
    rows = AuditEntry.objects.all()
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(act__icontains=word)
            | Q(target__icontains=word)
            | Q(who__icontains=word)
            | Q(token__icontains=word)
            | Q(ip__startswith=word)
        )
    return rows


def _without_secrets(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    shown = {name: "•••" if name in SECRET_FIELDS else value for name, value in values.items()}
    return dict(json.loads(json.dumps(shown, default=str)))
