"""Uploaded files of subscribers and of affected transactions, and their progress."""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from notifications.subscribers.models import Import
from statuspage.console.access import permits, reads, staff_of
from statuspage.console.bounded import lists_up_to
from statuspage.console.export import BOM, written
from statuspage.console.forms.fields import offer
from statuspage.console.forms.subscribers import ImportForm
from statuspage.console.wanted import page_of
from statuspage.incidents.selectors import incidents
from statuspage.lib.body_limits import takes_bodies
from statuspage.settlement.affected.rows import HEADINGS
from statuspage.settlement.affected.selectors import uploads
from statuspage.settlement.affected.services import upload_receive
from statuspage.settlement.models import Upload
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may
from statuspage.statements.texts import ENGLISH, for_reader
from statuspage.uploads.models import AbstractUpload

WHOLE: Final = "whole"
GOOD: Final = "good"
INCIDENTS_OFFERED: Final = 100


class UploadForm(forms.Form):
    """An upload: the owner of the transactions, the file, and what to do if some rows are bad."""

    incident = forms.ChoiceField(label=gettext_lazy("Incident"))
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        help_text=gettext_lazy(
            "Columns: merchant, reference, phone (last four digits on file), category, time, "
            "amount, state (pending or settled), settled_at, fee_waived. Chinese headings "
            "such as 商户号 and files saved by Chinese Excel also work."
        ),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("If some rows have errors"),
        choices=[
            (WHOLE, gettext_lazy("Import nothing, I'll fix the file")),
            (GOOD, gettext_lazy("Import the valid rows")),
        ],
        initial=WHOLE,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (one.public_id, f"{one.started_at:%Y-%m-%d} {for_reader(one.name)}")
            for one in incidents()[:INCIDENTS_OFFERED]
        ]
        # Not the latest incident: the transactions of another would be shown under it.
        offer(self, "incident", [("", gettext_lazy("Please choose")), *choices])

    def receive(self, author: Staff) -> Upload:
        """Store the file."""
        file = self.cleaned_data["file"]
        return upload_receive(
            incident_id=self.cleaned_data["incident"],
            name=file.name,
            chunks=file.chunks(),
            whole=self.cleaned_data["mode"] == WHOLE,
            author=author,
        )


MODELS: Final[dict[str, type[AbstractUpload]]] = {
    "subscriber_upload": Import,
    "transaction_list": Upload,
}


@takes_bodies(lists_up_to("IMPORT_MAX_MB", Act.IMPORT_SUBSCRIBERS))
@permits(Act.IMPORT_SUBSCRIBERS)
def subscriber_import(request: HttpRequest) -> HttpResponse:
    """Upload a list of subscribers."""
    form = ImportForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if found := _taken_in(request, form):
        return redirect("console:subscriber_upload", found.public_id)
    context = {"form": form, "complain": form.is_bound}
    status = 400 if form.is_bound else 200
    return render(request, "console/subscriber_import.html", context, status=status)


@reads
def transaction_uploads(request: HttpRequest) -> HttpResponse:
    """Show the lists of transactions so far, and a form for another one."""
    return _uploads_page(request, UploadForm())


@takes_bodies(lists_up_to("TRANSACTIONS_MAX_MB", Act.UPLOAD_TRANSACTIONS))
@permits(Act.UPLOAD_TRANSACTIONS)
def transaction_upload(request: HttpRequest) -> HttpResponse:
    """Upload a list of transactions."""
    form = UploadForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if found := _taken_in(request, form):
        return redirect("console:transaction_list", found.public_id)
    return _uploads_page(request, form)


@reads
def progress(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Show how far a file has been read, and its bad rows."""
    found = get_object_or_404(MODELS[kind], public_id=public_id)
    page = page_of(request, found.problems.all())
    for one in page:
        one.column = _heading(kind, one.column)
    context = {"upload": found, "page": page}
    response = render(request, f"console/{kind}.html", context)
    if not found.finished:
        # Without JavaScript: the browser asks again by itself.
        response["Refresh"] = "2"
    return response


@reads
def problems(request: HttpRequest, public_id: str, kind: str) -> HttpResponse:
    """Return the bad rows as a spreadsheet with their lines and columns, without any value."""
    found = get_object_or_404(MODELS[kind], public_id=public_id)
    rows = found.problems.values_list("line", "column", "message")
    lines = [[_("Line"), _("Column"), _("Reason")]]
    lines += ([str(line), _heading(kind, column), _(message)] for line, column, message in rows)
    response = HttpResponse(BOM + written(lines), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="problems-{found.public_id}.csv"'
    return response


def _heading(kind: str, column: str) -> str:
    """Return a column as Chinese lists head it; in English, and for subscribers, by its name."""
    if kind != "transaction_list" or get_language() == ENGLISH:
        return column
    return next((heading for heading, one in HEADINGS.items() if one == column), column)


def _taken_in(request: HttpRequest, form: ImportForm | UploadForm) -> AbstractUpload | None:
    """Store the file of a valid form and return it; return None for an invalid form."""
    if form.is_valid():
        try:
            return form.receive(staff_of(request))
        except ValidationError as error:
            form.add_error(None, error)
    return None


def _uploads_page(request: HttpRequest, form: UploadForm) -> HttpResponse:
    context = {
        "form": form,
        "complain": form.is_bound,
        "page": page_of(request, uploads()),
        "may_upload": may(staff_of(request), Act.UPLOAD_TRANSACTIONS),
    }
    status = 400 if form.is_bound else 200
    return render(request, "console/transaction_uploads.html", context, status=status)
