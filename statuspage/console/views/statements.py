"""The log, and answering what stands in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from statuspage.console.access import reads, writes
from statuspage.console.compose import Composition, compose, typed
from statuspage.console.forms.answers import ANSWERS, AnswerForm
from statuspage.console.paging import page_of
from statuspage.statements.models import Statement


@reads
def log(request: HttpRequest) -> HttpResponse:
    """Everything that was said, the latest first, with who said it."""
    statements = Statement.objects.select_related("author").order_by("-number")
    return render(request, "console/log.html", {"page": page_of(request, statements)})


@writes
def answer(request: HttpRequest, number: int, kind: str) -> HttpResponse:
    """Write and publish an answer of that kind."""
    statement = get_object_or_404(Statement, pk=number)
    form = AnswerForm(typed(request), statement=statement, kind=kind)
    title = str(ANSWERS[kind].title) % {"number": number}
    context = {"statement": statement, "answer": ANSWERS[kind], "title": title}
    return compose(request, Composition(form, "console/answer.html", context))
