"""Write into the audit log what becomes of templates, whoever changed them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from notifications.templates.models import Template
from statuspage.staff.audit import changes, record
from statuspage.staff.models import Staff

LABEL: Final = Template._meta.label_lower
# What is sent, for what, and whether it may be.
SHOWN: Final = (
    *("provider", "kind", "moment", "language", "abroad", "provider_id", "text", "signature"),
    *("fields", "state", "reason"),
)
SETTINGS: Final = "settings"


def shown(template: Template | None) -> dict[str, Any]:
    """Return what the log shows of a template; nothing of none."""
    return {name: getattr(template, name) for name in SHOWN} if template else {}


def trail(
    what: str,
    template: Template,
    was: Mapping[str, Any],
    now: Mapping[str, Any],
    *,
    by: Staff | None = None,
    ip: str = "",
    who: str = "",
) -> None:
    """Record the change of a template by staff, or by `who`, unless nothing of it differs."""
    before, after = changes(was, now)
    if before == after:
        return
    record(
        act=f"{LABEL}.{what}",
        staff=by,
        who=who or template.provider,
        target=f"{template} {template.provider_id or f'#{template.pk}'}",
        before=before,
        after=after,
        ip=ip,
    )


def trail_many(
    act: str, provider: str, templates: Sequence[Template], *, by: Staff | None, ip: str
) -> None:
    """Record one act of staff on many drafts of a provider; nothing where there are none."""
    if templates:
        after = {"count": len(templates), "templates": [one.pk for one in templates]}
        record(act=f"{LABEL}.{act}", staff=by, who="system", target=provider, after=after, ip=ip)
