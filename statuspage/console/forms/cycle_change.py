"""The form of the crisis recipe “T+1 becomes T+N”: the facts, from which every draft is written."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statuspage.console.forms.compose import STALE
from statuspage.console.forms.fields import DayField, MomentFormField, offer
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import check_incident_times
from statuspage.lib.database_clock import database_now
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.kind import notice_kind
from statuspage.notices.values import CYCLE
from statuspage.regulator.services import MOST
from statuspage.settlement.cycle_change.planning import CycleChange, Plan, cycles_in_force, planned
from statuspage.settlement.cycle_change.words import Story, Waiver
from statuspage.settlement.kinds.fee_waiver import Covers
from statuspage.settlement.rules import products
from statuspage.statements.forms import TextPairField
from statuspage.statements.texts import CHINESE, ENGLISH, for_reader
from statuspage.statements.times import whole_minute

COMMON: Final = ("D+1", "T+1")
OWN_COST: Final = {CHINESE: "本公司", ENGLISH: "the company"}
REASON_LENGTH: Final = 1000
NEW_INCIDENT: Final = pgettext_lazy("choice of an incident", "New incident")
REQUIRED: Final = _("This field is required.")


def _checkboxes(label: Any, help_text: Any = "", *, required: bool) -> forms.MultipleChoiceField:
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(
        label=label, help_text=help_text, required=required, widget=widget
    )


class CycleChangeForm(forms.Form):
    """Whose payouts, from which transaction on, the new cycle or day, why, and what else."""

    required_css_class = "required"

    token = forms.UUIDField(
        widget=forms.HiddenInput,
        initial=uuid4,
        error_messages={"required": STALE, "invalid": STALE},
    )
    incident = forms.ChoiceField(
        label=_("Incident"),
        required=False,
        help_text=_("None chosen: a new incident is drafted, which is published first."),
    )
    categories = _checkboxes(_("Merchant category"), required=True)
    cycles = _checkboxes(_("Cycle until now"), required=True)
    products = _checkboxes(
        _("Products"),
        _("None chosen: all products that follow this cycle."),
        required=False,
    )
    since = MomentFormField(
        label=_("Since when"),
        help_text=_(
            "When it was noticed. A new incident starts then, and so do the deadlines of the "
            "regulatory reports."
        ),
    )
    begins = MomentFormField(
        label=_("Transactions from"),
        required=False,
        help_text=_("The first transaction that is late. Leave empty if it is that time."),
    )
    ends = MomentFormField(
        label=_("Transactions until"),
        required=False,
        help_text=_("Leave empty if it is not known yet."),
    )
    new_cycle = forms.CharField(
        label=_("New cycle"),
        required=False,
        max_length=20,
        help_text=_("For example T+5. A temporary rule is drafted, from tomorrow on."),
    )
    arrives_by = DayField(
        label=_("Late payouts arrive by"),
        required=False,
        help_text=_("Leave empty to have it worked out from the new cycle and the calendar."),
    )
    not_known = forms.BooleanField(label=_("The day is not known yet"), required=False)
    reason = TextPairField(
        label=_("Reason"),
        long=True,
        max_length=REASON_LENGTH,
        help_text=_("What happened and what is being done, in a sentence or two."),
    )
    waiver = forms.BooleanField(label=_("Waive fees"), required=False)
    percent = forms.DecimalField(
        label=_("Share of the fee waived, in percent"),
        required=False,
        initial=100,
        min_value=0,
        max_value=100,
    )
    borne_by = TextPairField(label=_("Covered by"), required=False, max_length=100)
    credited_by = DayField(label=_("Refunded by"), required=False)
    regulator = forms.BooleanField(
        label=_("Record figures for the regulator"), required=False, initial=True
    )
    transactions = forms.IntegerField(
        label=_("Transactions affected"), required=False, min_value=0, max_value=MOST
    )

    def __init__(
        self, data: QueryDict | None, *, incidents: Sequence[Incident], chosen: str = ""
    ) -> None:
        """Offer these open incidents; `chosen` is the one to begin with."""
        now = database_now()
        first = {"incident": chosen, "since": now, "borne_by": OWN_COST}
        super().__init__(data, initial=first)
        self.incidents = {one.public_id: one for one in incidents}
        self.plan: Plan | None = None
        known = [(one.public_id, for_reader(one.name)) for one in incidents]
        offer(self, "incident", [("", NEW_INCIDENT), *known])
        offer(self, "categories", MerchantCategory.choices)
        cycles = sorted({*COMMON, *cycles_in_force(timezone.localdate(now), now)})
        offer(self, "cycles", [(one, one) for one in cycles])
        if goods := [(one.code, for_reader(one.name)) for one in products()]:
            offer(self, "products", goods)
        else:
            del self.fields["products"]
        self.fields["incident"].error_messages["invalid_choice"] = _(
            "This incident is no longer open. Choose another, or draft a new one."
        )

    def clean_new_cycle(self) -> str:
        """Return the cycle in its canonical form."""
        written = self.cleaned_data["new_cycle"]
        return str(CYCLE.read(written)) if written else ""

    def clean(self) -> dict[str, Any]:
        """Work out what follows; each refusal appears beside its field."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        self._check_since(values)
        self._check_day_given(values)
        self._check_waiver_given(values)
        if self.errors:
            return values
        try:
            self.plan = planned(_change(values), database_now())
            if values["waiver"]:
                _check_waiver(self.plan, values)
        except ValidationError as error:
            for name, problem in error.error_dict.items():
                self.add_error(name if name in self.fields else None, problem)
        return values

    def story(self) -> Story:
        """Return what is to be said, of a form that is valid."""
        if self.plan is None:
            raise TypeError("this form is not valid")
        values = self.cleaned_data
        waiver = Waiver(
            percent=_percent(values), borne_by=_borne_by(values), credited_by=values["credited_by"]
        )
        return Story(self.plan, values["reason"], waiver if values["waiver"] else None)

    def chosen_incident(self) -> Incident | None:
        """Return the incident that goes on, or None where a new one is drafted."""
        return self.incidents.get(self.cleaned_data["incident"])

    def _check_since(self, values: Mapping[str, Any]) -> None:
        """Refuse what the incident would refuse, or what is before the start of the chosen one."""
        since, incident = values.get("since"), self.incidents.get(values.get("incident", ""))
        if since is None:
            return
        started = whole_minute(incident.started_at) if incident else None
        try:
            check_incident_times(database_now(), started_at=started, detected_at=since)
        except ValidationError as error:
            self.add_error("since", error.messages)

    def _check_day_given(self, values: Mapping[str, Any]) -> None:
        given = [name for name in ("new_cycle", "arrives_by") if values.get(name)]
        wrong = {"new_cycle", "arrives_by"} & set(self.errors)
        if values.get("not_known") and given:
            self.add_error("not_known", _("You have entered a cycle or a day: leave this empty."))
        if not values.get("not_known") and not given and not wrong:
            self.add_error(
                "new_cycle", _("Enter the new cycle or the day, or tick “not known yet”.")
            )

    def _check_waiver_given(self, values: Mapping[str, Any]) -> None:
        if not values.get("waiver"):
            return
        for name in ("percent", "credited_by"):
            if values.get(name) is None and name not in self.errors:
                self.add_error(name, REQUIRED)


