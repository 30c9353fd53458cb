"""Why a sign-up is refused: each reason with its sentence and its HTTP status."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class Refusal(StrEnum):
    """Why."""

    MALFORMED = "malformed"
    WRONG = "wrong"
    EXPIRED = "expired"
    USED = "used"
    NOT_SENT_YET = "not_sent_yet"
    TOO_MANY_TRIES = "too_many_tries"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


SENTENCES: Final[Mapping[Refusal, Any]] = {
    Refusal.MALFORMED: _("A code has six digits. Please type all six."),
    Refusal.WRONG: _("That is not the code we sent. Tries left: %(left)d."),
    Refusal.EXPIRED: _("This code has expired. Ask for a new one below."),
    Refusal.USED: _("This code has been used already. Start again to get a new one."),
    Refusal.NOT_SENT_YET: _("The code has not gone out yet. Please wait a moment."),
    Refusal.TOO_MANY_TRIES: _("Too many wrong codes: this request is closed. Please start again."),
    Refusal.RATE_LIMITED: _(
        "Too many codes have been asked for. Nothing was sent; please try again in an hour."
    ),
    Refusal.UNAVAILABLE: _("We cannot send codes at the moment. Please try again in a minute."),
}

STATUS: Final[Mapping[Refusal, int]] = {
    Refusal.TOO_MANY_TRIES: 429,
    Refusal.RATE_LIMITED: 429,
    Refusal.UNAVAILABLE: 503,
}


class Refused(ValidationError):
    """A request was refused, and nothing has changed."""

    def __init__(self, refusal: Refusal, **params: object) -> None:
        super().__init__(SENTENCES[refusal], code=refusal, params=params)
        self.refusal = refusal

    @property
    def status(self) -> int:
        """The HTTP status that fits."""
        return STATUS.get(self.refusal, 400)
