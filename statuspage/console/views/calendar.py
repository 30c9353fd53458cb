"""The settlement calendar by year, and the settlement rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from statuspage.approvals.proposals import waiting
from statuspage.calendar.models import CalendarProfile, CalendarYear
from statuspage.calendar.selectors import calendar_of, profiles, years
from statuspage.console.access import reads
from statuspage.console.sheets import FIRST_YEAR, LAST_YEAR, WEEKDAYS, months, special_runs
from statuspage.console.wanted import page_of
from statuspage.settlement.models import Price, SettlementRule
from statuspage.settlement.prices.selectors import current_prices
from statuspage.settlement.prices.words import as_row, fee_words, product_names, who
from statuspage.settlement.rule_change import terms_of
from statuspage.settlement.rule_words import terms_said
from statuspage.settlement.rules import products, rule_history, rules_on


@dataclass(frozen=True)
class CalendarRequest:
    """The profile and the year in the query string."""

    profile: CalendarProfile
    year: int

    @property
    def row(self) -> CalendarYear | None:
        """The year's row, if there is one."""
        return years(self.profile.code).filter(year=self.year).first()

    def address(self, name: str, year: int | None = None) -> str:
        """Return the URL of one of the calendar's pages, for the same profile."""
        return f"{reverse(f'console:{name}')}?profile={self.profile.code}&year={year or self.year}"

    def context(self) -> dict[str, Any]:
        """Return the template context that every calendar page needs."""
        known = calendar_of(self.profile.code)
        loaded = self.year in known.years
        return {
            "profiles": profiles(),
            "profile": self.profile,
            "year": self.year,
            "row": self.row,
            "loaded": loaded,
            "early": self.year < max(known.years, default=self.year),
            "runs": special_runs(known, self.year) if loaded else [],
            "months": months(known, self.year) if loaded else [],
            "weekdays": WEEKDAYS,
            "previous": self.address("calendar", self.year - 1),
            "next": self.address("calendar", self.year + 1),
            "waiting": waiting().filter(kind="calendar_change"),
            "here": self.address("calendar"),
            "holidays": f"{reverse('console:holidays')}?year={self.year}",
            "load": self.address("calendar_load"),
            "review": self.address("calendar_review"),
        }


@reads
def calendar(request: HttpRequest) -> HttpResponse:
    """Show a year of a profile."""
    return render(request, "console/calendar.html", asked_of(request).context())


def asked_of(request: HttpRequest) -> CalendarRequest:
    """Return the requested profile and year, by default the domestic profile and this year."""
    code = request.GET.get("profile", "domestic")
    profile = profiles().filter(code=code).first() if "\x00" not in code else None
    written = request.GET.get("year", str(timezone.localdate().year))
    year = int(written) if written.isascii() and written.isdigit() and len(written) == 4 else 0
    if profile is None or not FIRST_YEAR <= year <= LAST_YEAR:
        raise Http404
    return CalendarRequest(profile, year)


@reads
def rules(request: HttpRequest) -> HttpResponse:
    """Show the settlement rules in force and their history."""
    page = page_of(request, rule_history())
    context = {
        "holding": _rows(rules_on(timezone.localdate())),
        "prices": [_price_row(one) for one in current_prices(timezone.localdate())],
        "page": page,
        "history": _rows(page),
    }
    return render(request, "console/rules.html", context)


def _price_row(price: Price) -> dict[str, Any]:
    """Return a price in words, with its percentage in basis points too."""
    row = as_row(price)
    points = f"{(price.percent * 100).normalize():f}"
    return {
        "price": price,
        "who": who(row, product_names()),
        "fee": fee_words(row),
        "points": points,
    }


def _rows(found: Iterable[SettlementRule]) -> list[dict[str, Any]]:
    """Return each rule with its terms in words, and its product's name.

    The name is None where the rule is for every product.
    """
    names = {one.code: one.name for one in products()}
    return [
        {"rule": one, "product": names.get(one.product), "terms": terms_said(terms_of(one))}
        for one in found
    ]
