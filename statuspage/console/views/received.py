"""What merchants wrote to us and no program understood."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from notifications.inbox.models import ReceivedText
from notifications.inbox.services import KEPT_FOR, clear_text
from statuspage.console.access import permits
from statuspage.console.wanted import page_of
from statuspage.staff.permissions import Act


@permits(Act.READ_SUBSCRIBERS)
def received_texts(request: HttpRequest) -> HttpResponse:
    """List the texts, newest first, with masked numbers."""
    page = page_of(request, ReceivedText.objects.select_related("address__subscriber"))
    context = {
        "page": page,
        "texts": [(one, clear_text(one)) for one in page],
        "kept_days": KEPT_FOR.days,
    }
    return render(request, "console/received_texts.html", context)
