"""Send what is due on a medium: claim, decrypt, send, write results."""

import logging
import time
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import redis
from django.conf import settings

from notifications.channels import medium as find_medium
from notifications.channels.base import Message, Provider
from notifications.channels.countries import permitted
from notifications.channels.media import Medium
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason
from notifications.delivery import budget, loop, providers, refusals
from notifications.delivery.allowance import allowance, within_limits
from notifications.delivery.claim import Claimed, DeliveryKey, claim
from notifications.delivery.messages import contents, log_error, message_of
from notifications.delivery.models import Broadcast, BroadcastState
from notifications.delivery.results import LEFT_ALONE, ClaimLease, hands_on
from notifications.delivery.shares import Share, handed_on, shares_of
from notifications.delivery.template_faults import templates_note
from notifications.hints import wake_send

# One task sends for so long and then lets others in the queue run.
SLICE_SECONDS: Final = 5.0

logger = logging.getLogger(__name__)


def send_due(medium_name: str) -> bool:
    """Send what is due on a medium for one slice of time, its routes in turn.

    Returns True when there may be more. A medium without credentials sends nothing; its
    deliveries wait, and the console shows it. Nothing is sent without Redis, which holds the
    limits that all workers share; the sweep tries again.
    """
    medium = find_medium(medium_name)
    began = time.monotonic()
    routes = medium.routes
    try:
        while time.monotonic() < began + SLICE_SECONDS:
            share = SLICE_SECONDS / len(routes)
            # Each gets its share, whatever the others had to send.
            if not sum(send_batch(medium, one, time.monotonic() + share) for one in routes):
                return False
    except redis.RedisError as error:
        logger.warning("%s waits for Redis: %s", medium_name, type(error).__name__)
        return False
    return True


def send_batch(medium: Medium, route: str = "", until: float = 0.0) -> int:
    """Claim and send one batch within the provider's limits; return how many rows it took.

    Until that moment of the monotonic clock, more batches follow a full one without a pause.

    Raises:
        redis.RedisError: Redis is away; nothing was claimed, or all of it was settled.
    """
    up = providers.those_up(medium.able(route), route)
    return sum(_send_share(medium, route, one, until, up) for one in shares_of(medium, route, up))


def _send_share(
    medium: Medium, route: str, share: Share, until: float, up: Sequence[Provider]
) -> int:
    """Send a share, and hand what its provider did not send to those that follow it in order.

    Not to one that needs its reader's consent: whoever gave none waits for the first.
    """
    followers = [one for one in up[up.index(share.provider) + 1 :] if not one.uses_consents]
    first = _sent(medium, route, share, until, followed=bool(followers))
    taken, rest = first.taken, first.rest
    for place, provider in enumerate(followers, start=1):
        left = handed_on(medium, provider, rest) if rest else None
        if left is not None:
            sent = _sent(medium, route, left, followed=place < len(followers))
            rest = [one for one in rest if one not in sent.tried] + sent.rest
    return taken


def _sent(
    medium: Medium, route: str, share: Share, until: float = 0.0, *, followed: bool
) -> "_Sending":
    sending = _Sending(medium, route, share, followed=followed)
    if allowed := allowance(share.provider, route, wait_seconds=1.0):
        sending.claim(allowed)
        sending.send(until)
    return sending


def _wake_another(medium: Medium) -> None:
    """Ask one more process to send what a full batch leaves, once all deliveries are there.

    Until then one process is enough for what there is, and leaves the machine to the expansion.
    """
    if not Broadcast.objects.filter(state=BroadcastState.EXPANDING).exists():
        wake_send(medium.name)


