"""Six-digit codes: made and sent by a worker, never twice for one request, checked, refused."""

import hmac
import re
import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta
from enum import Enum
from itertools import groupby
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from notifications.channels.base import Note
from notifications.channels.outcomes import Failed, NotSent, Outcome
from notifications.subscribers.models import SignUp
from notifications.subscribers.selectors import clear_address
from statuspage.lib.database_clock import database_now
from statuspage.statements.texts import in_language

DIGITS: Final = 6
SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
BETWEEN_DIGITS: Final = re.compile(r"[\s-]+")
# Nobody waits longer for a code; one that comes later would only be alarming.
WORTH_SENDING_FOR: Final = timedelta(minutes=2)
BATCH: Final = 100
# Sends notes, each to one address, on a medium, and returns their outcomes in the same order.
# Delivery, which knows providers and budget, sets it.
Door = Callable[[str, Sequence[tuple[str, Note]]], Sequence[Outcome]]
_DOORS: Final[list[Door]] = []
# A message says what its code is for, so that nobody enters it for something else.
CODE_FOR: Final = {
    SignUp.Purpose.SUBSCRIBE: _(
        "Your code is %(code)s, valid for %(minutes)d minutes. It is for service notices "
        "only: do not share it."
    ),
    SignUp.Purpose.MANAGE: _(
        "Your code is %(code)s, valid for %(minutes)d minutes. It lets you change or erase "
        "your subscription: do not share it."
    ),
    SignUp.Purpose.LOOKUP: _(
        "Your code is %(code)s, valid for %(minutes)d minutes. It lets you look up your "
        "transactions: do not share it."
    ),
    SignUp.Purpose.STAFF: _(
        "Your code is %(code)s, valid for %(minutes)d minutes. It is for test messages to your own "
        "address only: do not share it."
    ),
}


class SignupRefusal(Enum):
    """Reason for refusing a sign-up: what people read, and the status of the answer."""

    MALFORMED = _("Enter all six digits of the code."), 400
    WRONG = _("Wrong code. Tries left: %(left)d."), 400
    EXPIRED = _("This code has expired. Request a new one below."), 400
    USED = _("This code has already been used. Start again to get a new one."), 400
    NOT_SENT_YET = _("The code has not been sent yet. Please wait a moment."), 400
    TOO_MANY_TRIES = _("Too many wrong codes. Please start again."), 429
    RATE_LIMITED = _("Too many code requests. Please try again in an hour."), 429
    COUNTRY = _("We do not send SMS to this number. Use an e-mail address, or contact us."), 400
    CEILING = (
        _(
            "We are sending too many codes by SMS at the moment. Please try again in an hour, or "
            "use an e-mail address."
        ),
        429,
    )
    UNAVAILABLE = _("We cannot send codes right now. Please try again in a minute."), 503

    def __init__(self, sentence: Any, status: int) -> None:
        self.sentence = sentence
        self.status = status


class CodeRefused(ValidationError):
    """A request was refused, and nothing has changed."""

    def __init__(self, refusal: SignupRefusal, **params: object) -> None:
        super().__init__(refusal.sentence, code=refusal.name.lower(), params=params)
        self.refusal = refusal
        self.status = refusal.status


def new_code() -> str:
    """Return six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def clean_code(typed: str) -> str:
    """Return six ASCII digits from what was typed; full-width digits and gaps are accepted.

    Raises:
        CodeRefused: it is not six digits.
    """
    code = BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", typed))
    if not SIX_DIGITS.fullmatch(code):
        raise CodeRefused(SignupRefusal.MALFORMED)
    return code


def code_hash(signup: SignUp, code: str) -> str:
    """Return a keyed hash bound to the sign-up: the same code elsewhere has another one.

    Six digits could be searched in a second if the hash needed no key.
    """
    value = f"{signup.public_id}:{code}"
    return salted_hmac("subscribers.code", value, algorithm="sha256").hexdigest()


def code_matches(signup: SignUp, code: str) -> bool:
    """Return True for the code that was sent, compared in constant time."""
    return hmac.compare_digest(code_hash(signup, code), signup.code_hash)


def code_note(signup: SignUp, code: str) -> Note:
    """Return the message that carries a code, in the language of the sign-up."""
    with translation.override(signup.language):
        operator = in_language(settings.OPERATOR_NAME, signup.language)
        values = {"code": code, "minutes": settings.SIGNUP_CODE_SECONDS // 60}
        return Note(
            kind=f"code.{signup.purpose}",
            language=signup.language,
            operator=operator,
            text=CODE_FOR[SignUp.Purpose(signup.purpose)] % values,
            subject=_("%(operator)s: your code is %(code)s") % {"operator": operator, **values},
            facts={name: str(value) for name, value in values.items()},
        )


def codes_send(signup_id: int | None = None) -> int:
    """Send the code of one sign-up, or all asked for in the last two minutes; return how many."""
    claimed = _claim(signup_id)
    by_channel = sorted(claimed, key=lambda one: one[0].channel)
    for name, group in groupby(by_channel, key=lambda one: one[0].channel):
        signups = [*group]
        batch = [(clear_address(signup), code_note(signup, code)) for signup, code in signups]
        (door,) = _DOORS
        for (signup, _code), outcome in zip(signups, door(name, batch), strict=True):
            _record(signup, outcome)
    return len(claimed)


def codes_go_through(door: Door) -> None:
    """Have every code sent, and its cost booked, like any other message."""
    _DOORS[:] = [door]


def _claim(signup_id: int | None) -> list[tuple[SignUp, str]]:
    """Put a new code into each unsent sign-up that no other worker holds; return both.

    Committed before the first byte leaves: a crash after that costs one code, which the person
    asks for again; it never sends two.
    """
    with transaction.atomic():
        unsent = SignUp.objects.select_for_update(skip_locked=True).filter(
            code_sent_at=None, used_at=None, requested_at__gt=database_now() - WORTH_SENDING_FOR
        )
        if signup_id is not None:
            unsent = unsent.filter(pk=signup_id)
        claimed = [(signup, new_code()) for signup in unsent.order_by("pk")[:BATCH]]
        for signup, code in claimed:
            signup.code_hash = code_hash(signup, code)
            signup.code_sent_at = database_now()
            signup.failure = ""
        fields = ["code_hash", "code_sent_at", "failure"]
        SignUp.objects.bulk_update([signup for signup, _code in claimed], fields)
    return claimed


def _record(signup: SignUp, outcome: Outcome) -> None:
    """Note a failure, unless a newer code has been requested since.

    What was certainly not sent is put back for the sweep; what may have been sent is not.
    """
    mine = SignUp.objects.filter(pk=signup.pk, code_hash=signup.code_hash)
    if isinstance(outcome, Failed):
        mine.update(failure=outcome.reason)
    elif isinstance(outcome, NotSent):
        mine.update(failure=outcome.reason, code_hash="", code_sent_at=None)
