"""What is odd about a notice, or found in its words, and its author's word that it is right."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.carrier_words.findings import SmsFinding, sms_findings
from statuspage.console.forms.compose import ComposeForm
from statuspage.console.forms.short import ShortWordsForm
from statuspage.notices.generated import NO_REASON, REASON_LENGTH

# Any number will do: no words depend on it.
FIRST: Final = 1


class ExplainedForm(ComposeForm):
    """A form whose warnings must be confirmed before publishing, and whose findings explained."""

    confirmed = forms.BooleanField(label=_("Publish anyway"), required=False)
    confirmed_reason = forms.CharField(
        label=_("Why the text is right"),
        required=False,
        max_length=REASON_LENGTH,
        help_text=_("Kept in the audit log, and shown to whoever approves the notice."),
    )

    # Unusual but possible values, and what the words say that the details do not.
    warnings: Sequence[str] = ()
    findings: Sequence[str] = ()
    # How what was typed in is read and drawn: for its author to see, not to confirm.
    notes: Sequence[str] = ()

    @cached_property
    def refused_words(self) -> Sequence[SmsFinding]:
        """What carriers would refuse in its SMS, once it is sent."""
        if not self.is_bound:
            return ()
        return [one for one in sms_findings(self.draft(FIRST)) if one.refused]

    def is_ready(self) -> bool:
        """Return True when the form is complete, and its warnings and findings are confirmed."""
        ready = super().is_ready()
        odd = bool(self.warnings or self.findings or self.refused_words)
        if unconfirmed := odd and not self.cleaned_data.get("confirmed"):
            self.add_error("confirmed", _("Please tick the box to confirm, or change the notice."))
        if unexplained := bool(self.findings) and not self.cleaned_data.get("confirmed_reason"):
            self.add_error("confirmed_reason", NO_REASON)
        return ready and not unconfirmed and not unexplained


class ConfirmedForm(ExplainedForm, ShortWordsForm):
    """Such a form whose statement may have shorter words."""
