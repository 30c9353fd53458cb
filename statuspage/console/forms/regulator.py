"""The forms of the regulatory reports: figures, a cause without figures, a case, a report made."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy

from statuspage.console.forms.compose import STALE
from statuspage.console.forms.fields import MomentFormField, offer
from statuspage.incidents.models import Incident
from statuspage.regulator.clock import COUNTED, Duty, Grade, Measure
from statuspage.regulator.models import Estimate
from statuspage.regulator.regimes import CAUSES, Cause, Regime
from statuspage.regulator.services import EVIDENCE_LENGTH, MOST
from statuspage.statements.texts import for_reader

BY_FIGURES: Final = ("", gettext_lazy("Based on the figures"))
NOT_GRADED: Final = ("", gettext_lazy("Not graded yet"))
NOT_CHOSEN: Final = ("", gettext_lazy("Choose a cause"))
# Between the two words of a choice that is one of a regime.
OF: Final = "."


GRADED_AS: Final[Mapping[Regime, Any]] = {
    Regime.PAYMENT: gettext_lazy("Grade as a payment incident"),
    Regime.NETWORK: gettext_lazy("Grade as a network security incident"),
    Regime.LEAK: gettext_lazy("Grade as a leak"),
}


def _figure(measure: Measure) -> forms.IntegerField:
    return forms.IntegerField(label=measure.label, required=False, min_value=0, max_value=MOST)


def _grade(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, required=False, choices=[BY_FIGURES, *Grade.choices])


class EstimateForm(forms.Form):
    """The current estimates; it starts with the latest known figures."""

    transactions = _figure(Measure.TRANSACTIONS)
    records = _figure(Measure.RECORDS)
    customers = _figure(Measure.CUSTOMERS)
    loss = _figure(Measure.LOSS)
    # The page has another field of the name `known_at`.
    since = MomentFormField(
        label=gettext_lazy("Known since"),
        help_text=gettext_lazy("Leave empty if you know it only now."),
        required=False,
    )

    def __init__(self, data: Any, latest: Mapping[Regime, Estimate | None]) -> None:
        known = latest[Regime.PAYMENT]
        figures = {str(name): getattr(known, name, None) for name in COUNTED}
        grades = {_name(one): getattr(latest[one], "grade", "") for one in Regime}
        super().__init__(data, initial=figures | grades)
        for regime, label in GRADED_AS.items():
            self.fields[_name(regime)] = _grade(label)

    @property
    def figures(self) -> dict[str, int | None]:
        """The figures that were entered."""
        return {str(name): self.cleaned_data[name] for name in COUNTED}

    @property
    def grades(self) -> dict[str, str]:
        """The grades that staff decided, by regime."""
        return {str(one): self.cleaned_data[_name(one)] for one in Regime}


def _name(regime: Regime) -> str:
    return f"grade_{regime}"


def _causes() -> list[tuple[Any, Any]]:
    """Return the causes by regime; none is chosen at first, or a leak would be an interruption."""
    groups = [
        (regime.label, [(f"{regime}{OF}{one}", Cause(one).label) for one in causes])
        for regime, causes in CAUSES.items()
    ]
    return [NOT_CHOSEN, *groups]


class StartForm(forms.Form):
    """A cause that starts deadlines without figures."""

    cause = forms.ChoiceField(label=gettext_lazy("Regime and cause"), choices=_causes)
    known_at = MomentFormField(
        label=gettext_lazy("Known since"),
        help_text=gettext_lazy("The deadlines count from then."),
    )
    grade = forms.ChoiceField(
        label=gettext_lazy("Grade"), required=False, choices=[NOT_GRADED, *Grade.choices]
    )
    detail = forms.CharField(
        label=gettext_lazy("What is known"),
        help_text=gettext_lazy("In Chinese: it becomes part of the report."),
        max_length=EVIDENCE_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"known_at": timezone.now()})

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        regime, _of, cause = self.cleaned_data["cause"].partition(OF)
        return {**self.cleaned_data, "regime": regime, "cause": cause}


class CaseForm(StartForm):
    """A case of which nothing is public, with the cause that starts its deadlines."""

    token = forms.UUIDField(
        widget=forms.HiddenInput, error_messages={"required": STALE, "invalid": STALE}
    )
    title = forms.CharField(
        label=gettext_lazy("What it is about"),
        help_text=gettext_lazy("A few words, in Chinese. Staff alone see them."),
        max_length=100,
    )
    field_order = ("token", "title")

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.initial["token"] = uuid4()


class EndForm(forms.Form):
    """When a case was over."""

    at = MomentFormField(
        label=gettext_lazy("Over since"),
        help_text=gettext_lazy("The final report is due from then. Leave empty if it is not over."),
        required=False,
    )


class TieForm(forms.Form):
    """The public incident to which a case belongs."""

    incident = forms.ChoiceField(label=gettext_lazy("Incident"))

    def __init__(self, data: Any, incidents: Iterable[Incident]) -> None:
        super().__init__(data)
        self.incidents = {one.public_id: one for one in incidents}
        known = [
            (name, f"{for_reader(one.name)} · {timezone.localtime(one.started_at):%Y-%m-%d %H:%M}")
            for name, one in self.incidents.items()
        ]
        offer(self, "incident", known)

    @property
    def chosen(self) -> Incident:
        """The incident that was chosen."""
        return self.incidents[self.cleaned_data["incident"]]


class DoneForm(forms.Form):
    """The record of a report: that it was made, when, and the evidence."""

    duty = forms.ChoiceField(label=gettext_lazy("Report"))
    done_at = MomentFormField(label=gettext_lazy("Reported at"))
    evidence = forms.CharField(
        label=gettext_lazy("Evidence"),
        help_text=gettext_lazy(
            "A receipt number or who took the call; or why no report is due, and who decided that."
        ),
        max_length=EVIDENCE_LENGTH,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, data: Any, owed: Iterable[tuple[Regime, Duty]]) -> None:
        super().__init__(data, initial={"done_at": timezone.now()})
        choices = [
            (f"{regime}{OF}{duty}", f"{regime.label} · {duty.label}") for regime, duty in owed
        ]
        offer(self, "duty", choices)

    @property
    def values(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        regime, _of, duty = self.cleaned_data["duty"].partition(OF)
        return {**self.cleaned_data, "regime": regime, "duty": duty}
