"""Decide what outcomes mean for claimed deliveries; hold and write the results, fenced."""

import logging
import math
import random
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.conf import settings
from django.db import connection, transaction

from notifications.channels.base import Provider
from notifications.channels.outcomes import Accepted, NotSent, Outcome, Reason, Unknown
from notifications.delivery import budget
from notifications.delivery.claim import AWAY, PUT_OFF, Claimed, fall_back, lock, renew
from notifications.delivery.consents import consents_settle
from notifications.delivery.never_arriving import RETURNED, never_arriving_stop
from notifications.delivery.parts import parts_add
from notifications.delivery.states import DeliveryState
from notifications.media import EMAIL
from notifications.subscribers.models import Address
from notifications.subscribers.services.subscriptions import addresses_suppress
from statuspage.lib.database_clock import database_now
from statuspage.lib.postgres.base import PASSING

# The code of a refusal by our own rate limit, which does not count as an attempt.
OWN_LIMIT: Final = "own_limit"
# It was not even tried, because its provider is refusing everything: no attempt either.
LEFT_ALONE: Final = "left_alone"
UNTRIED: Final = (OWN_LIMIT, LEFT_ALONE)
# It was not sent because the lease had run out.
LEASE: Final = "lease"
NOT_OURS: Final = (OWN_LIMIT, LEASE)
# The account is refused, not the message: that does not count as an attempt.
PATIENT: Final = frozenset(
    {
        *(Reason.RATE_LIMITED, Reason.QUOTA, Reason.UNAVAILABLE),
        *(Reason.NO_CREDENTIALS, Reason.NOT_PERMITTED, Reason.NO_TEMPLATE),
    }
)
# It waits, and does not where there is a next address (after a while: claim.py).
MOVES_ON: Final = (*PUT_OFF, *AWAY)
# Nothing more is tried at this address, so the subscriber's next one is.
ENDED: Final = (DeliveryState.FAILED, DeliveryState.SUPPRESSED)
# It was refused for a reason that may be our fault as well as the message's: only time tells.
UNCLEAR: Final = frozenset({Reason.UNKNOWN_CODE, Reason.PROVIDER_ERROR})
# Wait as long as before a fifth attempt, to spare a provider that refuses everything.
PATIENT_ATTEMPT: Final = 5
BACKOFF_SECONDS: Final = 2.0
BACKOFF_LIMIT_SECONDS: Final = 300.0
LONG_LIMIT_SECONDS: Final = 3600.0
# Channels whose receivers are programs: one that is gone would be called for ever.
WATCHED: Final = frozenset({"webhook"})
FAILURES: Final = 10
WITHIN_SECONDS: Final = 3600
# So many results are written together, or those of so long: cheap enough, and soon enough for the
# progress bar.
WRITE_EVERY: Final = 256
WRITE_WITHIN_SECONDS: Final = 1.0
PAUSE_SECONDS: Final = 0.2

