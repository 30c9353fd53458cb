"""Finding addresses by what staff know of them, without anyone's number in a web address."""

import pytest
from django.core.exceptions import ValidationError
from django.utils import translation

from notifications.subscribers.selectors import addresses_of, is_search, who_of
from tests.factories import make_address

pytestmark = pytest.mark.django_db
NUMBER = "+8613812341234"


@pytest.mark.parametrize(
    ("typed", "who"),
    [
        ("1234", "1234"),
        (" 12 34 ", "1234"),
        ("138****1234", "138****1234"),
        ("138 **** 1234", "138****1234"),
        ("138*1234", "138****1234"),
        ("+86 138****1234", "138****1234"),
        ("+44****0123", "+44****0123"),
        ("a*@Example.com", "a***@example.com"),
        ("***f0e1", "***f0e1"),
        ("Hooks.example.com/***", "hooks.example.com/***"),
    ],
)
def test_what_is_masked_stays_as_people_know_it(typed: str, who: str) -> None:
    assert who_of(typed) == who
    assert is_search(who)


@pytest.mark.parametrize(
    "typed", ["13812341234", "+86 138 1234 1234", "138-1234-1234", "someone@example.com"]
)
def test_a_whole_address_becomes_a_hash(typed: str) -> None:
    who = who_of(typed)
    assert len(who) == 64
    assert "1234" not in typed or typed.replace(" ", "") not in who
    assert is_search(who)


@pytest.mark.parametrize(
    "typed", ["", "138", "12345", "你好", "138123*1234", "1381234****", "a b@"]
)
def test_what_is_neither_gets_a_clear_sentence(typed: str) -> None:
    with translation.override("en"), pytest.raises(ValidationError, match="last four digits"):
        who_of(typed)


@pytest.mark.parametrize("typed", ["13812341234", "138123*1234", "someone@example.com", "\x00", ""])
def test_what_could_be_somebodys_address_is_no_search(typed: str) -> None:
    assert not is_search(typed)
    assert not addresses_of(typed).exists()


@pytest.mark.parametrize("typed", ["1234", "138****1234", "138 1234 1234", NUMBER])
def test_each_way_finds_the_same_number(typed: str) -> None:
    address = make_address(NUMBER)
    make_address("+8613912345678")
    assert [*addresses_of(who_of(typed))] == [address]


def test_last_digits_find_numbers_at_home_and_abroad() -> None:
    found = {make_address(NUMBER), make_address("+8619912341234"), make_address("+447911121234")}
    make_address("1234@example.com", "email")
    assert {*addresses_of("1234")} == found


def test_a_mask_may_fit_several() -> None:
    make_address("+8613800001234")
    make_address("+8613899991234")
    assert addresses_of("138****1234").count() == 2


@pytest.mark.parametrize(
    ("clear", "channel"),
    [
        ("me@example.com", "email"),
        ("https://hooks.example.com/candor", "webhook"),
        ("oABCDEFGHIJKLMNOPQRSTUVWXYZ0", "wechat"),
        ("0123456789-robot-key", "robot"),
    ],
)
def test_every_kind_of_address_is_found_whole_and_masked(clear: str, channel: str) -> None:
    address = make_address(clear, channel)
    assert [*addresses_of(who_of(clear))] == [address]
    assert [*addresses_of(who_of(address.masked))] == [address]


def test_an_unknown_number_finds_nobody_and_is_no_error() -> None:
    make_address(NUMBER)
    assert not addresses_of(who_of("13812345678")).exists()
