"""Read a price list: a table pasted from a spreadsheet, one price a line, or rows as JSON."""

import csv
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.lib.money import amount_json, parse_amount, parse_fee
from statuspage.notices.audience import CATEGORY_WORDS
from statuspage.notices.models import Product
from statuspage.settlement.prices.merged_cells import TableLine, with_merged
from statuspage.settlement.prices.models import MCC_LENGTH
from statuspage.settlement.prices.table_words import (
    ANYTHING,
    BY_LIMIT,
    CAP,
    CARDS,
    CHANNELS,
    COLUMNS,
    FIXED,
    HEADINGS,
    LABELS,
)
from statuspage.statements.canonical import Json

MOST_ROWS: Final = 200


def read_prices(value: object) -> Json:
    """Return a price list in its canonical form, from the text of a table or from rows.

    Raises:
        ValidationError: by line, everything that is wrong with it.
    """
    lines = list(_lines(value) if isinstance(value, str) else _rows(value))
    if not lines or len(lines) > MOST_ROWS:
        problem = _("Enter 1 to %(most)d prices, one a line.")
        raise ValidationError(problem, "rows", {"most": MOST_ROWS})
    products = _products()
    found: list[tuple[int, dict[str, Json]]] = []
    problems: list[str] = []
    for number, cells in lines:
        row, wrong = _read(cells, products)
        problems += [str(_("Line %(n)d: %(problem)s")) % {"n": number, "problem": w} for w in wrong]
        found.append((number, row))
    problems = problems or list(_against_each_other(found))
    if problems:
        raise ValidationError(problems)
    return [row for _number, row in found]