# A receipt may be stored before the provider's answer: then only what it lacks is added. Each kind
# of result is given once, since most differ in nothing but the provider's id. The months are given
# beside it because they determine the partitions.
WRITE: Final = """
    UPDATE delivery_delivery d
    SET state = CASE WHEN d.state <> 'sending' THEN d.state
                     WHEN r.gave_up AND d.may_be_sent THEN 'unconfirmed'
                     ELSE r.state END,
        due_at = CASE WHEN d.state = 'sending' THEN r.due_at ELSE d.due_at END,
        provider_id = CASE WHEN one.provider_id <> '' THEN one.provider_id ELSE d.provider_id END,
        reason = CASE WHEN d.state = 'sending' THEN r.reason ELSE d.reason END,
        code = CASE WHEN d.state = 'sending' THEN r.code ELSE d.code END,
        attempts = d.attempts - (NOT r.counts)::int,
        segments = r.segments,
        may_be_sent = d.may_be_sent OR r.unknown,
        repeat_until = coalesce(d.first_tried_at + make_interval(secs => r.repeats),
                                d.repeat_until),
        sent_at = CASE WHEN r.state = 'sent' THEN coalesce(d.sent_at, now()) ELSE d.sent_at END,
        settled_at = CASE WHEN d.state = 'sending' AND r.state IN ('failed', 'suppressed')
                          THEN now() ELSE d.settled_at END,
        updated_at = now()
    FROM unnest(%s::bigint[], %s::text[], %s::int[]) AS one (id, provider_id, kind)
    JOIN unnest(%s::timestamptz[], %s::int[], %s::text[], %s::timestamptz[], %s::text[],
                %s::text[], %s::bool[], %s::bool[], %s::bool[], %s::float[], %s::int[])
         WITH ORDINALITY
         AS r (published_at, fence, state, due_at, reason, code, counts, unknown, gave_up, repeats,
               segments, kind) USING (kind)
    WHERE d.id = one.id AND d.published_at = r.published_at AND d.fence = r.fence
      AND d.published_at = ANY(%s)
      AND d.state IN ('sending', 'sent', 'delivered', 'undelivered', 'failed')
"""
# Sorted, so that two workers with results for the same addresses do not wait for each other.
FAILED: Final = """
    UPDATE subscribers_address a
    SET failures = CASE WHEN old.recent THEN a.failures + 1 ELSE 1 END,
        failing_since = CASE WHEN old.recent THEN a.failing_since ELSE now() END
    FROM (
        SELECT id, coalesce(failing_since > now() - make_interval(secs => %s), false) AS recent
        FROM subscribers_address WHERE id = ANY(%s) ORDER BY id FOR UPDATE
    ) AS old
    WHERE a.id = old.id
    RETURNING a.id, a.failures
"""

logger = logging.getLogger(__name__)


class Result(NamedTuple):
    """A claimed delivery and the row values that follow from its outcome."""

    claimed: Claimed
    state: DeliveryState
    due_at: datetime
    provider_id: str = ""
    reason: str = ""
    code: str = ""
    counts: bool = True
    suppress: bool = False
    # It may have gone out; and: it has not gone out this time, and is not tried again.
    unknown: bool = False
    gave_up: bool = False
    # For so many seconds after the first try a repetition is recognised: it is tried again in time.
    repeats: float | None = None
    part_ids: tuple[str, ...] = ()
    # The next provider takes it over at once.
    handed_on: bool = False


def hands_on(outcome: Outcome) -> bool:
    """Return whether another provider may send it at once, where there is one.

    One that only asks to be asked more slowly is waited for, and what was lost with a lease belongs
    to another worker.
    """
    if not isinstance(outcome, NotSent):
        return False
    return outcome.reason != Reason.RATE_LIMITED and outcome.code not in NOT_OURS


def result_of(
    provider: Provider,
    claimed: Claimed,
    outcome: Outcome,
    now: datetime,
    *,
    followed: bool = False,
    probing: bool = False,
) -> Result:
    """Return the row values for an outcome; `now` is by PostgreSQL's clock, as the rows are.

    Where a provider is `followed` by another, what it did not send is no attempt: that one tries.
    Nor is one by which we are `probing` whether a provider works again.
    An unknown one is only tried again while the receiver recognises a repetition; else it is
    looked up first.
    """
    if isinstance(outcome, Accepted):
        sent = Result(claimed, DeliveryState.SENT, now, provider_id=outcome.provider_id)
        return sent._replace(part_ids=outcome.part_ids)
    if isinstance(outcome, Unknown):
        again = _not_sent(provider, claimed, NotSent(outcome.reason, outcome.code), now)
        if not again.gave_up and provider.recognises(claimed.first_tried_at, again.due_at):
            seconds = provider.recognises_repeats_for.total_seconds()
            return again._replace(unknown=True, repeats=seconds)
        look_at = now + timedelta(seconds=settings.DELIVERY_RESOLVE_AFTER_SECONDS)
        reason, code = outcome.reason, outcome.code
        unknown = DeliveryState.UNKNOWN
        unsure = Result(claimed, unknown, look_at, reason=reason, code=code, unknown=True)
        return unsure._replace(part_ids=outcome.part_ids)
    if isinstance(outcome, NotSent):
        ours = (followed or probing) and hands_on(outcome)
        waits = _not_sent(provider, claimed, outcome, now, ours=ours)
        return waits._replace(handed_on=followed and hands_on(outcome))
    reason, code, suppress = outcome.reason, outcome.code, outcome.suppress
    ours = reason == Reason.COUNTRY
    state = DeliveryState.SUPPRESSED if ours else DeliveryState.FAILED
    return Result(claimed, state, now, reason=reason, code=code, suppress=suppress)


