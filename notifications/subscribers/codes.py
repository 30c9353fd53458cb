"""Codes by which someone proves that a phone or mailbox is theirs."""

import hmac
import re
import secrets
import unicodedata
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from notifications.channels.addresses import AddressKind
from notifications.channels.base import Content
from notifications.subscribers.models import SignUp
from notifications.subscribers.refusals import Refusal, Refused
from statuspage.statements.texts import CHINESE, in_language

DIGITS: Final = 6
SIX_DIGITS: Final = re.compile(r"[0-9]{6}")
BETWEEN_DIGITS: Final = re.compile(r"[\s-]+")


def new_code() -> str:
    """Six random digits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"


def clean_code(typed: str) -> str:
    """Six ASCII digits from what was typed: full-width digits and gaps are forgiven.

    Raises:
        Refused: it is not six digits.
    """
    code = BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", typed))
    if not SIX_DIGITS.fullmatch(code):
        raise Refused(Refusal.MALFORMED)
    return code


def code_hash(signup: SignUp, code: str) -> str:
    """A keyed hash bound to the sign-up: the same code elsewhere has another one.

    Six digits could be searched in a second if the hash needed no key.
    """
    value = f"{signup.public_id}:{code}"
    return salted_hmac("subscribers.code", value, algorithm="sha256").hexdigest()


def code_matches(signup: SignUp, code: str) -> bool:
    """True for the code that was sent, compared in constant time."""
    return hmac.compare_digest(code_hash(signup, code), signup.code_hash)


def code_content(signup: SignUp, code: str) -> Content:
    """The message that carries a code, in the language of the sign-up."""
    with translation.override(signup.language):
        operator = in_language(settings.OPERATOR_NAME, signup.language)
        values = {"code": code, "minutes": settings.SIGNUP_CODE_SECONDS // 60}
        body = _(
            "Your code is %(code)s, valid for %(minutes)d minutes. It is for service notices "
            "only: do not tell it to anyone."
        ) % {**values}
        if signup.kind == AddressKind.EMAIL:
            subject = _("%(operator)s: your code is %(code)s") % {"operator": operator, **values}
            return Content(text=body, subject=subject)
        return Content(text=_signed(body, operator, signup.language))


def _signed(body: str, operator: str, language: str) -> str:
    """With the signature that mainland carriers demand; plain letters keep English in GSM-7."""
    if settings.SMS_SIGNATURE or language == CHINESE:
        return f"【{settings.SMS_SIGNATURE or operator}】{body}"
    return f"{operator}: {body}"
