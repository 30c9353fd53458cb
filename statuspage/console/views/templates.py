"""Starting from words at hand."""

from django.http import Http404, HttpRequest

from statuspage.incidents.models import Template
from statuspage.incidents.selectors import templates


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
