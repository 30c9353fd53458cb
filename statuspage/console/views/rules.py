"""Settlement rules: those that hold today, and every one there was."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from statuspage.console.access import reads
from statuspage.console.paging import page_of
from statuspage.settlement.rules.models import SettlementRule
from statuspage.settlement.rules.selectors import products, rule_history, rules_on


@dataclass(frozen=True)
class Row:
    """A rule, and what its product is called; None where it is for every product."""

    rule: SettlementRule
    product: Mapping[str, str] | None


@reads
def rules(request: HttpRequest) -> HttpResponse:
    """A rule is never edited: a notice adds the next one."""
    page = page_of(request, rule_history())
    context = {
        "holding": _rows(rules_on(timezone.localdate())),
        "page": page,
        "history": _rows(page),
    }
    return render(request, "console/rules.html", context)


def _rows(found: Iterable[SettlementRule]) -> list[Row]:
    names = {one.code: one.name for one in products()}
    return [Row(one, names.get(one.product)) for one in found]
