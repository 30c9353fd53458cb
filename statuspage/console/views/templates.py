"""Starting from words at hand, or from what a monitor reports."""

from django.http import Http404, HttpRequest

from statuspage.console.wanted import number_of
from statuspage.incidents.models import Template
from statuspage.incidents.selectors import templates
from statuspage.monitors.models import SignalDraft
from statuspage.monitors.selectors import drafts


def chosen_template(request: HttpRequest, use: str) -> Template | None:
    """The template the address names; None for a blank form.

    Raises:
        Http404: there is no such template.
    """
    wanted = request.GET.get("template", "")
    if not wanted:
        return None
    # Only ASCII digits of a size that the database's integers hold.
    found = (
        templates(use).filter(pk=int(wanted)).first()
        if wanted.isascii() and wanted.isdigit() and len(wanted) < 10
        else None
    )
    if found is None:
        raise Http404
    return found


def chosen_signal(request: HttpRequest) -> SignalDraft | None:
    """The monitor's draft that the address names; None where it names none.

    Raises:
        Http404: there is no such draft.
    """
    wanted = request.GET.get("signal", "")
    if not wanted:
        return None
    found = drafts().filter(pk=number_of(wanted) or 0).first()
    if found is None:
        raise Http404
    return found
