"""The page of the monthly figures with its charts, and the same as CSV and JSON."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from statuspage.lib.render_cache import present
from statuspage.pages.http import public
from statuspage.transparency.figures import MonthFigures, Ratio
from statuspage.transparency.selectors import monthly_figures

MONTHS_SHOWN: Final = 12
HEIGHT: Final = 40
STEP: Final = 10
# The charts, each with the ratio it draws.
CHARTS: Final[Sequence[tuple[str | Promise, Callable[[MonthFigures], Ratio]]]] = (
    (_("First updates on time"), lambda month: month.first_updates),
    (_("Updates on time"), lambda month: month.updates),
    (_("Notified within 5 minutes"), lambda month: month.told_5_minutes),
    (_("SMS within 5 minutes of publication"), lambda month: month.sms_5_minutes),
    (_("Payout dates met"), lambda month: month.arrivals),
)
# Older ones are in the data.
MONTHS_LISTED: Final = 24

ABOUT: Final = (
    "Computed from the public log alone. Minutes are medians; amounts are in yuan; months are those"
    " of Beijing. The page says how each figure is computed."
)


def charts(months: Sequence[MonthFigures]) -> list[dict[str, object]]:
    """Return the charts that have anything to draw; `months` are newest first."""
    shown = [*reversed(months[:MONTHS_SHOWN])]
    first = MONTHS_SHOWN - len(shown)
    drawn: list[dict[str, object]] = []
    for title, share in CHARTS:
        bars = [_bar(one, share(one), first + n) for n, one in enumerate(shown)]
        counted = [one for one in bars if one["percent"] is not None]
        if counted:
            width = STEP * MONTHS_SHOWN
            drawn.append({"title": title, "bars": bars, "latest": counted[-1], "width": width})
    return drawn


def _bar(month: MonthFigures, share: Ratio, place: int) -> dict[str, object]:
    """Return a month's bar; without a percent where nothing was counted."""
    percent = share.percent
    # A month with 0 percent still shows a bar, unlike one in which nothing was counted.
    height = max(Decimal(1), HEIGHT * percent / 100) if percent is not None else Decimal(0)
    return {
        "month": month.month,
        "percent": percent,
        "x": place * STEP,
        "y": f"{HEIGHT - height:.1f}",
        "height": f"{height:.1f}",
    }


@public
def transparency_page(request: HttpRequest) -> HttpResponse:
    """Show each month, newest first, with how each figure is computed."""
    months = monthly_figures(present())
    context = {
        "months": months[:MONTHS_LISTED],
        "older": len(months) > MONTHS_LISTED,
        "charts": charts(months),
        "height": HEIGHT,
    }
    return render(request, "pages/transparency.html", context)


@public
def data_csv(request: HttpRequest) -> HttpResponse:
    """Return a row a month, newest first; an empty cell is a figure with nothing to count."""
    rows = [row_of(one) for one in monthly_figures(present())]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[*row_of(MonthFigures(""))])
    writer.writeheader()
    writer.writerows(rows)
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")


@public
def data_json(request: HttpRequest) -> HttpResponse:
    """Return the figures as JSON; null where there is nothing to count."""
    rows = [row_of(one) for one in monthly_figures(present())]
    return JsonResponse({"about": ABOUT, "months": rows})


def row_of(month: MonthFigures) -> Mapping[str, Any]:
    """Return one month's figures by name; shares as their two counts."""
    return {
        "month": month.month,
        "incidents": month.incidents,
        "first_update_minutes": month.first_update,
        **_share("first_updates", month.first_updates),
        **_share("updates", month.updates),
        "resolve_minutes": month.resolve,
        "notices": month.notices,
        "notices_corrected": month.corrected,
        **_share("told_within_1_minute", month.told_1_minute),
        **_share("told_within_5_minutes", month.told_5_minutes),
        **_share("sms_within_5_minutes", month.sms_5_minutes),
        "promised_yuan": f"{month.promised:.2f}",
        "paid_yuan": f"{month.paid:.2f}",
        **_share("settlement_dates", month.arrivals),
    }


def _share(name: str, share: Ratio) -> Mapping[str, int]:
    return {f"{name}_kept": share.kept, f"{name}_counted": share.of}
