"""The list of notices, narrowed to a merchant category and a kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from statuspage.pages.errors import NotHere
from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import every_kind, notice_kind
from statuspage.statements.choices import clean_choice


@dataclass(frozen=True)
class Choice:
    """What a reader wants to see; empty means everything."""

    category: str
    kind: str

    def narrow(self, found: QuerySet[Notice]) -> QuerySet[Notice]:
        """Those that concern the category, and are of the kind."""
        if self.category:
            everyone = Q(audience__categories=[])
            found = found.filter(everyone | Q(audience__categories__contains=[self.category]))
        return found.filter(kind=self.kind) if self.kind else found

    @property
    def query(self) -> str:
        """The same for an address, to be followed by more."""
        chosen = {name: value for name, value in vars(self).items() if value}
        return f"{urlencode(chosen)}&" if chosen else ""

    @property
    def categories(self) -> Sequence[tuple[str, str | Promise]]:
        """What can be chosen."""
        return [(str(value), label) for value, label in MerchantCategory.choices]

    @property
    def kinds(self) -> Sequence[tuple[str, str | Promise]]:
        """What can be chosen."""
        return [(one.name, one.label) for one in every_kind()]


def read_choice(query: Mapping[str, str]) -> Choice:
    """The choice in an address.

    Raises:
        NotHere: it names a category or a kind that there is not.
    """
    category, kind = query.get("category", ""), query.get("kind", "")
    try:
        if category:
            clean_choice(MerchantCategory, category)
        if kind:
            notice_kind(kind)
    except ValidationError as error:
        raise NotHere(_("There are no notices of that kind.")) from error
    return Choice(category, kind)
