"""The dimensions of an audience in SQL: who belongs to it, and whose attribute is not known."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from statuspage.notices.audience import (
    AGENT_KEYS,
    CODE_LENGTH,
    CYCLE_LENGTH,
    MODEL_LENGTH,
    model_key,
)


class Dimension(NamedTuple):
    """One dimension: its column in a broadcast, and conditions on `p`, the subscriber.

    `of_agents`: it also says which agents get what is for agents; to them the others do not apply,
    because an agent has merchants of every kind.
    """

    column: str
    belongs: str
    unknown: str
    of_agents: bool = False


CATEGORIES: Final = Dimension("categories", "p.category = ANY({b}.categories)", "p.category = ''")
# By the name that it has in the setting and in an audience. An unknown list is null.
NARROWING: Final[Mapping[str, Dimension]] = {
    "products": Dimension("products", "p.products && {b}.products", "p.products IS NULL"),
    "models": Dimension(
        "terminal_models", "p.terminal_models && {b}.terminal_models", "p.terminal_models IS NULL"
    ),
    "cycles": Dimension("cycles", "p.cycles && {b}.cycles", "p.cycles IS NULL"),
    "agent_codes": Dimension(
        "agent_keys", "p.agent_keys && {b}.agent_keys", "p.agent_keys IS NULL", of_agents=True
    ),
    "provinces": Dimension(
        "provinces", "p.province = ANY({b}.provinces)", "p.province = ''", of_agents=True
    ),
}
DIMENSIONS: Final[Mapping[str, Dimension]] = {"categories": CATEGORIES, **NARROWING}


class NarrowedBroadcast(models.Model):
    """The columns of a broadcast that narrow its audience; empty means everyone."""

    products = ArrayField(models.CharField(max_length=CODE_LENGTH), default=list, db_default=[])
    terminal_models = ArrayField(
        models.CharField(max_length=MODEL_LENGTH), default=list, db_default=[]
    )
    cycles = ArrayField(models.CharField(max_length=CYCLE_LENGTH), default=list, db_default=[])
    agent_keys = ArrayField(models.CharField(max_length=16), default=list, db_default=[])
    provinces = ArrayField(models.CharField(max_length=2), default=list, db_default=[])
    # Whether any of these has something in it: to ask each of a million rows one thing, not five.
    narrow = models.BooleanField(default=False, db_default=False)
    # Dimensions of it whose unknown subscribers are left out, by settings.AUDIENCE_UNKNOWN as it
    # was when the broadcast was opened.
    left_out = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    # Of an answer whose recipients are restricted: every version of what it answers. Whoever was
    # sent one of them is sent this, whatever is known of them by now.
    follows = ArrayField(models.BigIntegerField(), default=list, db_default=[])

    class Meta:
        abstract = True


def fits(dimensions: Iterable[str], b: str) -> str:
    """Return SQL for whether a subscriber belongs to a narrow audience by these dimensions."""
    conditions = " AND ".join(fits_one(name, b) for name in dimensions)
    return f"(NOT {b}.narrow OR ({conditions}))"


def was_told(b: str) -> str:
    """Return SQL for whether a subscriber was sent a version of what a broadcast answers.

    Asked of the few who do not belong to its audience by now; at any of their addresses, since
    that one may be stopped by now. What is for agents alone is never sent to somebody who is none
    any more.
    """
    return f"""
        (cardinality({b}.follows) > 0 AND (p.agent OR {b}.agents <> 'only') AND EXISTS (
            SELECT FROM subscribers_address own_address
            JOIN delivery_delivery earlier_delivery
              ON earlier_delivery.address_id = own_address.id
            WHERE own_address.subscriber_id = p.id
              AND earlier_delivery.statement_id = ANY({b}.follows)))
    """


def fits_one(name: str, b: str) -> str:
    """Return SQL for whether a subscriber belongs to the audience by one dimension."""
    one = DIMENSIONS[name]
    return f"""
        (cardinality({b}.{one.column}) = 0
         OR CASE WHEN {one.unknown} THEN '{name}' <> ALL({b}.left_out)
                 ELSE {one.belongs.format(b=b)} END)
    """


def unknown_names(b: str) -> str:
    """Return SQL for the dimensions that restrict the audience and are not known of `p`.

    None where an answer goes to its recipient because of what it answers.
    """
    named = ", ".join(
        f"CASE WHEN cardinality({b}.{one.column}) > 0 AND {one.unknown}"
        f"{'' if one.of_agents else ' AND NOT p.agent'} THEN '{name}' END"
        for name, one in DIMENSIONS.items()
    )
    return f"""
        CASE WHEN {was_told(b)} THEN ARRAY[]::varchar[]
             ELSE array_remove(ARRAY[{named}]::varchar[], NULL) END
    """


OF_AGENTS: Final = [name for name, one in NARROWING.items() if one.of_agents]


def narrowed(audience: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the columns that narrow a broadcast, by an audience as it was published."""
    return {
        "products": tuple(audience.get("products") or ()),
        "terminal_models": tuple(sorted({model_key(one) for one in audience.get("models") or ()})),
        "cycles": tuple(audience.get("cycles") or ()),
        "agent_keys": tuple(audience.get(AGENT_KEYS) or ()),
        "provinces": tuple(audience.get("provinces") or ()),
    }


def left_out(columns: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the dimensions that restrict an audience and whose unknown are not told by policy."""
    return tuple(
        name
        for name, one in DIMENSIONS.items()
        if columns.get(one.column) and not settings.AUDIENCE_UNKNOWN[name]
    )
