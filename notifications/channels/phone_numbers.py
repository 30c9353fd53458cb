"""Phone numbers in E.164 form, by the numbering plans of the phonenumbers library."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.outcomes import NotAccepted, NotSent, Reason

SMS_CAPABLE: Final = frozenset(
    {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
)
# Kinds that the library tries before mobile: a number that fits one of them is of that kind.
TRIED_FIRST: Final = (
    *("premium_rate", "toll_free", "shared_cost", "voip", "personal_number", "pager", "uan"),
    *("voicemail", "fixed_line"),
)
LONGEST_CALLING_CODE: Final = 3
NEVER: Final = r"(?!)"
# A mobile number of the mainland without its calling code.
MAINLAND: Final = re.compile(r"1[3-9]\d{9}", re.ASCII)
# Blanks, dashes of all kinds and other signs between digits.
BETWEEN: Final = re.compile(
    r"[\s().\[\]/_~\u00b7\u2010-\u2015\u2043\u2212\u2e3a\u2e3b\u301c\u3030\u30fb\u30fc-]+"
)


@dataclass(frozen=True)
class MobileNumbers:
    """A region's mobile numbers without their calling code, and what may be something else."""

    calling_code: str
    mobile: re.Pattern[str]
    doubtful: re.Pattern[str]

    def e164(self, raw: str) -> str | None:
        """Return a number that is written without blanks, or None where the library must decide."""
        national = raw.removeprefix(f"+{self.calling_code}")
        doubtful = national.startswith(self.calling_code) or self.doubtful.match(national)
        if doubtful or not self.mobile.fullmatch(national):
            return None
        return f"+{self.calling_code}{national}"


def normalise_phone(raw: str) -> str:
    """Return a mobile number in E.164 form; without a calling code it is of DEFAULT_REGION.

    Raises:
        ValidationError: it is no phone number, does not exist, or cannot receive SMS.
    """
    raw = BETWEEN.sub("", raw)
    # The library takes 40 microseconds, and a list has a million numbers of one region.
    return _mobile_numbers(settings.DEFAULT_REGION).e164(raw) or _by_library(raw)


def calling_code(number: str) -> str:
    """Return the calling code of a number in E.164 form; none begins with another one."""
    return _calling_code(number[1 : LONGEST_CALLING_CODE + 1])


@lru_cache(maxsize=1000)
def _calling_code(digits: str) -> str:
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    return next(
        (digits[:end] for end in range(1, len(digits) + 1) if int(digits[:end]) in known), ""
    )


def _by_library(raw: str) -> str:
    try:
        number = phonenumbers.parse(raw, settings.DEFAULT_REGION)
    except phonenumbers.NumberParseException as error:
        raise ValidationError(
            _("This is not a phone number. Check the digits."), code="phone"
        ) from error
    if not phonenumbers.is_valid_number(number):
        raise ValidationError(
            _("This phone number does not exist. Check the digits."), code="phone"
        )
    if phonenumbers.number_type(number) not in SMS_CAPABLE:
        raise ValidationError(_("Enter a mobile number that can receive SMS."), code="phone")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def without_plus(address: str) -> str:
    """Return a number as services in China write it: the mainland's alone, others with their code.

    Raises:
        NotAccepted: so written, +1 415 555 0100 would be somebody else's number in the mainland.
    """
    number = address.removeprefix("+86").removeprefix("+")
    if MAINLAND.fullmatch(number) and not address.startswith("+86"):
        raise NotAccepted(NotSent(Reason.OTHER, "ambiguous number"))
    return number


def with_plus(number: str) -> str:
    """Return the address of a number that such a service names."""
    return f"+86{number}" if MAINLAND.fullmatch(number) else f"+{number}"


@lru_cache(maxsize=1)
def _mobile_numbers(region: str) -> MobileNumbers:
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None:
        raise ValueError(f"no numbering plan for {region}")
    doubtful = [f"(?:{one})$" for name in TRIED_FIRST if (one := _pattern(getattr(plan, name)))]
    if plan.national_prefix_for_parsing:
        doubtful.append(plan.national_prefix_for_parsing)
    return MobileNumbers(
        calling_code=str(plan.country_code),
        mobile=re.compile(_pattern(plan.mobile) or NEVER, re.ASCII),
        doubtful=re.compile("|".join(doubtful) or NEVER, re.ASCII),
    )


def _pattern(kind: phonenumbers.PhoneNumberDesc | None) -> str:
    return (kind and kind.national_number_pattern) or ""