def _change(values: Mapping[str, Any]) -> CycleChange:
    return CycleChange(
        categories=values["categories"],
        cycles=values["cycles"],
        products=values.get("products") or (),
        begins=values["begins"] or values["since"],
        ends=values["ends"],
        new_cycle=values["new_cycle"],
        arrives_by=values["arrives_by"],
    )


def waiver_payload(plan: Plan, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the details of the waiver's notice."""
    return {
        "transactions_from": plan.change.begins,
        "transactions_until": plan.known_until,
        "percent_waived": _percent(values),
        "covers": Covers.AFFECTED,
        "borne_by": _borne_by(values),
        "credited_by": values["credited_by"],
    }


def _check_waiver(plan: Plan, values: Mapping[str, Any]) -> None:
    """Refuse what the notice of the waiver would refuse, beside this form's fields."""
    try:
        notice_kind("fee_waiver").clean(waiver_payload(plan, values))
    except ValidationError as error:
        problems = error.error_dict
        names = {"percent_waived": "percent"}
        raise ValidationError(
            {names.get(name, name): problem for name, problem in problems.items()}
        ) from error


def _percent(values: Mapping[str, Any]) -> str:
    share = values["percent"]
    return "" if share is None else format(share.normalize(), "f")


def _borne_by(values: Mapping[str, Any]) -> dict[str, str]:
    return values["borne_by"] or dict(OWN_COST)
