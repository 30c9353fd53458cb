"""What can be said of a message, and in which words."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Verdict(StrEnum):
    """Whose message it is."""

    GENUINE = "genuine"
    PART = "part"
    CODE = "code"
    ALTERED = "altered"
    SIGN_UP = "sign_up"
    NO_SUCH_CODE = "no_such_code"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Words:
    """A verdict in one line and what to do now; `tone` names a badge's colours and icon."""

    tone: str
    headline: str | Promise
    advice: str | Promise


WORDS: Final[Mapping[Verdict, Words]] = {
    Verdict.GENUINE: Words(
        "operational",
        _("Yes, this message is from us."),
        _("It says word for word what we said."),
    ),
    Verdict.PART: Words(
        "operational",
        _("What you pasted is part of a message from us."),
        _("The whole message is below. Compare the rest before you trust it."),
    ),
    Verdict.CODE: Words(
        "notice",
        _("This code is ours."),
        _(
            "Swindlers can copy a code. Compare your message with the one below, letter by letter,"
            " or paste the whole of it."
        ),
    ),
    Verdict.ALTERED: Words(
        "major_outage",
        _("Careful: the code is ours, but the text is not what we said."),
        _(
            "Do not do what the message asks for. What we really said is below; what is marked in"
            " yours is different."
        ),
    ),
    Verdict.SIGN_UP: Words(
        "notice",
        _("It reads like our message with a code for subscribing."),
        _(
            "We send one only when somebody types a number on our subscription page, and it"
            " belongs to no statement. Was it not you? Then ignore it, and tell the code to nobody."
        ),
    ),
    Verdict.NO_SUCH_CODE: Words(
        "partial_outage",
        _("We have never given out this code."),
        _(
            "Please compare it with your message once more. Where it is the same, the message is"
            " not from us."
        ),
    ),
    Verdict.UNKNOWN: Words(
        "major_outage",
        _("This message is not from us, as far as we can tell."),
        _(
            "It carries no code of ours. Do not reply to it, do not pay anything, and do not open"
            " its link."
        ),
    ),
}
