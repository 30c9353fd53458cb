"""Compare notices, promises, payments and settlement rules with the statements that made them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from statuspage.lib.money import parse_fee
from statuspage.notices.models import Notice
from statuspage.projections.difference import Difference
from statuspage.settlement.cycles import AfterCutoff
from statuspage.settlement.models import Commitment, Payment, Price, SettlementRule
from statuspage.settlement.prices.words import as_row
from statuspage.statements.models import Statement
from statuspage.statements.recompute import chunks
from statuspage.statements.times import iso_or_none

FAMILY: Final = "notice."
# What promises money, and where in its details the promised day is.
PROMISES: Final[Mapping[str, str]] = {
    "notice.compensation": "paid_by",
    "notice.fee_waiver": "credited_by",
}
PAYMENT: Final = "notice.payout_progress"
RULE: Final = "notice.settlement_rule"
FEE: Final = "notice.fee_change"
PRICES: Final = "notice.price_list"
CHUNK: Final = 250
# A row as its statement says it; the statement's number comes first.
Fact = tuple[Any, ...]


def merchants_told() -> Iterator[Difference]:
    """Yield what merchants read and no statement says, or the other way round."""
    yield from _notices()
    yield from _unlike("promise", _promised(), _promises_said())
    yield from _unlike("payment", _paid(), _payments_said())
    yield from _unlike("rule", _rules(), _rules_said())
    yield from _unlike("price", _prices(), _prices_said())
    yield from _fees()


def _notices() -> Iterator[Difference]:
    """Compare notices in whole; one is published once and never changed."""
    subjects: set[str] = set()
    rows = Statement.objects.filter(kind__startswith=FAMILY).order_by("number")
    for some in chunks(rows.iterator(chunk_size=CHUNK)):
        named = {one.subject_id for one in some}
        there = Notice.objects.in_bulk(named, field_name="public_id")
        for one in some:
            yield from _notice(one, there.get(one.subject_id))
        subjects |= named
    for public_id, title in Notice.objects.values_list("public_id", "title").order_by("pk"):
        if public_id not in subjects:
            yield Difference(f"notice {public_id} title", title, None)


def _notice(statement: Statement, notice: Notice | None) -> Iterator[Difference]:
    content, number = statement.content, statement.number
    place = f"notice {statement.subject_id}"
    if notice is None:
        yield Difference(place, None, content["name"], number)
        return
    shown = {
        "name": notice.title,
        "payload": notice.payload,
        "audience": notice.audience,
        "incident": notice.incident_id or None,
        "effective_from": iso_or_none(notice.effective_from),
        "effective_until": iso_or_none(notice.effective_until),
        "told": notice.told,
        "originally": notice.originally,
    }
    for name, value in shown.items():
        if name in content and value != content[name]:
            yield Difference(
                f"{place} {'title' if name == 'name' else name}", value, content[name], number
            )
    if FAMILY + notice.kind != statement.kind:
        yield Difference(f"{place} kind", notice.kind, statement.kind, number)
    # A history that was imported out of order keeps the moment that it gave.
    if notice.published_at > statement.published_at:
        moment = statement.published_at.isoformat()
        yield Difference(f"{place} published_at", notice.published_at.isoformat(), moment, number)


def _unlike(what: str, shown: Iterable[Fact], said: Iterable[Fact]) -> Iterator[Difference]:
    """Yield the rows that no statement made, and those that are missing."""
    there, told = Counter(shown), Counter(said)
    for number, *rest in (there - told).elements():
        yield Difference(f"{what} of statement {number}", _plain(rest), None, number or 0)
    for number, *rest in (told - there).elements():
        yield Difference(f"{what} of statement {number}", None, _plain(rest), number)


def _plain(values: Iterable[Any]) -> str:
    return " ".join("-" if one is None else str(one) for one in values)


def _said(*kinds: str) -> Iterator[tuple[int, str, str, datetime, dict[str, Any]]]:
    rows = Statement.objects.filter(kind__in=kinds).values_list(
        "number", "kind", "subject_id", "published_at", "document__content__payload"
    )
    yield from rows.iterator(chunk_size=CHUNK)


def _promised() -> Iterator[Fact]:
    rows = Commitment.objects.values_list("statement_id", "notice__public_id", "promised", "due")
    yield from rows.iterator(chunk_size=CHUNK)


def _promises_said() -> Iterator[Fact]:
    earlier = set(Notice.objects.exclude(originally_at=None).values_list("public_id", flat=True))
    for number, kind, subject, _at, payload in _said(*PROMISES):
        due = None if subject in earlier else _day(payload[PROMISES[kind]])
        yield number, subject, _amount(payload["promised_total"]), due


def _paid() -> Iterator[Fact]:
    rows = Payment.objects.values_list(
        "statement_id", "commitment__notice__public_id", "amount", "paid_on"
    )
    yield from rows.iterator(chunk_size=CHUNK)


def _payments_said() -> Iterator[Fact]:
    for number, _kind, _subject, _at, payload in _said(PAYMENT):
        yield number, payload["of"], _amount(payload["amount"]), _day(payload["paid_on"])


def _rules() -> Iterator[Fact]:
    """Yield the rules that statements made; the first are in none.

    A fee change once copied the rule; what it said of the fee is among the prices.
    """
    columns = ("category", "product", "cycle", "cutoff", "after_cutoff", "fallback")
    terms = ("opens", "within", "payout_calendar__code", "minimum")
    times = ("usual_arrival", "valid_from", "valid_until", "known_from")
    rows = SettlementRule.objects.exclude(statement=None).exclude(statement__kind=FEE)
    # Before there was a field for it, a rule kept what its dates meant, and no notice said it.
    means = {number for number, *_rest, payload in _said(RULE) if "date_means" in payload}
    found = rows.values_list("statement_id", *columns, *terms, *times, "date_means")
    for number, *facts, date_means in found.iterator(chunk_size=CHUNK):
        yield number, *facts, date_means if number in means else None


def _rules_said() -> Iterator[Fact]:
    for number, _kind, _subject, moment, payload in _said(RULE):
        yield (
            number,
            payload["category"],
            payload["product"] or "",
            payload["cycle"],
            _clock(payload["cutoff"]),
            payload["after_cutoff"] or str(AfterCutoff.ACCOUNTING_NEXT_DAY),
            payload["fallback"] or "",
            # Notices from before there were these terms do not have them.
            _clock(payload.get("opens")),
            payload.get("within"),
            payload.get("payout_calendar"),
            _amount(payload.get("minimum")),
            _clock(payload["usual_arrival"]),
            _day(payload["valid_from"]),
            _day(payload["valid_until"]),
            moment,
            payload.get("date_means"),
        )


def _fees() -> Iterator[Difference]:
    """Compare the fee and its first day; whose fee it was until then is in no statement."""
    said = {number: payload for number, _kind, _subject, _at, payload in _said(FEE)}
    for price in Price.objects.filter(statement__kind=FEE).order_by("pk"):
        number = price.statement_id or 0
        fee, begins = parse_fee(said[number]["new_fee"]), _day(said[number]["effective_on"])
        if (price.fee, price.valid_from) != (fee, begins):
            shown, told = _plain([price.fee, price.valid_from]), _plain([fee, begins])
            yield Difference(f"fee of statement {number}", shown, told, number)


def _prices() -> Iterator[Fact]:
    rows = Price.objects.filter(statement__kind=PRICES).order_by("pk")
    for one in rows.iterator(chunk_size=CHUNK):
        row = as_row(one)
        yield one.statement_id, one.valid_from, one.known_from, *_listed(row), one.valid_until


def _prices_said() -> Iterator[Fact]:
    for number, _kind, _subject, moment, payload in _said(PRICES):
        for row in payload["prices"]:
            begins, ends = _day(payload["valid_from"]), _day(row["valid_until"])
            yield number, begins, moment, *_listed(row), ends


def _listed(row: Mapping[str, Any]) -> Iterator[Any]:
    """Yield what a row of a price list says, without its days."""
    names = ("category", "product", "card", "channel", "mcc", "above", "up_to", "fixed_per")
    yield from (row[name] for name in names)
    yield str(sorted(row["fee"].items()))


def _amount(written: str | None) -> Decimal | None:
    return Decimal(written) if written else None


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _clock(written: str | None) -> time | None:
    return time.fromisoformat(written) if written else None
