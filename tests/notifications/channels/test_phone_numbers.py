"""Numbers are read quickly where the library would say the same, and by the library elsewhere."""

import phonenumbers
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from notifications.channels import phone_numbers
from notifications.channels.phone_numbers import calling_code, normalise_phone

REGIONS = ("CN", "HK", "SG", "GB", "DE", "IT", "US", "BR", "MX", "RU", "AR")


def example(region: str) -> str:
    number = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
    return str(number.national_number)


@st.composite
def written(draw: st.DrawFn, region: str) -> str:
    """A mobile number of the region with its last digits changed, or any digits at all."""
    base = example(region)
    kept = draw(st.integers(0, len(base)))
    rest = draw(st.text("0123456789", min_size=0, max_size=len(base) - kept + 1))
    code = phonenumbers.country_code_for_region(region)
    return draw(st.sampled_from(("", f"+{code}", str(code), "0"))) + base[:kept] + rest


@pytest.mark.parametrize("region", REGIONS)
@given(data=st.data())
def test_the_quick_way_says_what_the_library_says(region: str, data: st.DataObject) -> None:
    raw = data.draw(written(region))
    quick = phone_numbers._mobile_numbers.__wrapped__(region).e164(raw)
    if quick is not None:
        number = phonenumbers.parse(raw, region)
        assert phonenumbers.is_valid_number(number)
        assert phonenumbers.number_type(number) in phone_numbers.SMS_CAPABLE
        assert phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) == quick


def test_chinese_mobile_numbers_take_the_quick_way() -> None:
    numbers = phone_numbers._mobile_numbers("CN")
    for raw in ("13800138000", "+8613800138000", "19912345678"):
        assert numbers.e164(raw) == f"+86{raw[-11:]}"


def test_without_a_calling_code_a_number_is_of_the_default_region(settings: Settings) -> None:
    settings.DEFAULT_REGION = "HK"
    phone_numbers._mobile_numbers.cache_clear()
    try:
        assert normalise_phone("51234567") == "+85251234567"
        with pytest.raises(ValidationError):
            normalise_phone("13800138000")
    finally:
        phone_numbers._mobile_numbers.cache_clear()


@pytest.mark.parametrize("region", REGIONS)
def test_the_calling_code_is_the_librarys(region: str) -> None:
    code = phonenumbers.country_code_for_region(region)
    assert calling_code(f"+{code}{example(region)}") == str(code)
