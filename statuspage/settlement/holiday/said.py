"""What a holiday's table says of several kinds of merchants at once: each fact a single time."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from statuspage.lib.merchants import MerchantCategory
from statuspage.notices.phrases import listed
from statuspage.settlement.holiday.groups import Alike, KindOfMerchant, Names, by_every_date
from statuspage.settlement.holiday.table import Column

BRIEFLY: Final[Mapping[str, str | Promise]] = {
    MerchantCategory.MICRO: pgettext_lazy("merchants, in few words", "micro"),
    MerchantCategory.INDUSTRY: pgettext_lazy("merchants, in few words", "industry"),
}


@dataclass(frozen=True)
class Said:
    """Cycles that arrive alike, and whose they are; without kinds they are every merchant's."""

    label: str
    kinds: tuple[str, ...]
    columns: tuple[Column, ...] = ()

    @property
    def who(self) -> str:
        """Whose cycle it is, for a sentence."""
        if not self.kinds:
            return self.label
        kinds = listed(str(MerchantCategory(one).label) for one in self.kinds)
        return pgettext("whose cycle", "%(who)s %(cycle)s") % {"who": kinds, "cycle": self.label}

    @property
    def cutoff(self) -> str:
        """The cut-off that all its columns have; empty where they have none, or several."""
        cutoffs = {one.cutoff for one in self.columns}
        return cutoffs.pop() if len(cutoffs) == 1 else ""

    @property
    def who_briefly(self) -> str:
        """The same in few words."""
        if not self.kinds:
            return self.label
        between = pgettext("between kinds of merchants", " and ")
        kinds = between.join(str(BRIEFLY[one]) for one in self.kinds)
        return pgettext("in few words", "%(who)s %(cycle)s") % {"who": kinds, "cycle": self.label}


def changed(
    kinds: Sequence[KindOfMerchant], names: Names, key: Alike = by_every_date
) -> list[Said]:
    """Return what the holiday changes, each with the merchants for whom it does so alike."""
    alike: dict[tuple[str, Hashable], list[tuple[str, tuple[Column, ...]]]] = {}
    for kind in kinds:
        for group in kind.changed:
            said = group.said(names), key(group.column)
            alike.setdefault(said, []).append((kind.category, group.columns))
    return [
        Said(label, _named(kinds, [of for of, _columns in found]), _all(found))
        for (label, _alike), found in alike.items()
    ]


def usual(kinds: Sequence[KindOfMerchant], names: Names) -> list[Said]:
    """Return what goes on as usual: first what does so for every kind of merchant."""
    alike: dict[str, list[str]] = {}
    for kind in kinds:
        for name in dict.fromkeys(name for one in kind.usual for name in one.named(names)):
            alike.setdefault(name, []).append(kind.category)
    by_kind: dict[tuple[str, ...], list[str]] = {}
    for name, of in alike.items():
        by_kind.setdefault(tuple(of), []).append(name)
    found = [Said(listed(labels), _named(kinds, of)) for of, labels in by_kind.items()]
    return sorted(found, key=lambda one: bool(one.kinds))


def _named(kinds: Sequence[KindOfMerchant], of: Sequence[str]) -> tuple[str, ...]:
    """Return these categories; none where they are all of the table's."""
    return () if len(of) == len(kinds) else tuple(of)


def _all(found: Iterable[tuple[str, tuple[Column, ...]]]) -> tuple[Column, ...]:
    return tuple(one for _category, columns in found for one in columns)
