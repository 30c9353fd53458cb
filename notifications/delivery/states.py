"""The states of a delivery with their transitions and order, and the moments of a statement."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class DeliveryState(models.TextChoices):
    """The state of one message to one address."""

    PENDING = "pending", _("Waiting")
    SENDING = "sending", _("Sending")
    SENT = "sent", _("Sent")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    DELIVERED = "delivered", _("Delivered")
    UNDELIVERED = "undelivered", _("Not delivered")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Being verified")
    SUPERSEDED = "superseded", _("Superseded")
    SUPPRESSED = "suppressed", _("Not sent")
    # By `restore`, until staff have decided: it may have gone out since the backup.
    HELD = "held", _("On hold")


_S = DeliveryState

# What a provider can report of a message.
REPORTED: Final[frozenset[str]] = frozenset({_S.SENT, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED})
TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    # A receipt may arrive for a message that a look-up did not find and that waits for a retry.
    # One that may have gone out, and is not repeated after all, is unconfirmed.
    _S.PENDING: REPORTED
    | {
        *(_S.SENDING, _S.SUPERSEDED, _S.SUPPRESSED, _S.UNCONFIRMED),
        # Its repetition would no longer be recognised.
        _S.UNKNOWN,
    },
    _S.SENDING: REPORTED | {_S.PENDING, _S.UNKNOWN, _S.SUPPRESSED, _S.UNCONFIRMED},
    # A receipt may arrive before, or instead of, the provider's answer.
    _S.UNKNOWN: REPORTED | {_S.PENDING},
    # A receipt may say that it was certainly not sent after all: it is tried again.
    _S.SENT: frozenset({_S.UNCONFIRMED, _S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.PENDING}),
    # Sent; its receipt never came, and the provider cannot tell. A late receipt still counts.
    _S.UNCONFIRMED: frozenset({_S.DELIVERED, _S.UNDELIVERED, _S.FAILED, _S.PENDING}),
    # Providers report "delivered" after "undelivered" when a phone comes back; never the reverse.
    # Staff can send again what a dead number did not get: see resending.py.
    _S.UNDELIVERED: frozenset({_S.DELIVERED, _S.PENDING}),
    _S.DELIVERED: frozenset(),
    # Only staff can retry these: see ledger.py.
    _S.FAILED: frozenset({_S.PENDING}),
    _S.SUPPRESSED: frozenset({_S.PENDING}),
    _S.SUPERSEDED: frozenset(),
    # A receipt, or the provider's own list, proves that it went out.
    _S.HELD: REPORTED | {_S.PENDING, _S.SUPPRESSED},
}

# Receipts arrive late, repeated and out of order: one only counts when it makes progress.
RANK: Final[Mapping[str, int]] = {
    _S.PENDING: 0,
    _S.SENDING: 1,
    _S.UNKNOWN: 2,
    _S.HELD: 2,
    _S.SENT: 3,
    _S.UNCONFIRMED: 4,
    _S.FAILED: 5,
    _S.UNDELIVERED: 5,
    _S.DELIVERED: 6,
    _S.SUPERSEDED: 7,
    _S.SUPPRESSED: 7,
}

# The due time of what only people can decide.
NEVER: Final = datetime(9999, 1, 1, tzinfo=UTC)
UNFINISHED: Final = (_S.PENDING, _S.SENDING, _S.UNKNOWN, _S.HELD)


class HoldStep(models.TextChoices):
    """What staff have decided about a broadcast on hold."""

    WAITING = "waiting", _("Waiting for your decision")
    LOOKING = "looking", _("Asking the provider")
    LOOKED = "looked", _("The provider was asked")
    RELEASING = "releasing", _("Being released")
    DISCARDING = "discarding", _("Being discarded")
    RELEASED = "released", _("Released")
    DISCARDED = "discarded", _("Discarded")


_H = HoldStep
_DECIDED: Final = frozenset({_H.RELEASING, _H.DISCARDING})
HOLD_TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    _H.WAITING: _DECIDED | {_H.LOOKING},
    # Nobody has to wait for a provider that does not answer.
    _H.LOOKING: _DECIDED | {_H.LOOKED},
    _H.LOOKED: _DECIDED | {_H.LOOKING},
    _H.RELEASING: frozenset({_H.RELEASED}),
    _H.DISCARDING: frozenset({_H.DISCARDED}),
    _H.RELEASED: frozenset(),
    _H.DISCARDED: frozenset(),
}
# These wait for a worker, and those are over.
HOLD_MOVING: Final = (_H.LOOKING, _H.RELEASING, _H.DISCARDING)
HOLD_OVER: Final = (_H.RELEASED, _H.DISCARDED)


def may_follow_from(following: str) -> list[str]:
    """Return every state that may precede `following`, for use in SQL."""
    return [str(state) for state, after in TRANSITIONS.items() if following in after]


class Moment(StrEnum):
    """What a statement means for its recipients."""

    OPENED = "opened"
    WORSENED = "worsened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    MAINTENANCE_PLANNED = "maintenance_planned"
    MAINTENANCE_BEGINS = "maintenance_begins"
    MAINTENANCE_UPDATED = "maintenance_updated"
    # Cancelled or rescheduled: it is sent wherever the maintenance was told of before.
    MAINTENANCE_CHANGED = "maintenance_changed"
    NOTICE = "notice"
    # A backlog that moved, an action that is done: for those who follow every update; never by SMS.
    PROGRESS = "progress"
    # A correction or a withdrawal: it is sent to the recipients of the original.
    CORRECTED = "corrected"
