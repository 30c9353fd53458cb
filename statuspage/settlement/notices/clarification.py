"""Clarification 辟谣澄清: a rumour or a forged notice, quoted; whether it is true, and why."""

from collections.abc import Mapping
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.notices.base import Given, NoticeKind, PayloadField, register
from statuspage.settlement.values import TEXT, choice_of
from statuspage.statements.texts import in_language


class Verdict(TextChoices):
    """What is to be thought of it."""

    FALSE = "false", _("False")
    PARTLY = "partly_true", _("Partly true")
    TRUE = "true", _("True")


# Enough to recognise it by; the page quotes it whole.
QUOTED: Final = 40
SAID: Final[Mapping[str, object]] = {
    Verdict.FALSE: _("It is said: “%(quote)s”. That is false: %(why)s"),
    Verdict.PARTLY: _("It is said: “%(quote)s”. That is only partly true: %(why)s"),
    Verdict.TRUE: _("It is said: “%(quote)s”. That is true: %(why)s"),
}


def brief(payload: Given, language: str) -> str:
    """What is said, whether it is so, and why."""
    quote = " ".join(in_language(payload["quoted"], language).split())
    short = quote if len(quote) <= QUOTED else f"{quote[: QUOTED - 1]}…"
    values = {"quote": short, "why": in_language(payload["why"], language)}
    return str(SAID[payload["verdict"]]) % values


CLARIFICATION = register(
    NoticeKind(
        name="clarification",
        label=_("Clarification"),
        fields=(
            PayloadField(
                "quoted",
                _("What is being said"),
                TEXT,
                help=_("The rumour or the forged notice, word for word."),
            ),
            PayloadField("seen", _("Where it was seen"), TEXT, required=False),
            PayloadField("verdict", _("True or false"), choice_of(Verdict)),
            PayloadField("why", _("Why"), TEXT),
        ),
        brief=brief,
    )
)
