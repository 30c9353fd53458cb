"""`candor pulse worker|beat`: whether this program was heard of lately, for health checks."""

import math
import socket
from argparse import ArgumentParser
from typing import Any, Final

import redis
from django.core.management.base import BaseCommand, CommandError

from statuspage.operations.heartbeat import ALIVE_SECONDS, CLOCK, silent_for

WORKER: Final = "worker"


class Command(BaseCommand):
    """End with 0 if this machine's worker, or beat, was heard of lately, and with 1 if it was not.

    Also with 0 while Redis is away, where pulses are kept: to start the program again is no help.
    """

    help = "End with 0 if this machine's worker, or beat, was heard of lately."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add which program is asked about."""
        parser.add_argument("program", choices=(WORKER, CLOCK))

    def handle(self, *, program: str, **_options: Any) -> None:
        """Look up its last pulse."""
        name = f"celery@{socket.gethostname()}" if program == WORKER else CLOCK
        try:
            seconds = silent_for().get(name, math.inf)
        except redis.RedisError:
            return
        if seconds > ALIVE_SECONDS:
            raise CommandError(f"nothing was heard of {name} for {seconds:.0f} seconds")
