"""The life of a delivery: which state may follow which, and how far each has got."""

from collections.abc import Mapping
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    """Where one message to one address stands."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Not delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Being checked")
    SUPERSEDED = "superseded", _("Superseded")
    SUPPRESSED = "suppressed", _("Held back")


_S = DeliveryState

TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    # A receipt may tell of a message that was looked for in vain and waits to be sent again.
    _S.PENDING: frozenset(
        {
            *(_S.SENDING, _S.SUPERSEDED, _S.SUPPRESSED),
            *(_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED),
        }
    ),
    _S.SENDING: frozenset(
        {_S.SENT, _S.PENDING, _S.FAILED, _S.UNKNOWN, _S.DELIVERED, _S.UNDELIVERED, _S.SUPPRESSED}
    ),
    # A receipt may tell of a message before, or instead of, the provider's answer.
    _S.UNKNOWN: frozenset({_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.PENDING}),
    _S.SENT: frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED}),
    # Providers do say "delivered" after "undelivered" when a phone comes back; never the reverse.
    _S.UNDELIVERED: frozenset({_S.DELIVERED}),
    _S.DELIVERED: frozenset(),
    # Only people take these back: see retry.py.
    _S.FAILED: frozenset({_S.PENDING}),
    _S.SUPPRESSED: frozenset({_S.PENDING}),
    _S.SUPERSEDED: frozenset(),
}

# Receipts come late, doubled and out of order: one only counts when it gets further.
RANK: Final[Mapping[str, int]] = {
    _S.PENDING: 0,
    _S.SENDING: 1,
    _S.UNKNOWN: 2,
    _S.SENT: 3,
    _S.FAILED: 4,
    _S.UNDELIVERED: 4,
    _S.DELIVERED: 5,
    _S.SUPERSEDED: 6,
    _S.SUPPRESSED: 6,
}

UNFINISHED: Final = (_S.PENDING, _S.SENDING, _S.UNKNOWN)


def may_follow(present: str, following: str) -> bool:
    """True when a delivery may go from `present` to `following`."""
    return following in TRANSITIONS[present]


def may_follow_from(following: str) -> list[str]:
    """Every state that `following` may come after, for use in SQL."""
    return [str(state) for state, after in TRANSITIONS.items() if following in after]