class _Waiting(Iterator[Message]):
    """Messages that wait for a connection; it has an end, and a new one once more are added."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque()

    def add(self, messages: Iterable[Message]) -> None:
        self._messages.extend(messages)

    def __bool__(self) -> bool:
        return bool(self._messages)

    def rest(self) -> list[Message]:
        """Return what nobody has taken, and keep none of it."""
        left = [*self._messages]
        self._messages.clear()
        return left

    def __next__(self) -> Message:
        try:
            return self._messages.popleft()
        except IndexError:
            raise StopIteration from None


class _Sending:
    """One batch on its way through a provider, and those that follow it before it has ended."""

    def __init__(self, medium: Medium, route: str, share: Share, *, followed: bool) -> None:
        self.taken = 0
        # What it was given, and what of that it did not send.
        self.tried: set[DeliveryKey] = set()
        self.rest: list[DeliveryKey] = []
        self._medium, self._route, self._share = medium, route, share
        self._provider = share.provider
        self._content_of = contents(share.provider)
        probing = providers.most_at_once(share.provider, route) == providers.PROBE
        self._followed = followed
        self._lease = ClaimLease(share.provider, followed=followed, probing=probing)
        self._waiting = _Waiting()
        self._settled: list[tuple[Message, Outcome]] = []
        self._full = False
        self._refused = 0

    def claim(self, allowed: int) -> None:
        """Claim a batch; its messages wait for `send`, or for the one that runs already."""
        began = time.monotonic()
        share = self._share.parameters() if self._share.keys else None
        consent_to = self._consent_to if self._provider.uses_consents else None
        claimed, taken = claim(
            *(self._medium.name, allowed, self._provider.name, self._route, share),
            handed_on=self._share.handed_on,
            consent_to=consent_to,
            waiting=self.rest if self._another_needs_none() else None,
        )
        self.taken += taken
        self.tried.update((one.id, one.published_at) for one in claimed)
        self._full = taken == settings.DELIVERY_BATCH
        self._lease.add(claimed, began)
        try:
            if self._full:
                _wake_another(self._medium)
            if not self._provider.limits.each_address:
                unused = allowed - len(claimed)
                providers.give_back(self._provider.name, self._provider.limits, unused)
            self._waiting.add(self._allowed(self._messages(claimed)))
        except Exception:
            self._put_back(claimed)
            raise

    def _put_back(self, claimed: Sequence[Claimed]) -> None:
        """Settle a claim that will not be sent: what a lease leaves may have gone out."""
        self._full = False
        for one in claimed:
            if one.id in self._lease.claims:
                self._lease.settle(one.id, NotSent(Reason.OTHER, LEFT_ALONE))
        self._lease.write_all()

    def _another_needs_none(self) -> bool:
        return any(not one.uses_consents for one in self._medium.able(self._route))

    def _consent_to(self, one: Claimed) -> str:
        """Return the template that would be sent; empty where none would."""
        try:
            return str(self._content_of(one).data.get("template_id", ""))
        except Exception as error:  # it is settled with its message
            log_error(one, error)
            return ""

    def send(self, until: float) -> None:
        """Send what waits, writing results and renewing leases on the way."""
        # The provider's connections are busy while so many are open: time to claim the next batch.
        last = settings.DELIVERY_BATCH // 4
        while self._waiting:
            for message, outcome in loop.stream(self._provider.send(self._waiting)):
                self._settle(message, outcome)
                if self._full and len(self._lease) <= last and time.monotonic() < until:
                    self._follow()
        self._lease.write_all()
        self._take_stock()

    def _follow(self) -> None:
        """Claim the next batch, if nothing prevents it: what is under way must come to its end."""
        self._full = False
        try:
            self._take_stock()
            if self._lease.ours() and self._is_chosen():
                allowed = allowance(self._provider, self._route)
                if allowed:
                    self.claim(allowed)
        except Exception as error:
            logger.warning("%s: no batch follows: %s", self._provider.name, type(error).__name__)

    def _is_chosen(self) -> bool:
        up = providers.those_up(self._medium.able(self._route), self._route)
        is_first = bool(up) and up[0] is self._provider
        return self._provider in up and is_first is self._share.first

    def _settle(self, message: Message, outcome: Outcome) -> None:
        self._record(message, outcome)
        self._settled.append((message, outcome))
        if isinstance(outcome, NotSent) and refusals.is_fault(outcome):
            self._refused += 1
            if self._refused == refusals.STOP_AFTER and self._provider.one_account:
                self._leave_alone(outcome.reason)
        elif isinstance(outcome, Accepted):
            self._refused = 0

    def _record(self, message: Message, outcome: Outcome) -> None:
        if hands_on(outcome):
            one = self._lease.claims[message.delivery_id]
            self.rest.append((one.id, one.published_at))
        self._lease.settle(message.delivery_id, outcome, message.content.segments)

    def _leave_alone(self, reason: Reason) -> None:
        """Put back what waits: what a provider refuses to everyone, a thousand more do not try."""
        self._full = False
        for message in self._waiting.rest():
            self._record(message, NotSent(reason, LEFT_ALONE))

    def _take_stock(self) -> None:
        """Log what was settled, and tell the provider's health of it."""
        told = providers.told_of(self._provider, self._settled)
        templates_note(self._provider, self._settled)
        self._log([outcome for _, outcome in told])
        self._settled = []
        if not self._provider.limits.each_address:
            providers.note(self._provider, told, self._route)

    def _log(self, outcomes: Sequence[Outcome]) -> None:
        """Log one line with the deliveries' ids, by which a complaint is followed up."""
        ids = [message.delivery_id for message, _ in self._settled]
        if not ids:
            return
        counts = Counter(type(outcome).__name__ for outcome in outcomes)
        summary = ", ".join(f"{count} {name}" for name, count in sorted(counts.items()))
        logger.info(
            *("%s: deliveries %d to %d: %s", self._provider.name, min(ids), max(ids), summary),
            extra={"deliveries": ids},
        )

    def _messages(self, claimed: Sequence[Claimed]) -> list[Message]:
        """Compose the batch; one that fails must not keep the others from being sent."""
        batch = []
        for one in claimed:
            try:
                if one.returned_for and self._followed:
                    self._leave_to_next(one, NotSent(Reason(one.returned_for), LEFT_ALONE))
                    continue
                batch.append(message_of(one, self._content_of(one), self._lease.ours))
            except Exception as error:
                log_error(one, error)
                # Another provider may be able to: it only has to make another text of it.
                self._leave_to_next(one, NotSent(Reason.OTHER, type(error).__name__))
        return batch

    def _leave_to_next(self, one: Claimed, outcome: NotSent) -> None:
        self.rest.append((one.id, one.published_at))
        self._lease.settle(one.id, outcome)

    def _allowed(self, batch: Sequence[Message]) -> Sequence[Message]:
        """Return what addresses, countries and budget still allow, and settle the rest."""
        if self._provider.limits.each_address:
            batch, refused = within_limits(self._provider, batch)
            for message, outcome in refused:
                self._settle(message, outcome)
        if batch and self._medium.costs:
            home = [message for message in batch if permitted(message.address)]
            for message in batch if len(home) < len(batch) else ():
                if not permitted(message.address):
                    self._settle(message, Failed(Reason.COUNTRY))
            batch, stopped = budget.reserve(home, self._lease.claims)
            for message in stopped:
                self._settle(message, Failed(Reason.BUDGET))
        return batch
