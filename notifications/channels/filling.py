"""Choose an approved template for a statement and fill its variables: pure.

Only words are shortened to what a variable takes. A date, time, amount or number goes in whole, or
the template is not used; and of words none is cut within a figure.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from notifications.channels import sms_text
from notifications.channels.base import MessageTemplate
from notifications.channels.fact_values import WORDS, Fact
from notifications.channels.facts import Facts
from notifications.channels.figures import cuts

Values = Mapping[str, str]
# How many UTF-16 units a variable takes; 0: as many as there are.
Limit = Callable[[str, Fact], int]

# Where a clause ends: as many whole clauses as there is room for come before anything else.
CLAUSE: Final = re.compile(r"[。\uff0c\uff1b\uff01\uff1f、,;!?]|\.(?=\s|$)|:(?=\s)|\uff1a")
DOTS: Final = "…"
TRAILING: Final = "\uff0c\uff1b、\uff1a,;: 的至到-–~"


def choose(
    templates: Iterable[MessageTemplate],
    fill: Callable[[MessageTemplate], Values | None],
    kind: str,
    moment: str,
    language: str,
    *,
    abroad: bool = False,
) -> MessageTemplate | None:
    """Return the most specific template whose every variable has a value; None without any.

    One for the kind and moment goes before one for the kind, that before one for the moment, and
    the default comes last. Of those for the same, the one that the settings name, then the one that
    says most.
    """
    suiting = [
        one
        for one in templates
        if _is_of(kind, one.kind)
        and one.moment in {"", moment}
        and one.language in {"", language}
        and one.abroad == abroad
    ]
    ordered = sorted(suiting, key=_rank, reverse=True)
    return next((one for one in ordered if fill(one) is not None), None)


def _is_of(kind: str, named: str) -> bool:
    """Return whether a kind is the one named, or one of those that begin with it and a dot."""
    return not named or kind == named or kind.startswith(f"{named}.")


def _rank(one: MessageTemplate) -> tuple[object, ...]:
    return (
        bool(one.kind and one.moment),
        len(one.kind),
        bool(one.moment),
        bool(one.language),
        one.settled,  # before what the settings named earlier
        len(set(one.fields.values())),
        one.provider_id,  # whatever order the rows come in
    )


def filled(template: MessageTemplate, facts: Facts, limit: Limit) -> Values | None:
    """Return the value of each variable; None where a fact is missing or does not fit."""
    found = {}
    for variable, name in template.fields.items():
        fact = facts.get(name)
        value = fact and value_within(fact, limit(variable, fact))
        if not value:
            return None
        found[variable] = value
    return found


def value_within(fact: Fact, limit: int) -> str:
    """Return the fact's text within so many UTF-16 units (0: any); empty where it does not fit."""
    if not limit or sms_text.units(fact.text) <= limit:
        return fact.text
    return words_within(fact.text, limit) if fact.type in WORDS else ""


def words_within(text: str, limit: int) -> str:
    """Return words that fit into so many UTF-16 units, without half a figure.

    Whole clauses if there is room for half of it, else the beginning with dots.
    """
    if sms_text.units(text) <= limit:
        return text
    places = [one for one in cuts(text) if sms_text.units(text[:one]) <= limit]
    whole = [one for one in places if CLAUSE.match(text, one)]
    if whole and 2 * sms_text.units(text[: whole[-1]]) >= limit:
        return text[: whole[-1]].rstrip()
    room = limit - sms_text.units(DOTS)
    place = max((one for one in places if sms_text.units(text[:one]) <= room), default=0)
    kept = text[:place].rstrip(TRAILING)
    return f"{kept}{DOTS}" if kept else ""


def text_of(template: MessageTemplate, values: Values, variable: re.Pattern[str]) -> str:
    """Return the template's text with its variables filled, as the phone will show it.

    `variable` matches one variable in the text, its name as the first group.
    """
    return variable.sub(lambda found: values.get(found[1], found[0]), template.text)
