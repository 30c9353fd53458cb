"""SMS go to ordinary mobile numbers of allowed countries, and to no number that earns from them."""

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from notifications.channels.countries import check_permitted, permitted
from notifications.configuration import SmsSettings
from notifications.regions import read_countries
from statuspage.lib.env import Configuration, ConfigurationError

SATELLITE = ("+870773123456", "+881612345678", "+8821312345678", "+883510012345", "+979123456789")
EVERYWHERE = frozenset({"CN", "HK", "US", "GB"})


@pytest.mark.parametrize("number", ["+8613800138000", "+8617012345678", "+8617112345678"])
def test_mainland_mobile_numbers_may_get_sms(number: str) -> None:
    assert permitted(number)


@pytest.mark.parametrize(
    "number", ["+8613491234567", "+8617401234567", "+85261234567", "+12025550123", *SATELLITE]
)
def test_others_may_not(number: str) -> None:
    assert not permitted(number)
    with pytest.raises(ValidationError, match=r"\+86"):
        check_permitted(number)


@pytest.mark.parametrize(
    "number",
    [
        *SATELLITE,
        "+18765551234",  # Jamaica
        "+18095551234",  # the Dominican Republic
        "+447797712345",  # Jersey
        "+447624312345",  # the Isle of Man
        "+19005551234",  # premium rate
        "+449098765432",
        "+8613491234567",
        "+85290012345678",
    ],
)
def test_an_allowed_country_does_not_let_in_its_expensive_neighbours(
    settings: Settings, number: str
) -> None:
    settings.SMS_COUNTRIES = EVERYWHERE
    assert not permitted(number)


@pytest.mark.parametrize("number", ["+85261234567", "+12025550123", "+447400123456"])
def test_allowed_countries_get_theirs(settings: Settings, number: str) -> None:
    settings.SMS_COUNTRIES = EVERYWHERE
    assert permitted(number)


def test_a_calling_code_means_its_main_country() -> None:
    assert read_countries("86, HK,1,44") == EVERYWHERE


@pytest.mark.parametrize(
    "text", ["870", "881", "882", "883", "979", "800", "808", "99", "cn", "ZZ", ","]
)
def test_a_setting_that_names_a_network_or_nothing_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("SMS_COUNTRIES", text)
    with pytest.raises(ConfigurationError, match="SMS_COUNTRIES"):
        Configuration([SmsSettings])


def test_by_default_the_mainland_alone_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMS_COUNTRIES", raising=False)
    assert {"CN"} == Configuration([SmsSettings]).of(SmsSettings).SMS_COUNTRIES
