"""Affected transactions: uploading lists of them, and what became of each list."""

import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import Final

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.console.access import decides, may_decide, reads, staff_of
from statuspage.console.export import BOM
from statuspage.console.forms.transactions import WHOLE, UploadForm
from statuspage.console.paging import page_of
from statuspage.settlement.affected.models import Upload
from statuspage.settlement.affected.rows import PROBLEMS
from statuspage.settlement.affected.selectors import uploads
from statuspage.settlement.affected.services import upload_receive

ROWS_AT_ONCE: Final = 2000


@reads
def transaction_uploads(request: HttpRequest) -> HttpResponse:
    """The lists so far, and a form for another one."""
    return _uploads_page(request, UploadForm())


@decides
def transaction_upload(request: HttpRequest) -> HttpResponse:
    """Take in a list; it is read by a worker."""
    if request.method != "POST":
        return _uploads_page(request, UploadForm())
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _uploads_page(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        upload = upload_receive(
            incident_id=form.cleaned_data["incident"],
            name=file.name,
            chunks=file.chunks(),
            whole=form.cleaned_data["mode"] == WHOLE,
            author=staff_of(request),
        )
    except ValidationError as error:
        form.add_error(None, error)
        return _uploads_page(request, form, status=400)
    return redirect("console:transaction_list", upload.public_id)


@reads
def transaction_list(request: HttpRequest, public_id: str) -> HttpResponse:
    """How far a list has been read, and its bad rows."""
    upload = _upload(public_id)
    problems = page_of(request, upload.problems.order_by("line", "pk"))
    context = {"upload": upload, "page": problems}
    response = render(request, "console/transaction_list.html", context)
    if not upload.finished:
        # Without JavaScript: the browser asks again by itself.
        response["Refresh"] = "2"
    return response


@reads
def transaction_problems(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """The bad rows as a spreadsheet; it names lines and columns, never a value."""
    upload = _upload(public_id)
    response = StreamingHttpResponse(_lines(upload), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{upload.public_id}.csv"'
    return response


def _lines(upload: Upload) -> Iterator[str]:
    header = [_("Line"), _("Column"), _("Reason")]
    reasons = {code: str(text) for code, text in PROBLEMS.items()}
    rows = upload.problems.order_by("line", "pk").values_list("line", "column", "code")
    return _written(header, reasons, rows.iterator(chunk_size=ROWS_AT_ONCE))


def _written(
    header: list[str], reasons: dict[str, str], rows: Iterator[tuple[int, str, str]]
) -> Iterator[str]:
    """Words are looked up beforehand: when the lines are read the request is over."""
    yield BOM + _csv([header])
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield _csv([[str(line), column, reasons[code]] for line, column, code in batch])


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _upload(public_id: str) -> Upload:
    return get_object_or_404(uploads(), public_id=public_id)


def _uploads_page(request: HttpRequest, form: UploadForm, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "complain": form.is_bound,
        "page": page_of(request, uploads()),
        "may_upload": may_decide(staff_of(request)),
    }
    return render(request, "console/transaction_uploads.html", context, status=status)
