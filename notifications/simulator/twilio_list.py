"""Filters and pages of the message list (twilio.com/docs/usage/twilios-response#pagination)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from notifications.simulator.store import Message
from notifications.simulator.twilio_errors import TwilioError

DEFAULT_SIZE: Final = 50
LARGEST_SIZE: Final = 1000
MOST_DIGITS: Final = 9
FILTERS: Final = ("To", "From", "DateSent", "DateSent<", "DateSent>")
# A token names the neighbour of the page and the side on which the page lies of it.
AFTER, BEFORE = "PA", "PB"
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")

Test = Callable[[Message], bool]


@dataclass(frozen=True)
class Page:
    """One page asked for: which messages, and from where."""

    filters: Mapping[str, str]
    size: int
    number: int
    token: str

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Page":
        """Read the query string.

        Raises:
            TwilioError: a number is none.
        """
        return cls(
            filters={name: query[name] for name in FILTERS if query.get(name)},
            size=min(max(_number(query, "PageSize", DEFAULT_SIZE), 1), LARGEST_SIZE),
            number=_number(query, "Page", 0),
            token=query.get("PageToken", ""),
        )

    def body(self, path: str, newest_first: Iterable[Message]) -> dict[str, Any]:
        """The page's JSON; `messages` are still Message objects.

        Raises:
            TwilioError: a filter's date is none.
        """
        tests = [_TESTS[name](value) for name, value in self.filters.items()]
        chosen = (
            message
            for message in newest_first
            if not message.deleted and all(test(message) for test in tests)
        )
        found, earlier, later = self._cut(chosen)
        start = self.number * self.size
        return {
            "end": start + max(len(found) - 1, 0),
            "first_page_uri": self._uri(path, 0, ""),
            "messages": found,
            "next_page_uri": self._uri(path, self.number + 1, AFTER + found[-1].sid)
            if later
            else None,
            "page": self.number,
            "page_size": self.size,
            "previous_page_uri": self._uri(path, max(self.number - 1, 0), BEFORE + found[0].sid)
            if earlier and found
            else None,
            "start": start,
            "uri": self._uri(path, self.number, self.token),
        }

    def _cut(self, chosen: Iterable[Message]) -> tuple[list[Message], bool, bool]:
        """The page's messages, and whether there are some before and after them."""
        if not self.token:
            start = self.number * self.size
            cut = list(islice(chosen, start, start + self.size + 1))
            return cut[: self.size], start > 0, len(cut) > self.size
        rows = list(chosen)
        at = next((at for at, row in enumerate(rows) if row.sid == self.token[2:]), None)
        if at is None:
            raise TwilioError(20001, "PageToken")
        end = at if self.token.startswith(BEFORE) else at + 1 + self.size
        begin = max(end - self.size, 0)
        return rows[begin:end], begin > 0, end < len(rows)

    def _uri(self, path: str, number: int, token: str) -> str:
        query = {**self.filters, "PageSize": self.size, "Page": number}
        return f"{path}?{urlencode({**query, 'PageToken': token} if token else query)}"


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    given = query.get(name, str(default))
    if not (given.isascii() and given.isdigit() and len(given) <= MOST_DIGITS):
        raise TwilioError(20001, name)
    return int(given)


def _moment(given: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise TwilioError(20001, "DateSent") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _span(given: str) -> tuple[float, float]:
    """From when until when a filter's date lasts: a day, or a second."""
    moment = _moment(given)
    length = timedelta(days=1) if DAY.fullmatch(given) else timedelta(seconds=1)
    try:
        return moment.timestamp(), (moment + length).timestamp()
    except OverflowError as error:  # the last day of the calendar has no day after it
        raise TwilioError(20001, "DateSent") from error


def _sent_on(given: str) -> Test:
    start, end = _span(given)
    return lambda message: message.sent_at is not None and start <= message.sent_at < end


def _sent_until(given: str) -> Test:
    _, end = _span(given)
    return lambda message: message.sent_at is not None and message.sent_at < end


def _sent_since(given: str) -> Test:
    start, _ = _span(given)
    return lambda message: message.sent_at is not None and message.sent_at >= start


# DateSent is the time of sending: a message still queued has none, and no such filter finds it.
_TESTS: Final[dict[str, Callable[[str], Test]]] = {
    "To": lambda given: lambda message: message.to == given,
    "From": lambda given: lambda message: message.sender == given,
    "DateSent": _sent_on,
    "DateSent<": _sent_until,
    "DateSent>": _sent_since,
}
