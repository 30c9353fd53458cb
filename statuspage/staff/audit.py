"""The audit log: who did what, when, from where, with what before and after."""

import json
from collections.abc import Mapping
from typing import Any, Final

from django.db.models import Q, QuerySet

from statuspage.staff.models import ApiToken, AuditEntry, Staff

# Never written down, whatever form or record it stands in.
SECRET_FIELDS: Final = frozenset({"password", "sha256", "sealed", "session_key", "secret"})


def record_statement(*, instance: Any, created: bool, **_more: Any) -> None:
    """Whatever is said in public goes into the audit log in the same transaction.

    Listens to the log itself, so that no way of publishing can be forgotten.
    """
    if created:
        after = {"kind": instance.kind, "subject": instance.subject_id}
        record(
            act="statement.published",
            staff=instance.author,
            who="" if instance.author else "system",
            target=f"#{instance.number}",
            after=after,
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
    """Write one entry, in the transaction that is open: act and entry stand or fall together.

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
    """Of two states of a record, what differs: how it was, and how it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: before[name] for name in names if name in before},
        {name: after[name] for name in names if name in after},
    )


def entries(words: str = "", who: str = "", act: str = "") -> QuerySet[AuditEntry]:
    """Newest first; `words` are looked for in act, target, person and address."""
    rows = AuditEntry.objects.all()
    if who:
        rows = rows.filter(who=who)
    if act:
        rows = rows.filter(act__startswith=act)
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
    return {
        name: "•••" if name in SECRET_FIELDS else _plain(value) for name, value in values.items()
    }


def _plain(value: Any) -> Any:
    return json.loads(json.dumps(value, default=str))
