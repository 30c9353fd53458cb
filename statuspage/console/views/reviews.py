"""The list of what went out at once and waits to be read by a second person."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import may_decide, reads, staff_of, undecided
from statuspage.console.paging import page_of
from statuspage.console.reviews import review, to_review
from statuspage.console.wanted import number_of


@reads
def reviews(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first; POST notes that one was read."""
    if request.method == "POST":
        return _read(request)
    context = {"page": page_of(request, to_review()), "decides": may_decide(staff_of(request))}
    return render(request, "console/reviews.html", context)


def _read(request: HttpRequest) -> HttpResponse:
    staff = staff_of(request)
    if not may_decide(staff):
        return undecided(request)
    number = number_of(request.POST.get("statement", ""))
    statement = get_object_or_404(to_review(), pk=number)
    try:
        review(statement=statement, staff=staff)
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("Statement %(n)s is reviewed.") % {"n": statement.number})
    return redirect("console:reviews")
