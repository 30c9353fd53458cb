"""Whether each engine, worker and provider does its work, for the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import redis
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.channels.registry import channels
from notifications.delivery.failover import ProviderHealth, health_of
from statuspage.operations.pulse import ALIVE_SECONDS, CLOCK, silent_for
from statuspage.pages.health import CHECKS

ENGINES: Final = {"database": "PostgreSQL", "redis": "Redis"}


class State(models.TextChoices):
    """In words for whoever must decide what to do about it."""

    WORKS = "works", _("Works")
    TROUBLED = "troubled", _("Does not answer well")
    DOWN = "down", _("Down")
    NOT_SET_UP = "not_set_up", _("Not set up")
    UNKNOWN = "unknown", _("Not known")


BY_PROVIDER: Final = {
    ProviderHealth.UP: State.WORKS,
    ProviderHealth.TROUBLED: State.TROUBLED,
    ProviderHealth.DOWN: State.DOWN,
    ProviderHealth.NOT_SET_UP: State.NOT_SET_UP,
}


@dataclass(frozen=True)
class Part:
    """One thing that delivery needs."""

    name: Any
    state: State

    @property
    def well(self) -> bool:
        """Whether there is nothing to do about it."""
        return self.state == State.WORKS


def parts() -> list[tuple[Any, Sequence[Part]]]:
    """Everything by its group; asks the engines now, and never raises because one is away."""
    return [
        (_("Engines"), _engines()),
        (_("Workers"), _or_unknown(_workers, _("Workers"))),
        (_("Providers"), _or_unknown(_providers, _("Providers"))),
    ]


def _engines() -> list[Part]:
    return [
        Part(ENGINES[name], State.WORKS if answers() else State.DOWN)
        for name, answers in CHECKS.items()
    ]


def _workers() -> list[Part]:
    """Every worker that was heard of in the last hour, and the clock that wakes them."""
    silent = silent_for()
    clock = Part(_("Clock (beat)"), _alive(silent.pop(CLOCK, None)))
    workers = [Part(name, _alive(seconds)) for name, seconds in sorted(silent.items())]
    return [*(workers or [Part(_("No worker"), State.DOWN)]), clock]


def _alive(seconds: float | None) -> State:
    return State.WORKS if seconds is not None and seconds < ALIVE_SECONDS else State.DOWN


def _providers() -> list[Part]:
    return [Part(one.label, BY_PROVIDER[health_of(one)]) for one in channels()]


def _or_unknown(ask: Any, name: Any) -> list[Part]:
    try:
        found: list[Part] = ask()
    except redis.RedisError:
        return [Part(name, State.UNKNOWN)]
    return found
