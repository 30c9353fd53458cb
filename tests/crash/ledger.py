"""The last word: the provider's own ledger beside our rows, message by message."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from itertools import product
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

from notifications.delivery.models import Delivery

# How a reader is told which statement a message is, in either language.
NUMBER: Final = re.compile(r"(?:公告|No\. ?)(\d+)")
SHOWN: Final = 5


class Told(NamedTuple):
    """One merchant told one statement, as either side has it written down."""

    statement: int
    number: str
    delivery: int
    sid: str
    state: str
    code: str


def assert_agreement(
    ledger: Collection[dict[str, Any]],
    statements: Collection[int],
    people: Mapping[int, str],
    silent: tuple[str, ...] = (),
    refused: Mapping[str, str] | None = None,
) -> None:
    """Everybody is in the ledger exactly once a statement, and our rows say the same of each.

    `people` are numbers by address id. The provider sends no receipts for numbers that begin as
    one of `silent`: these can only be known to be sent. It `refused` numbers with a code.
    """
    refused = refused or {}
    theirs = [one for one in _theirs(ledger, silent) if one.statement in statements]
    ours = [one for one in _ours(statements, people) if one.number not in refused]
    expected = Counter(product(statements, set(people.values()) - set(refused)))
    times = Counter((one.statement, one.number) for one in theirs)
    assert not expected - times, f"lost: {_some(expected - times)}"
    assert not times - expected, f"doubled: {_some(times - expected)}"
    differing = set(theirs) ^ set(ours)
    assert sorted(theirs) == sorted(ours), f"the ledger and our rows differ: {_some(differing)}"
    _assert_refused([one for one in _ours(statements, people) if one.number in refused], refused)


def _assert_refused(rows: Collection[Told], refused: Mapping[str, str]) -> None:
    assert {one.number: (one.sid, one.state, one.code) for one in rows} == {
        number: ("", "failed", code) for number, code in refused.items()
    }


def _theirs(ledger: Collection[dict[str, Any]], silent: tuple[str, ...]) -> list[Told]:
    return [
        Told(
            statement=_statement_in(message["body"]),
            number=message["to"],
            delivery=_delivery_in(message["status_callback"]),
            sid=message["sid"],
            state="sent" if message["to"].startswith(silent) else message["status"],
            code="" if message["to"].startswith(silent) else str(message["error_code"] or ""),
        )
        for message in ledger
        if not message["inbound"]
    ]


def _ours(statements: Collection[int], people: Mapping[int, str]) -> list[Told]:
    return [
        Told(
            statement=row.statement_id,
            number=people[row.address_id or 0],
            delivery=row.pk,
            sid=row.provider_id,
            state=row.state,
            code=row.code,
        )
        for row in Delivery.objects.filter(statement_id__in=statements)
    ]


def _statement_in(body: str) -> int:
    found = NUMBER.findall(body)
    assert found, f"this message names no statement: {body}"
    return int(found[-1])


def _delivery_in(callback: str) -> int:
    return int(parse_qs(urlsplit(callback).query)["delivery"][0])


def _some(rows: Any) -> Any:
    return f"{len(rows)}, such as {sorted(rows)[:SHOWN]}"
