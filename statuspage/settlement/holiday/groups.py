"""Who is in a holiday's columns: merchants of one kind whose money arrives alike, side by side."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from statuspage.lib.merchants import MerchantCategory
from statuspage.notices.cycles import say_cycle
from statuspage.notices.phrases import listed
from statuspage.settlement.holiday.table import Column, Schedule

# A product's name in the active language, by its code.
Names = Mapping[str, str]
# What columns have in common that are said together.
Alike = Callable[[Column], Hashable]


@dataclass(frozen=True)
class Member:
    """A cycle of one kind of merchant, and its products; an empty code is every other product.

    `apart` are the products of the same cycle whose money arrives on other days.
    """

    cycle: str
    products: tuple[str, ...]
    apart: tuple[str, ...] = ()

    def said(self, names: Names) -> str:
        """Return the cycle, and whose it is where it is not all products'."""
        cycle = say_cycle(self.cycle)
        if "" not in self.products:
            named = listed(names.get(one, one) for one in self.products)
            said = pgettext("a cycle of some products", "%(cycle)s (%(products)s)")
            return said % {"cycle": cycle, "products": named}
        if self.apart:
            named = listed(names.get(one, one) for one in self.apart)
            return _("%(cycle)s (without %(products)s)") % {"cycle": cycle, "products": named}
        return cycle

    def named(self, names: Names) -> list[str]:
        """Return the products' names, which say enough of what goes on as usual; or the cycle."""
        if "" in self.products:
            return [say_cycle(self.cycle)]
        return [names.get(one, one) for one in self.products]


@dataclass(frozen=True)
class Group:
    """Columns of one kind of merchant that are alike, with the cycles they are of."""

    columns: tuple[Column, ...]
    members: tuple[Member, ...]

    @property
    def column(self) -> Column:
        """One of the columns, which are alike."""
        return self.columns[0]

    @property
    def cycles(self) -> set[str]:
        """The cycles it is of."""
        return {one.cycle for one in self.members}

    def said(self, names: Names) -> str:
        """Return its cycles, and whose they are."""
        return listed(one.said(names) for one in self.members)


@dataclass(frozen=True)
class KindOfMerchant:
    """A category's groups that the holiday changes, and all of it that goes on as usual."""

    category: str
    changed: tuple[Group, ...]
    usual: tuple[Member, ...]

    @property
    def label(self) -> str:
        """The category's name."""
        return str(MerchantCategory(self.category).label)


def by_every_date(column: Column) -> Hashable:
    """Return all that a column says: only columns that agree on every date are alike."""
    return column.arrivals, column.paid_out


def kinds_of_merchant(schedule: Schedule, key: Alike = by_every_date) -> Sequence[KindOfMerchant]:
    """Return every category that the table has merchants of, in the usual order."""
    found = [_kind(category, schedule, key) for category in MerchantCategory.values]
    return [one for one in found if one.changed or one.usual]


def _kind(category: str, schedule: Schedule, key: Alike) -> KindOfMerchant:
    alike: dict[Hashable, list[Column]] = {}
    for column in schedule.columns:
        if _products(column, category) and not column.as_usual:
            alike.setdefault(key(column), []).append(column)
    usual = [one for one in schedule.columns if one.as_usual and _products(one, category)]
    everything = [column for columns in alike.values() for column in columns]
    return KindOfMerchant(
        category,
        changed=tuple(_group(columns, category, everything) for columns in alike.values()),
        usual=tuple(_members(usual, category, everything)),
    )


def _group(columns: Sequence[Column], category: str, everything: Sequence[Column]) -> Group:
    others = [one for one in everything if one not in columns]
    return Group(tuple(columns), tuple(_members(columns, category, others)))


def _members(
    columns: Iterable[Column], category: str, others: Iterable[Column]
) -> Iterable[Member]:
    """Return the columns' members by cycle; `others` are the columns that do not agree."""
    of: dict[str, list[str]] = {}
    for column in columns:
        of.setdefault(column.cycle, []).extend(_products(column, category))
    apart: dict[str, list[str]] = {}
    for column in others:
        apart.setdefault(column.cycle, []).extend(_products(column, category))
    for cycle, products in of.items():
        named = [one for one in apart.get(cycle, []) if one]
        yield Member(cycle, tuple(dict.fromkeys(products)), tuple(dict.fromkeys(named)))


def _products(column: Column, category: str) -> list[str]:
    return [product for of, product in column.merchants if of == category]
