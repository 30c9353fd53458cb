"""The page of the figures."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from statuspage.once import present
from statuspage.pages.http import public
from statuspage.pages.transparency.charts import HEIGHT, charts
from statuspage.transparency.selectors import monthly_figures

# Older ones are in the data.
MONTHS_LISTED: Final = 24


@public
def transparency_page(request: HttpRequest) -> HttpResponse:
    """Month by month, newest first, with how each figure is computed."""
    months = monthly_figures(present())
    context = {
        "months": months[:MONTHS_LISTED],
        "older": len(months) > MONTHS_LISTED,
        "charts": charts(months),
        "height": HEIGHT,
    }
    return render(request, "pages/transparency.html", context)
