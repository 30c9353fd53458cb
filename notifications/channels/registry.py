"""Finds channels by name."""

from collections.abc import Sequence
from typing import Final, TypeVar

from notifications.channels.base import Channel

_CHANNELS: Final[dict[str, Channel]] = {}
C = TypeVar("C", bound=type[Channel])


def register(kind: C) -> C:
    """Class decorator: makes the one instance of a channel known under its name."""
    _CHANNELS[kind.name] = kind()
    return kind


def channel(name: str) -> Channel:
    """The channel of that name.

    Raises:
        KeyError: there is none.
    """
    return _CHANNELS[name]


def channels() -> Sequence[Channel]:
    """Every channel there is, by name."""
    return [_CHANNELS[name] for name in sorted(_CHANNELS)]


def stand_in(name: str) -> Channel | None:
    """The channel that may send for the one of that name while its provider is down."""
    return next((one for one in channels() if one.stands_in_for == name), None)


def reachable_channels() -> Sequence[Channel]:
    """The channels that addresses can have, by name: all but those that only stand in."""
    return [one for one in channels() if not one.stands_in_for]
