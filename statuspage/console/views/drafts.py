"""What someone has begun to write, and what they threw away."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from statuspage.console.access import staff_of, writes
from statuspage.console.paging import page_of
from statuspage.console.writing import discarded_by, draft_discard, draft_restore, drafts_of

# So many of those thrown away are offered to be fetched back.
SHOWN = 20


@writes
def drafts(request: HttpRequest) -> HttpResponse:
    """One's own drafts."""
    staff = staff_of(request)
    context = {
        "page": page_of(request, drafts_of(staff)),
        "discarded": discarded_by(staff)[:SHOWN],
        "keep_days": settings.DRAFTS_KEEP_DAYS,
    }
    return render(request, "console/drafts.html", context)


@writes
@require_POST
def draft_throw_away(request: HttpRequest, number: int) -> HttpResponse:
    """Throw one's own away."""
    draft_discard(get_object_or_404(drafts_of(staff_of(request)), pk=number))
    messages.info(request, _("Thrown away. For a day it can be fetched back, below."))
    return redirect("console:drafts")


@writes
@require_POST
def draft_fetch_back(request: HttpRequest, number: int) -> HttpResponse:
    """Fetch it back and go on."""
    draft = get_object_or_404(discarded_by(staff_of(request)), pk=number)
    draft_restore(draft)
    return redirect(draft.address)
