"""Security warning 防诈骗提示: what swindlers do, what to do, and the operator's promise."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.notices.base import (
    Given,
    Line,
    NoticeKind,
    PayloadField,
    register,
)
from statuspage.settlement.phrases import joined
from statuspage.settlement.values import TEXT
from statuspage.statements.texts import in_language


def promise() -> str:
    """The operator's standing promise (domain.md), which no message may ever break."""
    return _("We never ask by SMS to reply with a number, to pay a deposit or to follow a link.")


def lines(payload: Given, language: str) -> Sequence[Line]:
    """What was declared, and the promise."""
    return [*SECURITY_WARNING.labelled(payload, language), Line(_("Our promise"), promise())]


def brief(payload: Given, language: str) -> str:
    """The promise, and what to do."""
    return joined((promise(), in_language(payload["what_to_do"], language)), language)


SECURITY_WARNING = register(
    NoticeKind(
        name="security_warning",
        label=gettext_lazy("Fraud warning"),
        fields=(
            PayloadField(
                "trick",
                gettext_lazy("What the swindlers do"),
                TEXT,
                help=gettext_lazy("Such as: fake SMS in our name ask you to reply with 1."),
            ),
            PayloadField("what_to_do", gettext_lazy("What you should do"), TEXT),
        ),
        lines=lines,
        brief=brief,
    )
)