def _rows(value: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        raise ValidationError(
            _('Enter the prices as a table, or as [{"category": "micro", "fee": "0.6%"}].'), "rows"
        )
    for number, row in enumerate(value, 1):
        if unknown := set(row) - set(COLUMNS):
            problem = _("Line %(n)d: unknown: %(names)s")
            names = ", ".join(sorted(map(str, unknown)))
            raise ValidationError(problem, "rows", {"n": number, "names": names})
        yield number, row


def merged_lines(text: str) -> list[int]:
    """Return the numbers of the lines whose merchants are those of the line above."""
    return [one.number for one in _table(text) if one.merged]


def _lines(text: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    return ((one.number, one.cells) for one in _table(text))


def _table(text: str) -> Iterator[TableLine]:
    """Yield each line with its number, by the headings if there are any.

    A sign in the heading of the fee, as in 费率(%), is that of its bare numbers.
    """
    rows = [(number, cells) for number, cells in _cells(text) if any(cells)]
    columns: Sequence[str] = COLUMNS
    unit = ""
    if rows and (headings := _headings(rows[0][1])):
        unit = next((_unit(one) for one in rows[0][1] if _unit(one)), "")
        columns, rows = headings, rows[1:]
    named = (TableLine(number, _by_column(columns, cells, number)) for number, cells in rows)
    for one in with_merged(named, columns):
        yield one._replace(cells=_whole_fee(dict(one.cells), unit))


def _by_column(columns: Sequence[str], cells: Sequence[str], number: int) -> dict[str, str]:
    if len(cells) > len(columns):
        problem = _("Line %(n)d: %(count)d columns, at most %(most)d are expected.")
        values = {"n": number, "count": len(cells), "most": len(columns)}
        raise ValidationError(problem, "columns", values)
    return dict(zip(columns, cells, strict=False))


def _whole_fee(row: dict[str, str], unit: str) -> dict[str, str]:
    """Return the row with its unit and its column for the cap put into the fee."""
    fee, cap = row.get("fee", ""), row.pop(CAP, "")
    if unit and re.fullmatch(r"[\d.]+", fee):
        row["fee"] = f"{fee}{unit}"
    if _plain(cap) not in ANYTHING:
        row["fee"] = re.sub(r"^([^+＋]+)", rf"\g<1>封顶{cap}", row.get("fee", ""))
    return row


def _unit(heading: str) -> str:
    """Return the sign in the heading of the fee, % or ‰; empty without one."""
    found = re.search(r"[%‰]", unicodedata.normalize("NFKC", heading))
    return found[0] if found else ""


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    lines = text.splitlines()
    between = "\t" if "\t" in text else "," if "," in text else "，"
    between = "|" if "|" in text and between == "，" else between
    for number, line in enumerate(lines, 1):
        for cells in csv.reader([line], delimiter=between):
            yield number, [one.strip() for one in cells]


def _headings(cells: Sequence[str]) -> list[str]:
    """Return the columns that a first line names; empty where it names none.

    Raises:
        ValidationError: it has a name that no column has, or no fee.
    """
    names = [HEADINGS.get(re.sub(r"\([^)]*\)$", "", _plain(one))) for one in cells]
    if sum(1 for one in names if one) < 2:
        return []
    wrong = [cell for cell, name in zip(cells, names, strict=True) if name is None]
    if wrong:
        problem = _("Line 1: no column is called %(names)s.")
        raise ValidationError(problem, "columns", {"names": ", ".join(wrong)})
    found = [name for name in names if name]
    if missing := {"category", "fee"} - set(found) or len(set(found)) < len(found):
        problem = _("Line 1: name merchants and fee, and each column once.")
        raise ValidationError(problem, "columns", {"missing": missing})
    return found


def _plain(written: object) -> str:
    text = unicodedata.normalize("NFKC", str("" if written is None else written))
    return re.sub(r"[\s_·]+", "", text).lower()


def _read(
    cells: Mapping[str, object], products: Mapping[str, str]
) -> tuple[dict[str, Json], list[str]]:
    """Return a row in its canonical form, and what is wrong with it."""
    parsers: Mapping[str, Callable[[object], Json]] = {
        "category": _chosen(CATEGORY_WORDS, needed=True),
        "product": _chosen(products),
        "card": _chosen(CARDS),
        "channel": _chosen(CHANNELS),
        "fee": lambda written: dict(parse_fee(written or "").as_json()),
        "above": _amount("0.00"),
        "up_to": _amount(None),
        "mcc": _group,
        "fixed_per": _chosen(FIXED),
        "valid_until": _day,
    }
    row: dict[str, Json] = {}
    wrong: list[str] = []
    for name, parse in parsers.items():
        try:
            row[name] = parse(cells.get(name))
        except ValidationError as error:
            wrong += error.messages
    if not wrong and row["up_to"] and Decimal(str(row["up_to"])) <= Decimal(str(row["above"])):
        wrong.append(str(_("The largest amount must be above the smallest.")))
    return row, wrong


def _chosen(words: Mapping[str, str], *, needed: bool = False) -> Callable[[object], Json]:
    """Return a parser of a word for one of several; by default also for all of them."""

    def parse(written: object) -> Json:
        plain = _plain(written)
        code = words.get(plain) or words.get(str(written or "").strip())
        code = code or _by_limit(plain, words) or _by_label(plain, words)
        if code is not None:
            return code
        if plain in ANYTHING and not needed:
            return words.get("", "")
        problem = _("“%(written)s” is not known. Enter one of: %(words)s.")
        known = [str(LABELS.get(one, one)) for one in dict.fromkeys(words.values())]
        values = {"written": written or "", "words": ", ".join(known)}
        raise ValidationError(problem, "choice", values)

    return parse


def _by_limit(plain: str, words: Mapping[str, str]) -> str | None:
    without_commas = plain.replace(",", "").replace("yuan", "元")
    found = (code for form, code in BY_LIMIT if form.fullmatch(without_commas))
    return next((code for code in found if code in words.values()), None)


def _by_label(plain: str, words: Mapping[str, str]) -> str | None:
    """Return the code that our own pages and errors call so, in the reader's language."""
    return next((one for one in words.values() if _plain(LABELS.get(one)) == plain != ""), None)


def _amount(otherwise: str | None) -> Callable[[object], Json]:
    def parse(written: object) -> Json:
        plain = re.sub(r"(?i)yuan|元", "", _plain(written))
        return otherwise if plain in ANYTHING else amount_json(parse_amount(plain))

    return parse


def _group(written: object) -> Json:
    text = " ".join(str(written or "").split())
    if len(text) > MCC_LENGTH:
        raise ValidationError(
            _("An MCC group has at most %(most)d characters."), "mcc", {"most": MCC_LENGTH}
        )
    return "" if _plain(text) in ANYTHING else text


def _day(written: object) -> Json:
    plain = re.sub(r"[/.]", "-", _plain(written))
    if plain in ANYTHING:
        return None
    try:
        return date.fromisoformat(plain).isoformat()
    except ValueError as error:
        raise ValidationError(_("Enter a date, such as 2025-02-21."), "date") from error


def _products() -> dict[str, str]:
    """Return the codes of products by each of their names."""
    found: dict[str, str] = {}
    for one in Product.objects.all():
        names = (one.code, *one.name.values())
        found |= {_plain(name): one.code for name in names if name}
    return found


def _against_each_other(rows: Sequence[tuple[int, Mapping[str, Json]]]) -> Iterator[str]:
    """Yield where two lines give a price for the same amounts, or amounts in between have none."""
    alike: dict[tuple[Json, ...], list[tuple[Decimal, Decimal | None, int]]] = {}
    for number, row in rows:
        key = tuple(row[name] for name in ("category", "product", "card", "channel", "mcc"))
        until = row["up_to"]
        band = Decimal(str(row["above"])), Decimal(str(until)) if until else None, number
        alike.setdefault(key, []).append(band)
    for bands in alike.values():
        yield from _gaps(sorted(bands, key=lambda band: band[0]))


def _gaps(bands: Sequence[tuple[Decimal, Decimal | None, int]]) -> Iterator[str]:
    reached: Decimal | None = Decimal(0)
    before = bands[0][2]
    for above, up_to, number in bands:
        values = {"n": number, "other": before, "amount": reached}
        if reached is None or above < reached:
            yield (
                str(_("Lines %(other)d and %(n)d give a price for the same transactions.")) % values
            )
        elif above > reached:
            yield str(_("Line %(n)d: amounts from %(amount)s yuan on have no price.")) % values
        reached, before = up_to, number
    if reached is not None:
        problem = str(_("Line %(n)d: amounts above %(amount)s yuan have no price."))
        yield problem % {"n": before, "amount": reached}
