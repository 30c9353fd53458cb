"""Security warning 防诈骗提示: how the scam works, what to do, and the operator's promise."""

from collections.abc import Sequence
from typing import Final

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Line, Payload, PayloadField
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.values import TEXT
from statuspage.statements.texts import for_reader

# The operator's standing promise (domain.md), which no message may ever break.
PROMISE: Final = _(
    "We never ask you by SMS to reply with a number, pay a deposit or follow a link."
)


@register
class SecurityWarning(NoticeKind):
    """Describes a fraud, and repeats the operator's promise."""

    name = "security_warning"
    label = _("Fraud warning")
    fields = (
        PayloadField(
            "trick",
            _("How the scam works"),
            TEXT,
            help=_("For example: fake SMS in our name ask you to reply with 1."),
        ),
        PayloadField("what_to_do", _("What you should do"), TEXT),
    )

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the fields, and the promise."""
        return [*super().lines(payload), Line(_("Our promise"), PROMISE)]

    def brief(self, payload: Payload) -> Sequence[str]:
        """Say the promise, and what to do."""
        return str(PROMISE), for_reader(payload["what_to_do"])
