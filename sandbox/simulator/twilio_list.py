"""Filters and pages of the message list (twilio.com/docs/usage/twilios-response#pagination)."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.simulator.errors import TwilioError
from sandbox.simulator.parsing import parse_whole
from sandbox.simulator.store import Message

DEFAULT_SIZE: Final = 50
LARGEST_SIZE: Final = 1000
LARGEST_NUMBER: Final = 10**9 - 1
FILTERS: Final = ("To", "From", "DateSent", "DateSent<", "DateSent>")
# A token names the neighbour of the page and the side on which the page lies of it.
AFTER, BEFORE = "PA", "PB"
DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


def list_page(
    query: Mapping[str, str], path: str, newest_first: Iterable[Message]
) -> dict[str, Any]:
    """Return the JSON of the page that a query string asks for; `messages` are still objects.

    Raises:
        TwilioError: a number or a filter's date is invalid.
    """
    filters = {name: query[name] for name in FILTERS if query.get(name)}
    size = min(max(_number(query, "PageSize", DEFAULT_SIZE), 1), LARGEST_SIZE)
    number, token = _number(query, "Page", 0), query.get("PageToken", "")
    tests = [_test(name, value) for name, value in filters.items()]
    chosen = (
        message
        for message in newest_first
        if not message.deleted and all(test(message) for test in tests)
    )
    found, earlier, later = _cut(chosen, token, number, size)

    def uri(number: int, token: str) -> str:
        asked = {**filters, "PageSize": size, "Page": number}
        return f"{path}?{urlencode({**asked, 'PageToken': token} if token else asked)}"

    start = number * size
    return {
        "end": start + max(len(found) - 1, 0),
        "first_page_uri": uri(0, ""),
        "messages": found,
        "next_page_uri": uri(number + 1, AFTER + found[-1].sid) if later else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": uri(max(number - 1, 0), BEFORE + found[0].sid)
        if earlier and found
        else None,
        "start": start,
        "uri": uri(number, token),
    }


def _cut(
    chosen: Iterable[Message], token: str, number: int, size: int
) -> tuple[list[Message], bool, bool]:
    """Return the page's messages, and whether there are some before and after them."""
    if not token:
        start = number * size
        cut = list(islice(chosen, start, start + size + 1))
        return cut[:size], start > 0, len(cut) > size
    rows = list(chosen)
    at = next((at for at, row in enumerate(rows) if row.sid == token[2:]), None)
    if at is None:
        raise TwilioError(20001, "PageToken")
    end = at if token.startswith(BEFORE) else at + 1 + size
    begin = max(end - size, 0)
    return rows[begin:end], begin > 0, end < len(rows)


def _number(query: Mapping[str, str], name: str, default: int) -> int:
    number = parse_whole(query.get(name, str(default)), LARGEST_NUMBER)
    if number is None:
        raise TwilioError(20001, name)
    return number


def _test(name: str, given: str) -> Callable[[Message], bool]:
    """Return what a filter asks of a message.

    DateSent is the time of sending: a message still queued has none, and no such filter finds it.
    """
    if name == "To":
        return lambda message: message.to == given
    if name == "From":
        return lambda message: message.sender == given
    start, end = _span(given)
    first = 0 if name == "DateSent<" else start
    last = math.inf if name == "DateSent>" else end
    return lambda message: message.sent_at is not None and first <= message.sent_at < last


def _span(given: str) -> tuple[float, float]:
    """Return the start and end of a filter's date: a day, or a second."""
    length = timedelta(days=1) if DAY.fullmatch(given) else timedelta(seconds=1)
    try:
        moment = datetime.fromisoformat(given)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.timestamp(), (moment + length).timestamp()
    except (ValueError, OverflowError) as error:  # the last day of all has no day after it
        raise TwilioError(20001, "DateSent") from error
