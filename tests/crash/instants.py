"""The named instants at which a program can be made to kill itself and all its children."""

import functools
import importlib
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final


class When(StrEnum):
    """On which side of the real function death comes."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True)
class Instant:
    """A function of the product, by the object that it is looked up in, and its N-th call."""

    owner: str
    function: str
    when: When
    call: int = 1
    # Which of its calls count, by what they return.
    counts: Callable[[Any], bool] = lambda _returned: True


DELIVERY: Final = "notifications.delivery"
INSTANTS: Final = {
    "before_claim": Instant(f"{DELIVERY}.send", "claim", When.BEFORE, call=2),
    "after_claim": Instant(
        f"{DELIVERY}.send", "claim", When.AFTER, counts=lambda returned: bool(returned[0])
    ),
    "before_result": Instant(f"{DELIVERY}.results", "write_results", When.BEFORE),
    # The deliveries are inserted, the cursor is not moved, nothing is committed.
    "within_chunk": Instant(f"{DELIVERY}.models.Broadcast", "save", When.BEFORE, call=2),
    "between_chunks": Instant(f"{DELIVERY}.broadcasts", "_expand_chunk", When.AFTER, call=2),
    # The receipts that say one thing are applied, nothing is committed.
    "within_receipts": Instant(f"{DELIVERY}.receipts", "_apply", When.AFTER),
    "within_look_up": Instant(f"{DELIVERY}.resolve", "_settle", When.AFTER, call=2),
    # The mail server has taken the third letter's DATA, and nobody here knows.
    "after_data": Instant("notifications.channels.mail.mailer.Mailer", "_data", When.AFTER, call=3),
    # In the web server: the signature is verified; a receipt is inserted, not committed; it is
    # committed, and the provider has no answer.
    "callback_verified": Instant(f"{DELIVERY}.callbacks", "receipts_store", When.BEFORE, call=5),
    "callback_inserted": Instant(f"{DELIVERY}.callbacks", "receipts_store", When.AFTER, call=5),
    "callback_committed": Instant(
        f"{DELIVERY}.hooks.ProviderCallback", "_take", When.AFTER, call=5
    ),
    # In beat: its schedule is read; a run is noted as wanted, not queued; it is queued.
    "beat_starting": Instant("celery.beat.Scheduler", "setup_schedule", When.AFTER),
    "beat_due": Instant("celery.beat.Scheduler", "apply_async", When.BEFORE, call=3),
    "beat_queued": Instant("celery.beat.Scheduler", "apply_async", When.AFTER, call=3),
}


def arm(name: str) -> None:
    """Put death into place; the process goes on until the instant has come."""
    instant = INSTANTS[name]
    owner = _find(instant.owner)
    real = getattr(owner, instant.function)
    setattr(owner, instant.function, _deadly(real, instant))


def _deadly(real: Callable[..., Any], instant: Instant) -> Callable[..., Any]:
    calls = iter(range(1, 10**9))

    @functools.wraps(real)
    def wrapped(*arguments: Any, **options: Any) -> Any:
        if instant.when is When.BEFORE and next(calls) >= instant.call:  # that very call may fail
            _die()
        returned = real(*arguments, **options)
        if instant.when is When.AFTER and instant.counts(returned) and next(calls) >= instant.call:
            _die()
        return returned

    return wrapped


def _die() -> None:
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _find(path: str) -> Any:
    """Return a module, or a class in one."""
    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        module, _, name = path.rpartition(".")
        return getattr(importlib.import_module(module), name)
