"""The rules of whoever publishes with prepared words and asks nobody."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.incidents.models import Template
from statuspage.incidents.moments import Moment
from statuspage.monitors.models import SignalRule
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may


def check_rule_words(template: Template, by: Staff, wanted: Template | None) -> None:
    """Raise ValidationError where a rule's words must not be changed so, or not by this person.

    Only administrators let a rule publish by itself: so only they change what it then says.
    """
    rules = SignalRule.objects.filter(template=template)
    names = {"rules": ", ".join(rule.name for rule in rules)}
    if not rules:
        return
    if wanted is None or wanted.use != Moment.OPENED:
        raise ValidationError(
            _("These signal rules use it: %(rules)s. Give them another template first."),
            code="used",
            params=names,
        )
    for rule in (one for one in rules if one.auto_publish):
        if not may(by, Act.REFERENCE_DATA):
            raise ValidationError(
                _(
                    "A signal rule publishes these words without confirmation (%(rules)s): only "
                    "administrators may change them. Copy the template to make one of your own."
                ),
                code="role",
                params=names,
            )
        rule.check_words(wanted)
