"""A postmortem as it is written: four texts, and what follows from it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import get_default_renderer
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from statuspage.postmortems.content import SECTIONS
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.postmortems.services import (
    ACTION_LENGTH,
    MOST_ACTIONS,
    OWNER_LENGTH,
    SECTION_LENGTH,
    SUMMARY_LENGTH,
    TEXTS,
    Action,
)
from statuspage.statements.forms import TextPairField
from statuspage.statements.texts import Text

BLANK_ROWS: Final = 2


def _section(name: str) -> TextPairField:
    return TextPairField(label=SECTIONS[name], long=True, required=False, max_length=SECTION_LENGTH)


class PostmortemForm(forms.Form):
    """The texts; what is not written yet may stay empty until it is handed over."""

    version = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    summary = TextPairField(
        label=_("In short"),
        help_text=_("Two or three sentences: what it meant for merchants and their money; why."),
        long=True,
        required=False,
        max_length=SUMMARY_LENGTH,
    )
    what = _section("what")
    why = _section("why")
    measures = _section("measures")

    def __init__(self, data: QueryDict | None, postmortem: Postmortem | None) -> None:
        initial: dict[str, Any] = {name: getattr(postmortem, name, {}) for name in TEXTS}
        super().__init__(data, initial=initial | {"version": getattr(postmortem, "version", 0)})
        self.fields["version"].required = False
        rows = [_row(one) for one in open_actions(postmortem)]
        self.actions = ActionRows(data, prefix="actions", initial=rows)

    def texts(self) -> Mapping[str, Text]:
        """What was written, by section; for a form that is valid."""
        return {name: self.cleaned_data[name] or {} for name in TEXTS}

    def is_valid(self) -> bool:
        """Both the texts and the actions."""
        return all([super().is_valid(), self.actions.is_valid()])

    def refuse(self, problem: ValidationError) -> None:
        """Show what the service found wrong, at its field where it names one."""
        self.add_error(None, problem)


class ActionForm(forms.Form):
    """One follow-up action; a row without a text is none."""

    id = forms.IntegerField(required=False, widget=forms.HiddenInput)
    text = TextPairField(label=_("What will be done"), required=False, max_length=ACTION_LENGTH)
    owner = forms.CharField(
        label=_("Who does it (never public)"), required=False, max_length=OWNER_LENGTH
    )
    due = forms.DateField(
        label=_("By when"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    public = forms.BooleanField(label=_("Show it in public"), required=False)


if TYPE_CHECKING:
    _Rows = forms.BaseFormSet[ActionForm]
else:
    _Rows = forms.BaseFormSet


class ActionRows(_Rows):
    """The rows that say something."""

    form = ActionForm
    extra = BLANK_ROWS
    max_num = absolute_max = MOST_ACTIONS
    min_num = 0
    validate_max, validate_min = True, False
    can_delete = can_order = can_delete_extra = edit_only = False
    renderer = get_default_renderer()

    def actions(self) -> list[Action]:
        """For rows that are valid."""
        return [
            Action(
                text=values["text"],
                owner=values["owner"],
                due=values["due"],
                public=values["public"],
                id=values["id"],
            )
            for values in (one.cleaned_data for one in self.forms)
            if values.get("text")
        ]


def open_actions(postmortem: Postmortem | None) -> list[FollowUp]:
    """Those that can still be changed."""
    rows = postmortem.actions.all() if postmortem else ()
    return [one for one in rows if one.done_at is None]


def _row(action: FollowUp) -> dict[str, Any]:
    return {
        "id": action.pk,
        "text": action.text,
        "owner": action.owner,
        "due": action.due,
        "public": action.public,
    }
