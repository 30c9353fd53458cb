"""How many codes may be asked for."""

import re

import pytest
import redis
from django.conf import settings as django_settings
from pytest_django.fixtures import Settings

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import Contact, contact_for_code
from notifications.subscribers.services.codes import CodeRefused, SignupRefusal
from notifications.subscribers.services.signups import count_code
from tests.notifications.subscribers.threads import all_at_once


@pytest.fixture(autouse=True)
def _tight(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = "AC1", "token"
    settings.TWILIO_FROM, settings.EMAIL_HOST = "+15005550006", "127.0.0.1"
    settings.SIGNUP_PER_NUMBER_HOUR = 3
    settings.SIGNUP_PER_IP_HOUR = 5
    settings.SIGNUP_PER_PREFIX_HOUR = 6


def _number(last: int = 0, block: str = "1380013") -> Contact:
    return contact_for_code(AddressKind.PHONE, f"{block}{last:04d}")


def _allowed(contact: Contact, ip: str) -> bool:
    try:
        count_code(contact, ip)
    except CodeRefused as refused:
        if refused.refusal != SignupRefusal.RATE_LIMITED:
            raise
        return False
    return True


def test_a_number_is_counted_whoever_asks() -> None:
    answers = [_allowed(_number(), f"192.0.2.{last}") for last in range(5)]
    assert answers == [True, True, True, False, False]


def test_an_ip_is_counted_whatever_number_it_asks_for() -> None:
    answers = [_allowed(_number(block=f"13{last}0013"), "192.0.2.1") for last in range(5, 10)]
    assert answers == [True] * 5
    assert not _allowed(_number(1, block="1880013"), "192.0.2.1")


def test_a_block_of_numbers_is_counted_together() -> None:
    answers = [_allowed(_number(last), f"192.0.2.{last}") for last in range(8)]
    assert answers == [True] * 6 + [False] * 2
    assert _allowed(_number(0, block="1390013"), "192.0.2.99")


def test_a_mail_domain_is_no_block() -> None:
    contacts = [contact_for_code(AddressKind.EMAIL, f"m{n}@example.com") for n in range(8)]
    assert all(_allowed(one, f"192.0.2.{n}") for n, one in enumerate(contacts))


def test_a_refused_request_uses_up_none_of_the_other_limits() -> None:
    for _ in range(3):
        count_code(_number(), "192.0.2.1")
    for _ in range(4):
        assert not _allowed(_number(), "192.0.2.1")
    assert [_allowed(_number(last), "192.0.2.1") for last in (1, 2, 3)] == [True, True, False]


def test_concurrent_requests_never_exceed_the_limit() -> None:
    answers = all_at_once(20, lambda n: _allowed(_number(), f"192.0.2.{n}"))
    assert answers.count(True) == 3


def test_redis_holds_hashes_only_and_forgets_them_after_an_hour() -> None:
    count_code(_number(1234), "192.0.2.77")
    client = redis.Redis.from_url(django_settings.REDIS_URL)
    keys = [key.decode() for key in client.keys("*signup-*")]
    assert len(keys) == 3
    assert all(re.search(r"/signup-(number|ip|prefix)/[0-9a-f]{32}/", key) for key in keys)
    assert all(0 < client.ttl(key) <= 3600 for key in keys)


def test_without_redis_nothing_is_sent_and_the_sentence_says_when_to_try_again(
    settings: Settings,
) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(CodeRefused) as raised:
        count_code(_number(), "192.0.2.1")
    assert raised.value.refusal == SignupRefusal.UNAVAILABLE
    assert raised.value.status == 503
