"""The page that calculates when the money of a transaction arrives."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from statuspage.lib.client_ip import client_ip
from statuspage.lib.money import parse_amount, yuan
from statuspage.lib.rate_limits import within_limit
from statuspage.lib.render_cache import present
from statuspage.notices.audience import MerchantCategory
from statuspage.pages.addresses import statement_path
from statuspage.pages.http import public, too_fast
from statuspage.settlement.arrival.answers import Answer, Charge, Step
from statuspage.settlement.arrival.facts import shown
from statuspage.settlement.arrival.selectors import arrival, paid_now
from statuspage.settlement.arrival.ways import ways_to_ask
from statuspage.settlement.arrival.words import Code
from statuspage.settlement.cycles import SHANGHAI
from statuspage.settlement.prices.selectors import current_prices
from statuspage.settlement.prices.words import as_row, fee_words, product_names, who
from statuspage.settlement.rules import EVERY_PRODUCT
from statuspage.statements.texts import CHINESE, in_language

# Any year beyond these is a typing error.
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 12, 31)
OUT_OF_RANGE: Final = _("The year must be from 2000 to 2100.")
IN_RANGE: Final = (
    MinValueValidator(EARLIEST, OUT_OF_RANGE),
    MaxValueValidator(LATEST, OUT_OF_RANGE),
)
MOMENT_IN_RANGE: Final = (
    MinValueValidator(datetime.combine(EARLIEST, time(), SHANGHAI), OUT_OF_RANGE),
    MaxValueValidator(datetime.combine(LATEST, time(), SHANGHAI), OUT_OF_RANGE),
)
CLOCKS: Final = ["%H:%M", "%H:%M:%S"]
MOMENTS: Final = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
# How the customer paid, as far as prices differ by it.
WAYS: Final = ("card", "channel", "mcc")
# The style of a step's mark.
TONES: Final = {
    Code.SKIPPED: "skipped",
    Code.MAKE_UP_WORKDAY: "settles",
    Code.DELAY: "late",
    Code.DELAY_WITHOUT_DATE: "late",
    Code.PAYOUTS_DELAYED: "late",
    Code.NOT_PUBLISHED: "late",
    Code.NOT_IN_CALENDAR: "late",
    Code.NO_RULE: "late",
    Code.CORRECTED: "late",
    Code.BY_RULE: "result",
    Code.BACKLOG: "result",
    Code.RESTORED: "settles",
    Code.FEE_WAIVER: "settles",
    Code.FEE_WAIVED: "settles",
}


# Where a delay decides, or the date is doubtful, the rule's own date is no good news.
OF_THE_RULE: Final = frozenset({Code.BY_RULE, Code.MAKE_UP_WORKDAY})


class AmountFormField(forms.CharField):
    """An amount in yuan, exact."""

    def clean(self, value: Any) -> Decimal | None:
        """Return the amount; None where it was left out."""
        text = super().clean(value)
        return parse_amount(text) if text else None


class ArrivalForm(forms.Form):
    """Category, product and time; all times are Beijing's."""

    category = forms.ChoiceField(
        label=_("You are"),
        choices=MerchantCategory.choices,
        error_messages={
            "required": _("Choose what kind of merchant you are."),
            "invalid_choice": _("Choose a kind of merchant from the list."),
        },
    )
    product = forms.ChoiceField(
        label=_("Payment product"),
        required=False,
        error_messages={"invalid_choice": _("Choose a product from the list.")},
    )
    date = forms.DateField(
        label=_("Transaction date"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=IN_RANGE,
        error_messages={"invalid": _("Enter a date, such as 2025-02-21.")},
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    time = forms.TimeField(
        label=_("Transaction time"),
        required=False,
        input_formats=CLOCKS,
        error_messages={"invalid": _("Enter a time, such as 23:00.")},
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    amount = AmountFormField(
        label=_("Amount in yuan (optional)"),
        required=False,
        max_length=20,
        help_text=_("Also shows the fee and how much of it is waived."),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )
    card = forms.ChoiceField(label=_("Card type"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), required=False)
    mcc = forms.ChoiceField(label=_("MCC group"), required=False)
    as_of = forms.DateTimeField(
        label=_("As known at"),
        required=False,
        input_formats=MOMENTS,
        validators=MOMENT_IN_RANGE,
        help_text=_("Shows the answer you would have got then."),
        error_messages={"invalid": _("Enter a date and time, such as 2025-02-21 15:30.")},
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )

    def __init__(self, asked: Mapping[str, Any], now: datetime) -> None:
        """Build the form from the query `asked`; without a category nothing is asked yet."""
        self.now = local = timezone.localtime(now)
        given = {name: asked.get(name, "") for name in self.base_fields}
        if not given["date"] and not given["time"]:
            # A link may name the category alone; the time is then the present one.
            given |= {"date": f"{local:%Y-%m-%d}", "time": f"{local:%H:%M}"}
        bound = bool(given["category"])
        super().__init__(given if bound else None, initial=None if bound else given)
        language = get_language() or CHINESE
        known = [(code, in_language(name, language)) for code, name in product_names().items()]
        field = self.fields["product"]
        if not known:
            field.widget = forms.HiddenInput()
        if isinstance(field, forms.ChoiceField):
            field.choices = [(EVERY_PRODUCT, _("Any, or not sure")), *known]
        self._offer_ways(given["date"], local)

    def clean(self) -> dict[str, Any]:
        """Require date and time together: at the cut-off a minute decides."""
        cleaned = super().clean() or {}
        for name, missing in (
            ("date", _("Enter the date as well.")),
            ("time", _("Enter the time as well: it may be before or after the cut-off.")),
        ):
            if name not in self.errors and cleaned.get(name) is None:
                self.add_error(name, missing)
        return cleaned

    def _offer_ways(self, asked: str, now: datetime) -> None:
        """Ask how the customer paid as far as a fee of that day, or of today, differs by it."""
        days = {now.date(), _day(asked) or now.date()}
        offered = ways_to_ask(sorted(days))
        for name in WAYS:
            field = self.fields[name]
            if name not in offered:
                del self.fields[name]
            elif isinstance(field, forms.ChoiceField):
                field.choices = [("", _("Any, or not sure")), *offered[name]]

    @property
    def ways(self) -> list[forms.BoundField]:
        """The fields about how the customer paid."""
        return [self[name] for name in WAYS if name in self.fields]

    @property
    def answer(self) -> Answer:
        """The answer, once the form is valid."""
        values = self.cleaned_data
        return arrival(
            values["category"],
            values["product"],
            timezone.make_aware(datetime.combine(values["date"], values["time"])),
            values["amount"],
            values["as_of"],
            **{name: values.get(name) or "" for name in WAYS},
        )


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


@public
def arrival_page(request: HttpRequest) -> HttpResponse:
    """Show the form and, for a valid query, the answer above it."""
    form = ArrivalForm(request.GET, timezone.now())
    context: dict[str, object] = {"form": form, "prices": price_lines(timezone.localdate())}
    if not form.is_bound:
        answers = paid_now(present())
        context["disturbed"] = [one for one in answers if one.late or one.doubtful]
        return render(request, "pages/arrival.html", context)
    if not within_limit("arrival", client_ip(request), settings.ARRIVAL_PER_IP_MINUTE):
        return too_fast(request, "pages/arrival.html", context)
    if not form.is_valid():
        return render(request, "pages/arrival.html", context, status=400)
    context |= answered(form.answer) | {"known_then": form.cleaned_data["as_of"]}
    return render(request, "pages/arrival.html", context)


def price_lines(day: date) -> list[dict[str, object]]:
    """Return each price in force as the page shows it, with the statement behind it."""
    names = product_names()
    return [
        {
            "who": who(row, names),
            "fee": fee_words(row | {"valid_until": until and until.isoformat()}),
            "number": said.number if said else None,
            "url": statement_path(said) if said else "",
        }
        for row, until, said in (
            (as_row(one), one.valid_until, one.statement) for one in current_prices(day)
        )
    ]


def answered(answer: Answer) -> dict[str, object]:
    """Return what the page shows of an answer."""
    question, charge = answer.question, answer.charge
    names = ("amount", "fee", "waived", "payout")
    return {
        "answer": answer,
        "asked_at": shown(question.at),
        "product_name": shown(question.product.name) if question.product else "",
        "sums": {name: yuan(getattr(charge, name)) for name in names} if charge else {},
        "payout_day": due(answer.arrival_date, passed=answer.passed),
        "refund_day": refund_due(charge, question.today) if charge else "",
        "steps": rows(answer.steps, late=answer.late or answer.doubtful),
        "caveats": rows(answer.caveats),
    }


def due(day: date | None, *, passed: bool) -> str:
    """Return by when a payout comes, or was to come."""
    if day is None:
        return str(_("date not yet known"))
    return str(_("was due on %(day)s") if passed else _("on %(day)s")) % {"day": shown(day)}


def refund_due(charge: Charge, today: date) -> str:
    """Return when a refund came, or by when it comes or was to come."""
    if charge.refunded_on:
        return str(_("refunded by %(day)s")) % {"day": shown(charge.refunded_on)}
    day = charge.refunded_by
    if day is None:
        return str(_("date not yet known"))
    return str(_("was due by %(day)s") if day < today else _("by %(day)s")) % {"day": shown(day)}


def rows(steps: Iterable[Step], *, late: bool = False) -> list[dict[str, object]]:
    """Return the steps as the page shows them, each with the statement behind it."""
    tones = {code: tone for code, tone in TONES.items() if not (late and code in OF_THE_RULE)}
    return [
        {
            "text": step.text,
            "tone": tones.get(step.code, "plain"),
            "number": step.said.number if step.said else None,
            "url": statement_path(step.said) if step.said else "",
        }
        for step in steps
    ]
