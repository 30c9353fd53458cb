"""Countries whose mobile numbers may get SMS, and numbers that never may.

Whoever earns from a number (a satellite network, a premium-rate line, a carrier that shares what it
is paid for a call) earns from every code that is asked for it.
"""

import re
from typing import Final

import phonenumbers
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.phone_numbers import SMS_CAPABLE

MAINLAND: Final = "CN"
MAINLAND_CODE: Final = "+86"
# Satellite telephones under the mainland's code: 1349, and 17400 to 17405 (Tiantong).
SATELLITE: Final = re.compile(r"\+86(?:1349|1740[0-5])")


def permitted(number: str) -> bool:
    """Return whether SMS may go to a number in E.164 form, by SMS_COUNTRIES."""
    if number.startswith(MAINLAND_CODE):
        return MAINLAND in settings.SMS_COUNTRIES and not SATELLITE.match(number)
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return False
    if phonenumbers.region_code_for_number(parsed) not in settings.SMS_COUNTRIES:
        return False
    return phonenumbers.number_type(parsed) in SMS_CAPABLE


def check_permitted(number: str) -> None:
    """Pass a number to which SMS may go.

    Raises:
        ValidationError: it may not get any; the sentence says what to do instead.
    """
    if not permitted(number):
        raise ValidationError(
            _(
                "We only send SMS to ordinary mobile numbers that begin with %(codes)s. Enter such "
                "a number, use an e-mail address, or contact us."
            ),
            code="country",
            params={"codes": " ".join(f"+{code}" for code in permitted_codes())},
        )


def numbers_abroad() -> bool:
    """Return whether SMS may go to numbers outside the mainland."""
    return bool(settings.SMS_COUNTRIES - {MAINLAND})


def permitted_codes() -> list[str]:
    """Return the calling codes of the countries in SMS_COUNTRIES."""
    codes = {phonenumbers.country_code_for_region(one) for one in settings.SMS_COUNTRIES}
    return [str(code) for code in sorted(codes)]
