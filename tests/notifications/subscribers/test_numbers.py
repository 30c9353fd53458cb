"""Numbers as people type them."""

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import contact_for_code, contact_on
from tests.notifications.subscribers.visitor import E164


def test_every_spelling_of_a_number_is_the_same_number(subtests: pytest.Subtests) -> None:
    for typed in [
        "13800138000",
        "138 0013 8000",
        "138-0013-8000",
        "138–0013–8000",
        "(138) 0013 8000",
        "１３８００１３８０００",
        "１３８　００１３　８０００",
        "＋８６１３８００１３８０００",
        "+8613800138000",
        "+86 138 0013 8000",
        "008613800138000",
        "0086 138-0013-8000",
        "  13800138000\t",
        "86 13800138000",
    ]:
        with subtests.test(typed=typed):
            contact = contact_for_code(AddressKind.PHONE, typed)
            assert contact.clear == E164
            assert contact.index == contact_for_code(AddressKind.PHONE, E164).index
            assert contact.masked == "138****8000"


def test_what_is_no_mobile_number_is_refused(subtests: pytest.Subtests) -> None:
    for typed in [
        "",
        "abc",
        "1380013800",
        "138001380001",
        "10086",
        "010-12345678",
        "+1",
        "++86",
        "１２３",
        "9" * 300,
    ]:
        with subtests.test(typed=typed), pytest.raises(ValidationError):
            contact_for_code(AddressKind.PHONE, typed)


def test_a_foreign_mobile_number_is_taken_where_its_country_is_allowed(
    settings: Settings,
) -> None:
    with pytest.raises(ValidationError):
        contact_for_code(AddressKind.PHONE, "+852 6123 4567")
    settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
    assert contact_for_code(AddressKind.PHONE, "+852 6123 4567").clear == "+85261234567"


@pytest.mark.parametrize("typed", ["138\x000013800", "a\x00@example.com", "a\ud800@example.com"])
@pytest.mark.parametrize("kind", [AddressKind.PHONE, AddressKind.EMAIL])
def test_a_character_that_cannot_be_stored_is_refused(kind: AddressKind, typed: str) -> None:
    with pytest.raises(ValidationError):
        contact_for_code(kind, typed)


def test_an_email_keeps_its_name_and_loses_the_domains_capitals() -> None:
    contact = contact_for_code(AddressKind.EMAIL, " Li.Lei@Example.COM ")
    assert contact.clear == "Li.Lei@example.com"
    assert contact.masked == "L***@example.com"


def test_a_long_domain_still_fits_the_column() -> None:
    labels = ".".join(["a" * 60] * 3)
    contact = contact_for_code(AddressKind.EMAIL, f"me@{labels}.com")
    assert len(contact.masked) <= 80


def test_a_channel_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValidationError) as raised:
        contact_on("pigeon", "coo")
    assert raised.value.code == "channel"
