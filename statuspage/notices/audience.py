"""The audience of a notice: which merchants it is for, and whether agents get it too."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.lib.merchants import MerchantCategory as MerchantCategory
from statuspage.lib.provinces import province_of
from statuspage.notices.values import CYCLE
from statuspage.statements.choices import clean_choice

# {"categories": [...], "products": [...], "agents": bool}, and, only where they restrict it,
# "models", "cycles", "agent_codes" and "provinces": without them it is as it always was, in what
# was said before they existed as well.
Audience = dict[str, Any]
MOST_PRODUCTS: Final = 50
MOST: Final = 50
MOST_AGENTS: Final = 200
CODE_LENGTH: Final = 30
MODEL_LENGTH: Final = 60
CYCLE_LENGTH: Final = 20
AGENT_LENGTH: Final = 100
# What the levels of the tree of agents are separated by: A01/B02 is below A01.
LEVEL: Final = "/"
SHAPE: Final = _(
    'Enter the audience as {"categories": ["micro"], "products": [], "agents": false}. It may '
    "also have lists of “models”, “cycles”, “agent_codes” and “provinces”."
)
AGENT_CODE: Final = re.compile(r"[A-Z0-9_.-]{1,20}(?:/[A-Z0-9_.-]{1,20}){0,7}", re.ASCII)


# As people write them in their lists.
CATEGORY_WORDS: Final[Mapping[str, str]] = {
    **{one: one for one in MerchantCategory.values},
    **dict.fromkeys(("小微", "小微商户"), str(MerchantCategory.MICRO)),
    **dict.fromkeys(("行业", "行业商户"), str(MerchantCategory.INDUSTRY)),
}


def clean_model(value: str) -> str:
    """Return a terminal model with single spaces and in half width.

    Raises:
        ValidationError: it is empty, too long, or has characters that cannot be stored.
    """
    model = " ".join(unicodedata.normalize("NFKC", value).split())
    if not 0 < len(model) <= MODEL_LENGTH or not model.isprintable():
        raise ValidationError(
            _("Enter a terminal model of at most %(length)d characters."),
            code="model",
            params={"length": MODEL_LENGTH},
        )
    return model


def model_key(model: str) -> str:
    """Return the form in which terminal models are compared; people write d210 and D210.

    Raises:
        ValidationError: as `clean_model` does.
    """
    return clean_model(model).upper()


def clean_agent_code(value: str) -> str:
    """Return an agent's code path in capitals, such as A01/B02: the agent B02 below A01.

    Raises:
        ValidationError: it is no such path.
    """
    levels = unicodedata.normalize("NFKC", value).strip(f"{LEVEL} ").upper().split(LEVEL)
    code = LEVEL.join(map(str.strip, levels))
    if not AGENT_CODE.fullmatch(code) or len(code) > AGENT_LENGTH:
        raise ValidationError(
            _(
                "“%(value)s” is not an agent code. Enter the codes from the top agent down, such "
                "as A01/B02."
            ),
            code="agent_code",
            params={"value": value},
        )
    return code


def clean_province(written: str) -> str:
    """Return a province's code by its code or name.

    Raises:
        ValidationError: there is no such province.
    """
    code = province_of(written)
    if not code:
        raise ValidationError(
            _("Enter a province of mainland China, such as 广东, Guangdong or 44."), code="province"
        )
    return code


def _product(value: str) -> str:
    if not 0 < len(value) <= CODE_LENGTH:
        raise ValidationError(SHAPE, code="shape")
    validate_slug(value)
    return value


# How each list is read, the most there may be, and what it is called where it is refused.
LISTS: Final[Mapping[str, tuple[Callable[[str], Any], int, str | Promise]]] = {
    "categories": (lambda one: clean_choice(MerchantCategory, one), MOST, _("Categories")),
    "products": (_product, MOST_PRODUCTS, _("Products")),
    "models": (clean_model, MOST, _("Terminal models")),
    "cycles": (CYCLE.read, MOST, _("Settlement cycles")),
    "agent_codes": (clean_agent_code, MOST_AGENTS, _("Agents")),
    "provinces": (clean_province, MOST, _("Provinces")),
}
# In place of the codes of agents in what is published (agents.py).
AGENT_KEYS: Final = "agent_keys"
ALWAYS: Final = ("categories", "products")


def in_full(audience: Audience) -> Audience:
    """Return the audience with every list, so that an empty one stays chosen when it is read."""
    return {**{name: [] for name in LISTS}, **audience}


def clean_audience(value: object) -> Audience:
    """Return sorted lists; an empty or missing one means all of them.

    `agents` also sends it to agents (代理商), who answer merchants' questions. `agent_codes` are
    those whose merchants, and agents, it is for: each with everything below it in the tree.

    Raises:
        ValidationError: another shape, an unknown category or province, an impossible product
            code, terminal model, settlement cycle or agent code, or too many of one.
    """
    given: object = {} if value is None else value
    if not isinstance(given, Mapping) or set(given) - {*LISTS, "agents"}:
        raise ValidationError(SHAPE, code="shape")
    agents = given.get("agents") or False
    if not isinstance(agents, bool):
        raise ValidationError(SHAPE, code="shape")
    lists = {name: clean_list(name, given.get(name) or []) for name in LISTS}
    kept = {name: one for name, one in lists.items() if one or name in ALWAYS}
    return {**kept, "agents": agents}


def clean_list(name: str, values: object) -> list[str]:
    """Return one list of an audience; ValidationError as `clean_audience`."""
    read, most, label = LISTS[name]
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise ValidationError(SHAPE, code="shape")
    found = {read(one) for one in values}
    if len(found) > most:
        raise ValidationError(
            _("%(label)s: enter at most %(count)d."),
            code="most",
            params={"label": label, "count": most},
        )
    # A code says all that is below it.
    return sorted(topmost(found) if name == "agent_codes" else found)


def covers(wide: Mapping[str, Any], narrow: Mapping[str, Any]) -> bool:
    """Return whether everyone whom the second audience addresses is addressed by the first.

    Both as published; the codes of agents are compared by their keys, level by level only where
    the same ones are named.
    """
    return all(
        not wide.get(name) or (narrow.get(name) and set(narrow[name]) <= set(wide[name]))
        for name in (*LISTS, AGENT_KEYS)
    )


def topmost(codes: Iterable[str]) -> set[str]:
    """Return the agent codes that are below none of the others."""
    every = set(codes)
    return {one for one in every if every.isdisjoint(ancestry(one)[:-1])}


def ancestry(code: str) -> list[str]:
    """Return an agent's code path and those of the agents above it, from the top down.

    By whole levels: A01 is not above A011. Empty for no code.
    """
    levels = code.split(LEVEL) if code else []
    return [LEVEL.join(levels[:depth]) for depth in range(1, len(levels) + 1)]


def addresses(
    audience: Mapping[str, Any], category: str, product: str, cycle: str | None = None
) -> bool:
    """Return whether a merchant of that category, product and cycle belongs to the audience.

    Without a cycle it is not asked about. Nobody is asked about terminals, agents and provinces
    here: what is for some of them may be for this merchant.
    """
    asked = (("categories", category), ("products", product), ("cycles", cycle))
    return all(
        value is None or not audience.get(name) or value in audience[name] for name, value in asked
    )