def backoff(attempts: int, limit: float = BACKOFF_LIMIT_SECONDS) -> timedelta:
    """Return a random wait (full jitter) up to 2 s, 4 s, 8 s … and at most `limit` seconds."""
    ceiling = min(limit, BACKOFF_SECONDS * 2 ** min(max(0, attempts - 1), 30))
    return timedelta(seconds=random.uniform(0.5, ceiling))  # noqa: S311


def _not_sent(
    provider: Provider, claimed: Claimed, outcome: NotSent, now: datetime, *, ours: bool = False
) -> Result:
    reason, code = outcome.reason, outcome.code
    counts = code not in UNTRIED and reason not in PATIENT | provider.outwaits and not ours
    unclear = reason in UNCLEAR and claimed.channel not in WATCHED
    if code != OWN_LIMIT and _has_failed(claimed, now, most=counts and not unclear):
        return Result(claimed, DeliveryState.FAILED, now, reason=reason, code=code, gave_up=True)
    limit = LONG_LIMIT_SECONDS if unclear else BACKOFF_LIMIT_SECONDS
    attempts = claimed.attempts if counts else PATIENT_ATTEMPT
    if reason in provider.outwaits:
        attempts = _as_after(now - claimed.first_tried_at)
    wait = backoff(attempts, limit)
    if outcome.retry_after is not None:
        wait = timedelta(seconds=outcome.retry_after)
    due_at = now + wait
    return Result(claimed, DeliveryState.PENDING, due_at, reason=reason, code=code, counts=counts)


def _as_after(age: timedelta) -> int:
    """Return how many attempts would have led to waits of about an eighth of that time."""
    return int(math.log2(max(1.0, age.total_seconds() / 8)))


def _has_failed(claimed: Claimed, now: datetime, *, most: bool) -> bool:
    """Return whether it is not tried again: after so long a time, or the `most` attempts."""
    if now - claimed.first_tried_at >= timedelta(hours=settings.DELIVERY_GIVE_UP_HOURS):
        return True
    return most and claimed.attempts >= settings.DELIVERY_MAX_ATTEMPTS


def write_results(results: Sequence[tuple[Result, int]]) -> int:
    """Write results with their billed segments; return how many rows were updated.

    A row whose fence has moved on belongs to another worker by now, and is left alone.
    """
    if not results:
        return 0
    kinds: dict[tuple[object, ...], int] = {}
    which = [
        (one.claimed.id, one.provider_id, kinds.setdefault(_kind(one, segments), len(kinds) + 1))
        for one, segments in results
    ]
    columns = [[*column] for rows in (which, kinds) for column in zip(*rows, strict=True)]
    moments = [*{one.claimed.published_at for one, _ in results}]
    with transaction.atomic(), connection.cursor() as cursor:
        lock([(one.claimed.id, one.claimed.published_at) for one, _ in results])
        budget.release([one.claimed.this_try for one, _ in results if not _accepted(one)])
        cursor.execute(WRITE, [*columns, moments])
        written = int(cursor.rowcount)
        parts_add([one for one in results if one[0].part_ids])
        _follow_up([one for one, _ in results])
    return written


def _accepted(one: Result) -> bool:
    """Return whether the provider took this try, or may have, so that it costs something."""
    return one.unknown or one.state == DeliveryState.SENT


def _kind(one: Result, segments: int) -> tuple[object, ...]:
    segments = segments if _accepted(one) else 0
    return (
        *(one.claimed.published_at, one.claimed.fence, one.state.value, one.due_at),
        *(one.reason, one.code[:40], one.counts, one.unknown, one.gave_up, one.repeats, segments),
    )


def _follow_up(results: Sequence[Result]) -> None:
    """Suppress failed addresses, and fall back to the next ones of the same subscribers."""
    for result in sorted(results, key=lambda one: one.claimed.address_id):
        if result.suppress:
            one = result.claimed
            addresses_suppress([one.address_id], reason=result.reason, source=one.channel)
    quarantine(results)
    never_arriving_stop(
        {
            one.claimed.address_id
            for one in results
            if one.claimed.channel == EMAIL and one.state in ENDED and one.reason in RETURNED
        }
    )
    consents_settle([(one.claimed.id, one.claimed.published_at) for one in results])
    fall_back(
        [
            (one.claimed.id, one.claimed.published_at)
            for one in results
            if one.state in ENDED or (not one.handed_on and one.reason in MOVES_ON)
        ]
    )


