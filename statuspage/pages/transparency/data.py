"""The figures for machines: CSV and JSON, the same rows."""

import csv
import io
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, JsonResponse

from statuspage.once import present
from statuspage.pages.http import public
from statuspage.transparency.figures import Month, Share
from statuspage.transparency.selectors import monthly_figures

ABOUT: Final = (
    "Computed from the public log alone. Minutes are medians; amounts are in yuan; months are those"
    " of Beijing. The page says how each figure is computed."
)


@public
def data_csv(request: HttpRequest) -> HttpResponse:
    """A row a month, newest first; an empty cell is a figure of which there is nothing to count."""
    rows = [row_of(one) for one in monthly_figures(present())]
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=[*row_of(Month(""))])
    writer.writeheader()
    writer.writerows(rows)
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8")


@public
def data_json(request: HttpRequest) -> HttpResponse:
    """The same; null where there is nothing to count."""
    rows = [row_of(one) for one in monthly_figures(present())]
    return JsonResponse({"about": ABOUT, "months": rows})


def row_of(month: Month) -> Mapping[str, Any]:
    """One month's figures by name; shares as the two counts that they are made of."""
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


def _share(name: str, share: Share) -> Mapping[str, int]:
    return {f"{name}_kept": share.kept, f"{name}_counted": share.of}
