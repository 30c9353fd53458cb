"""The statement log, corrections and withdrawals, and reviews by a second person."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from statuspage.approvals.proposals import propose_answer, review, to_review, waiting_about
from statuspage.approvals.rules import approval_of_answer
from statuspage.console.access import permits, reads, staff_of, writes
from statuspage.console.compose import Composition, compose, handed_over, typed
from statuspage.console.forms.answers import ANSWERS, AnswerForm
from statuspage.console.prepared import offered
from statuspage.console.wanted import number_of, page_of
from statuspage.staff.permissions import Act, may
from statuspage.statements.models import Statement


@reads
def log(request: HttpRequest) -> HttpResponse:
    """List every statement with its author, latest first."""
    statements = Statement.objects.select_related("author").order_by("-number")
    return render(request, "console/log.html", {"page": page_of(request, statements)})


@writes
def answer(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Write and publish a correction or a withdrawal."""
    statement = get_object_or_404(Statement, pk=number)
    form = AnswerForm(typed(request), statement=statement, kind=kind)
    title = str(ANSWERS[kind].title) % {"number": number}
    context = {
        "statement": statement,
        "answer": ANSWERS[kind],
        "title": title,
        "waiting": waiting_about(statement),
    }
    needs_two = approval_of_answer(statement).binds(staff_of(request))
    hand_over = partial(_hand_over, form=form) if needs_two else None
    rows = offered(request, form, kind)
    page = Composition(form, "console/answer.html", context, hand_over, templates=rows)
    return compose(request, page)


def _hand_over(request: HttpRequest, *, form: AnswerForm) -> HttpResponse:
    """Submit the answer, and redirect to the page on which a second person reviews it."""
    proposal = propose_answer(
        token=form.cleaned_data["token"],
        act=form.act,
        statement=form.statement,
        staff=staff_of(request),
        **form.given(form.cleaned_data),
    )
    return handed_over(request, proposal)


@permits(Act.READ, post=Act.APPROVE)
def reviews(request: HttpRequest) -> HttpResponseBase:
    """List the statements to review, oldest first; POST marks one as reviewed."""
    if request.method == "POST":
        return _read(request)
    context = {
        "page": page_of(request, to_review()),
        "decides": may(staff_of(request), Act.APPROVE),
    }
    return render(request, "console/reviews.html", context)


def _read(request: HttpRequest) -> HttpResponse:
    number = number_of(request.POST.get("statement", ""))
    statement = get_object_or_404(to_review(), pk=number)
    try:
        review(statement=statement, staff=staff_of(request))
    except ValidationError as error:
        messages.warning(request, " ".join(error.messages))
    else:
        messages.success(request, _("Statement %(n)s is reviewed.") % {"n": statement.number})
    return redirect("console:reviews")
