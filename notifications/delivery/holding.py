"""What a process has claimed and not yet settled: its lease, and its unwritten results."""

import logging
import time
from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from notifications.channels.base import Channel
from notifications.channels.outcomes import Outcome
from notifications.delivery.claim import Claimed, renew
from notifications.delivery.results import write_results
from notifications.delivery.verdicts import Result, result_of

logger = logging.getLogger(__name__)

# Results are written this often: seldom enough to be cheap, soon enough for the progress bar.
WRITE_EVERY: Final = 100
PAUSE_SECONDS: Final = 0.2
# The database was away, or chose us to break a deadlock: the same statement may succeed next.
PASSING: Final = (OperationalError, InterfaceError)


class Holding:
    """One claim, from its commit to its last written result.

    `began` is this process's monotonic clock just before the claim: reckoned from there, our
    lease never ends later than the database thinks.
    """

    def __init__(self, channel: Channel, claimed: Sequence[Claimed], began: float) -> None:
        self.claimed = claimed
        self._channel = channel
        self._open = {one.id: one for one in claimed}
        self._results: list[tuple[Result, int]] = []
        self._renewed = began

    def ours(self) -> bool:
        """Whether the lease still runs; after it somebody else may send what is not sent yet."""
        return time.monotonic() < self._renewed + settings.DELIVERY_LEASE_SECONDS

    def settle(self, delivery_id: int, outcome: Outcome, segments: int = 0) -> None:
        """Take note of an outcome; it is written with others, and leases are renewed in time."""
        one = self._open.pop(delivery_id)
        self._results.append((result_of(self._channel, one, outcome), segments))
        if len(self._results) >= WRITE_EVERY:
            self._write()
        self._renew_in_time()

    def write_all(self) -> None:
        """Write the results that are left, trying for as long as the rows are ours.

        What stays unwritten becomes `unknown` when the lease ends, and is then looked for.
        """
        while self._results and not self._write() and self.ours():
            time.sleep(PAUSE_SECONDS)

    def _write(self) -> bool:
        """Nothing else knows these results: what cannot be written is kept for the next time."""
        try:
            write_results(self._results)
        except PASSING as error:
            self._complain(error)
            return False
        self._results = []
        return True

    def _renew_in_time(self) -> None:
        """A lease that has run out is not renewed: others may have taken the rows since."""
        now = time.monotonic()
        due = now - self._renewed > settings.DELIVERY_LEASE_SECONDS / 3
        if not self._open or not due or not self.ours():
            return
        try:
            renew([*self._open.values()])
        except PASSING as error:
            self._complain(error)
        else:
            self._renewed = now

    def _complain(self, error: Exception) -> None:
        logger.warning("results wait for the database: %s", type(error).__name__)
        connection.close()  # a broken one is of no use; the next statement opens another
