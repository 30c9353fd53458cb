"""Files of subscribers: uploading one, and how far it has been read."""

import csv
import io
from collections.abc import Iterator

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from notifications.subscribers.models import Import
from notifications.subscribers.services.uploads import import_receive
from statuspage.console.access import decides, reads, staff_of
from statuspage.console.export import BOM
from statuspage.console.forms.subscribers import ImportForm
from statuspage.console.paging import page_of


@decides
def subscriber_import(request: HttpRequest) -> HttpResponse:
    """Take in a file; it is read by a worker."""
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            found = import_receive(name=file.name, chunks=file.chunks(), staff=staff_of(request))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("console:subscriber_upload", found.public_id)
    context = {"form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/subscriber_import.html", context, status=status)


@reads
def subscriber_upload(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a file has been read, and what is wrong with which lines."""
    found = get_object_or_404(Import, public_id=public_id)
    context = {"upload": found, "page": page_of(request, found.problems.all())}
    response = render(request, "console/subscriber_upload.html", context)
    if not found.finished:
        # Without JavaScript: the browser asks again by itself.
        response["Refresh"] = "2"
    return response


@reads
def subscriber_problems(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The bad lines as a spreadsheet; it names lines and columns, never a value."""
    found = get_object_or_404(Import, public_id=public_id)
    response = StreamingHttpResponse(
        _lines(found, get_language() or ""), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="problems-{found.public_id}.csv"'
    return response


def _lines(upload: Import, language: str) -> Iterator[str]:
    """In the reader's language: when the lines are read the request is over."""
    with override(language):
        yield BOM + _csv([_("Line"), _("Column"), _("Reason")])
        for line, column, message in upload.problems.values_list("line", "column", "message"):
            yield _csv([str(line), column, _(message)])


def _csv(row: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(row)
    return text.getvalue()
