"""Guessing passwords is slowed down, from wherever it comes and at whomever it aims."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from statuspage.staff.models import Staff
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of

pytestmark = pytest.mark.django_db
LOGIN = "/console/login/"


def guess(name: str, ip: str, password: str = "wrong", client: Client | None = None) -> Any:
    values = {"username": name, "password": password}
    return (client or Client()).post(LOGIN, values, REMOTE_ADDR=ip)


def slowed(answers: Iterator[Any]) -> bool:
    """Whether one of fifteen wrong passwords was not looked at, and said for how long."""
    waits = [one for one in answers if one.status_code == 429]
    assert all(0 < int(one.headers["Retry-After"]) <= 3600 for one in waits)
    return bool(waits)


@pytest.fixture
def lin() -> Staff:
    return make_staff(username="lin")


def test_one_account_from_fifteen_addresses_of_one_network(lin: Staff) -> None:
    assert slowed(guess("lin", f"2001:db8:1:2::{number:x}") for number in range(1, 16))
    assert guess("lin", "2001:db8:1:2:ffff::1", "secret").status_code == 429


def test_many_accounts_from_one_network(lin: Staff) -> None:
    for number in range(15):
        make_staff(username=f"wu{number}")
    assert slowed(guess(f"wu{number}", f"2001:db8:1:2::{number + 1:x}") for number in range(15))
    # Neither does it help to name people who are not there, nor does it hold up others.
    assert guess("nobody", "2001:db8:1:2::99").status_code == 429
    assert guess("lin", "2001:db8:1:3::1", "secret").status_code == 302


def test_many_accounts_from_one_address_of_the_old_kind(lin: Staff) -> None:
    assert slowed(guess(f"wu{number}", "203.0.113.9") for number in range(15))
    assert slowed(guess(f"li{number}", "::ffff:203.0.113.9") for number in range(2))


def test_one_account_from_many_networks(lin: Staff) -> None:
    assert slowed(guess("lin", f"203.0.{number}.9") for number in range(15))
    assert slowed(guess("LIN", f"198.51.{number}.9") for number in range(15))


def test_the_owner_comes_in_where_she_has_come_in_before(lin: Staff) -> None:
    hers = Client()
    assert guess("lin", "192.0.2.1", "secret", hers).status_code == 302
    hers.post("/console/logout/")
    for number in range(15):
        guess("lin", f"203.0.{number}.9")
    assert guess("lin", "192.0.2.77", "secret").status_code == 429, "a browser that nobody knows"
    assert guess("lin", "192.0.2.1", "secret", hers).status_code == 302


def test_a_known_browser_guesses_no_more_than_others(lin: Staff) -> None:
    theirs = Client()
    guess("lin", "192.0.2.1", "secret", theirs)
    theirs.post("/console/logout/")
    assert slowed(guess("lin", f"203.0.{number}.9", client=theirs) for number in range(15))


def test_a_browser_that_one_person_knows_is_not_known_to_another(lin: Staff) -> None:
    make_staff(username="wu")
    theirs = Client()
    guess("wu", "192.0.2.1", "secret", theirs)
    theirs.post("/console/logout/")
    for number in range(15):
        guess("lin", f"203.0.{number}.9")
    assert guess("lin", "192.0.2.1", "secret", theirs).status_code == 429


def test_a_forged_cookie_makes_no_browser_known(lin: Staff, settings: Any) -> None:
    for number in range(15):
        guess("lin", f"203.0.{number}.9")
    client = Client()
    client.cookies[settings.KNOWN_BROWSER_COOKIE] = f'{{"{lin.pk}": "x"}}'
    assert guess("lin", "192.0.2.1", "secret", client).status_code == 429


def test_ones_own_account_does_not_wipe_out_what_was_tried_at_others(lin: Staff) -> None:
    make_staff(username="wu")
    answers = []
    for number in range(15):
        answers.append(guess(f"li{number}", "203.0.113.9"))
        guess("wu", "203.0.113.9", "secret")
    assert slowed(iter(answers))


def test_the_password_is_not_guessed_by_saying_who_one_is_again(lin: Staff) -> None:
    inside = browser_of(lin)
    answers = [
        inside.post("/console/account/confirm/", {"password": f"wrong{number}"})
        for number in range(15)
    ]
    assert slowed(iter(answers))


def test_a_wait_is_told_in_both_languages(lin: Staff) -> None:
    for language, told in (("en", "Too many tries. Wait "), ("zh-CN", "尝试次数过多")):
        for _try in range(6):
            page = Client(headers={"accept-language": language}).post(
                LOGIN, {"username": "lin", "password": "x"}
            )
        assert told in page.content.decode()
