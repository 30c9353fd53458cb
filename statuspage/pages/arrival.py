"""The page that answers when the money arrives."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from statuspage.client_ip import client_ip
from statuspage.pages.addresses import statement_path
from statuspage.pages.forms import ArrivalForm
from statuspage.pages.http import public
from statuspage.pages.pace import WINDOW_SECONDS, keeps_pace
from statuspage.settlement.arrival import Answer, Code, Step
from statuspage.settlement.arrival.words import shown
from statuspage.settlement.money import yuan

# What a step's mark looks like; the words say it, the mark only helps.
TONES: Final = {
    Code.SKIPPED: "skipped",
    Code.MAKE_UP_WORKDAY: "settles",
    Code.DELAY: "late",
    Code.DELAY_WITHOUT_DATE: "late",
    Code.NOT_PUBLISHED: "late",
    Code.NO_RULE: "late",
    Code.CORRECTED: "late",
    Code.BY_RULE: "result",
    Code.BACKLOG: "result",
    Code.RESTORED: "settles",
    Code.FEE_WAIVER: "settles",
    Code.FEE_WAIVED: "settles",
}


@dataclass(frozen=True)
class Row:
    """A step with the address of the statement that says so."""

    text: str
    tone: str
    number: int | None
    url: str


@public
def arrival_page(request: HttpRequest) -> HttpResponse:
    """The question, and where it was asked, the answer above it."""
    form = ArrivalForm(request.GET, timezone.now())
    context: dict[str, object] = {"form": form}
    if not form.is_bound:
        return render(request, "pages/arrival.html", context)
    if not keeps_pace("arrival", client_ip(request), settings.ARRIVAL_PER_IP_MINUTE):
        response = render(request, "pages/arrival.html", {**context, "too_fast": True}, status=429)
        response["Retry-After"] = str(WINDOW_SECONDS)
        return response
    if not form.is_valid():
        return render(request, "pages/arrival.html", context, status=400)
    context |= answered(form.answer) | {"known_then": form.cleaned_data["as_of"]}
    return render(request, "pages/arrival.html", context)


def answered(answer: Answer) -> dict[str, object]:
    """What the page shows of an answer."""
    question, charge = answer.question, answer.charge
    names = ("amount", "fee", "waived", "to_receive")
    return {
        "answer": answer,
        "asked_at": shown(question.at),
        "product_name": shown(question.product.name) if question.product else "",
        "sums": {name: yuan(getattr(charge, name)) for name in names} if charge else {},
        "steps": rows(answer.steps),
        "caveats": rows(answer.caveats),
    }


def rows(steps: Iterable[Step]) -> list[Row]:
    """Steps as the page shows them."""
    return [
        Row(
            text=step.text,
            tone=TONES.get(step.code, "plain"),
            number=step.said.number if step.said else None,
            url=statement_path(step.said) if step.said else "",
        )
        for step in steps
    ]
