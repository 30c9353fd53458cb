"""The kinds of statement that are no notices; a notice's kind is `notice.` and its own name."""

from typing import Final

# Each tells of a past moment, which its content may name as `happened_at`.
TOLD_AFTERWARDS: Final = frozenset({"incident.backfilled", "incident.backfilled_update"})
STATEMENT_KINDS: Final = (
    "incident.opened",
    "incident.updated",
    "incident.backfilled",
    "incident.backfilled_update",
    "incident.postmortem",
    "incident.followed_up",
    "maintenance.scheduled",
    "maintenance.updated",
    "maintenance.rescheduled",
    "maintenance.cancelled",
    "correction",
    "withdrawal",
)
