"""Fill the fields of a template from the facts of a bulletin, each within WeChat's limits: pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from notifications.channels.dangling import without_dangling
from notifications.channels.fact_values import Fact, FactType
from notifications.channels.facts import Facts
from notifications.channels.weixin.cutting import shortened
from notifications.channels.weixin.fields import KINDS, REGISTERED, fits, kind_name

# What begins a constant in a map, and what stands between a source and the one for when it has
# nothing that fits: `thing4=body|=点击查看详情`.
CONSTANT: Final = "="
OR: Final = "|"
# Beyond these an amount does not fit the field.
DIGITS: Final = 10


def filled(fields: Mapping[str, str], facts: Facts) -> Mapping[str, str] | None:
    """Return the value of every field; None where one has none that WeChat takes."""
    found = {}
    for name, sources in fields.items():
        value = next(_values(name, sources, facts), None)
        if value is None:
            return None
        found[name] = value
    return found


def constants(sources: str) -> list[str]:
    """Return the constants among the sources of a field."""
    return [one[1:] for one in sources.split(OR) if one.startswith(CONSTANT)]


def names(sources: str) -> list[str]:
    """Return the names of facts among the sources of a field."""
    return [one for one in sources.split(OR) if not one.startswith(CONSTANT)]


def _values(name: str, sources: str, facts: Facts) -> Iterator[str]:
    """Yield what fits the field, first choice first.

    A `const` takes only what WeChat has approved: the constants that the map names for it. Beside a
    fact they are a list of what it may say, and none of them stands in: "investigating" is no word
    for what is over.
    """
    is_const = kind_name(name) in REGISTERED
    approved = constants(sources) if is_const else ()
    if is_const and not approved:
        return
    for source in names(sources) if is_const and names(sources) else sources.split(OR):
        if source.startswith(CONSTANT):
            value = source[1:]
        else:
            value = _formed(name, facts[source]) if source in facts else ""
        if value and fits(name, value, approved):
            yield value


def _formed(name: str, fact: Fact) -> str:
    """Return a fact in the form that the kind of field takes."""
    kind = kind_name(name)
    if form := FORMS.get(kind):
        return form(fact)
    said = " ".join(_said(fact).split())
    return shortened(said, KINDS[kind].limit) if kind and KINDS[kind].shortens else said


def _said(fact: Fact) -> str:
    """Return a fact as people read it; an amount has its currency."""
    if fact.type is FactType.MONEY and isinstance(fact.value, Decimal):
        return f"¥{fact.value:,.2f}".removesuffix(".00")
    words = fact.type in {FactType.TEXT, FactType.PRODUCT}
    return without_dangling(str(fact.value)) if words else fact.text


def _amount(fact: Fact) -> str:
    """Return an amount with its currency and without separators: never a part of it."""
    value = fact.value
    if not isinstance(value, Decimal) or len(str(int(abs(value)))) > DIGITS or value < 0:
        return ""
    return f"¥{value:.2f}"


def _moment(fact: Fact) -> str:
    value = fact.value
    return f"{_day_of(value)} {value:%H:%M}" if isinstance(value, datetime) else ""


def _date(fact: Fact) -> str:
    if fact.type is FactType.MOMENT:
        return _moment(fact) or _day(fact)
    return _day(fact)


def _day(fact: Fact) -> str:
    return _day_of(fact.value) if isinstance(fact.value, date) else ""


def _day_of(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _number(fact: Fact) -> str:
    return f"{fact.value}" if isinstance(fact.value, int | Decimal) else ""


def _characters(fact: Fact) -> str:
    """Return what is in ASCII without gaps: codes, numbers, dates."""
    value = fact.value
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M}"
    return value.isoformat() if isinstance(value, date) else _without_gaps(fact)


def _without_gaps(fact: Fact) -> str:
    """Return a number as it is dialled: "400 800 1234" has gaps for people alone."""
    return "".join(fact.text.split())


FORMS: Final[Mapping[str, Callable[[Fact], str]]] = {
    "time": _moment,
    "date": _date,
    "amount": _amount,
    "number": _number,
    "character_string": _characters,
    "phone_number": _without_gaps,
    "name": lambda fact: str(fact.value),
}