def quarantine(results: Sequence[Result]) -> None:
    """Count failures, and suppress the addresses that failed too often within an hour."""
    watched = [one for one in results if one.claimed.channel in WATCHED]
    worked = [one.claimed.address_id for one in watched if one.state == DeliveryState.SENT]
    failed = [
        one.claimed.address_id for one in watched if one.state != DeliveryState.SENT and one.counts
    ]
    if worked:
        Address.objects.filter(pk__in=worked, failures__gt=0).update(failures=0)
    if failed:
        with connection.cursor() as cursor:
            cursor.execute(FAILED, [WITHIN_SECONDS, failed])
            broken = [key for key, failures in cursor.fetchall() if failures >= FAILURES]
        addresses_suppress(broken, reason=Reason.FAILING, source="quarantine")


class ClaimLease:
    """Claims of one process, from their commits to their last written result."""

    def __init__(
        self, provider: Provider, *, followed: bool = False, probing: bool = False
    ) -> None:
        self._provider, self._followed, self._probing = provider, followed, probing
        self._open: dict[int, Claimed] = {}
        self._outcomes: list[tuple[Claimed, Outcome, int]] = []
        self._renewed = self._written = time.monotonic()
        self._seconds = settings.DELIVERY_LEASE_SECONDS

    def __len__(self) -> int:
        """Return how many deliveries have no outcome yet."""
        return len(self._open)

    @property
    def claims(self) -> Mapping[int, Claimed]:
        """The deliveries that have no outcome yet, by id."""
        return self._open

    def add(self, claimed: Sequence[Claimed], began: float) -> None:
        """Hold a claim; while others are open, it counts as old as they are.

        `began` is this process's monotonic clock just before the claim, so that our lease never
        ends later here than in the database.
        """
        if not self._open:
            self._renewed = began
        self._open |= {one.id: one for one in claimed}

    def ours(self) -> bool:
        """Return whether the lease still runs; after it another worker may send the rest."""
        return time.monotonic() < self._renewed + self._seconds

    def settle(self, delivery_id: int, outcome: Outcome, segments: int = 0) -> None:
        """Record an outcome; it is written together with others, and leases are renewed in time."""
        one = self._open.pop(delivery_id)
        self._outcomes.append((one, outcome, segments))
        now = time.monotonic()
        waiting = now - self._written
        if len(self._outcomes) >= WRITE_EVERY or waiting > WRITE_WITHIN_SECONDS:
            self._write()
        self._renew_in_time()

    def write_all(self) -> None:
        """Write the results that are left, trying for as long as the lease runs.

        What stays unwritten becomes `unknown` when the lease ends, and is then looked up.
        """
        while self._outcomes and not self._write() and self.ours():
            time.sleep(PAUSE_SECONDS)

    def _write(self) -> bool:
        """Write what is recorded, or keep it for the next time: it exists nowhere else."""
        try:
            now = database_now()
            write_results(
                [
                    (self._result(one, outcome, now), segments)
                    for one, outcome, segments in self._outcomes
                ]
            )
        except PASSING as error:
            self._reconnect(error)
            return False
        self._outcomes, self._written = [], time.monotonic()
        return True

    def _result(self, one: Claimed, outcome: Outcome, now: datetime) -> Result:
        known = {"followed": self._followed, "probing": self._probing}
        return result_of(self._provider, one, outcome, now, **known)

    def _renew_in_time(self) -> None:
        """Renew a lease unless it has run out: other workers may have taken the rows since."""
        now = time.monotonic()
        due = now - self._renewed > self._seconds / 3
        if not self._open or not due or not self.ours():
            return
        try:
            renew([*self._open.values()])
        except PASSING as error:
            self._reconnect(error)
        else:
            self._renewed = now

    def _reconnect(self, error: Exception) -> None:
        logger.warning("results wait for the database: %s", type(error).__name__)
        connection.close()  # the next statement opens another
