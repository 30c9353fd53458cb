"""Unsubscribing by the link in a letter (RFC 8058): at once, without a code, and nothing else."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from django.test import Client

from notifications.delivery.audience import Audience, audience_count
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.messages import contents, message_of, sender_of
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.one_click import index_of, stop_token, stop_url
from notifications.subscribers.services.subscriptions import (
    address_reactivate,
    subscriber_erase,
)
from notifications.subscribers.views.unsubscribe import GUESSES, STOPS
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
MAIL = "merchant@example.com"
PRESS: Mapping[str, str] = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def address() -> Address:
    return make_address(MAIL, "email")


@pytest.fixture
def page() -> str:
    return urlsplit(stop_url("email", MAIL, "zh-hans")).path


def main_of(answer) -> str:
    shown = answer.content.decode()
    return shown[shown.index("<main") : shown.index("</main")]


def test_the_post_of_a_mail_program_stops_the_letters_at_once(address, page) -> None:
    # As a program at the mail service sends it: no cookie, no CSRF token, no page before it.
    program = Client(enforce_csrf_checks=True)
    answer = program.post(page, PRESS)
    assert answer.status_code == 200
    assert not answer.cookies
    address.refresh_from_db()
    assert address.suppressed_for == "unsubscribed"
    assert audience_count(Audience("notice")) == []


def test_form_data_of_another_encoding_works_too(client, address, page) -> None:
    body = b"List-Unsubscribe=One-Click"
    answer = client.post(page, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"List-Unsubscribe=One-Click", "text/plain"),
        (b"List-Unsubscribe=One-Click", "application/octet-stream"),
        (b"List-Unsubscribe=One-Click=", FORM),
        (b"List-Unsubscribe=One-Click\r\n", FORM),
        (b"list-unsubscribe=one-click", FORM),
        (b"a=b&List-Unsubscribe=One-Click&c=%FF", FORM),
    ],
)
def test_programs_and_proxies_write_the_form_down_in_their_ways(
    client, address, page, body: bytes, kind: str
) -> None:
    assert client.post(page, body, content_type=kind).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_for == "unsubscribed"


@pytest.mark.parametrize("ending", ["", "=", "=/", "/=", "%3D/", "==/", "/?utm_source=x"])
def test_the_link_works_as_programs_and_proxies_copy_it(client, address, page, ending: str) -> None:
    copied = page.removesuffix("/") + ending
    assert client.get(copied).status_code == 200
    assert client.post(copied, PRESS).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_for == "unsubscribed"


def test_the_withdrawal_is_recorded_once(client, address, page) -> None:
    for _ in range(3):
        assert client.post(page, PRESS).status_code == 200
    consent = Consent.objects.get(address=address)
    assert (consent.act, consent.source) == ("withdrawn", "one-click")


def test_it_stops_nothing_but_that_address(client, address, page) -> None:
    sms = make_address("+8613800138000", "sms")
    Address.objects.filter(pk=sms.pk).update(subscriber=address.subscriber)
    other = make_address("other@example.com", "email")
    client.post(page, PRESS)
    for kept in (sms, other):
        kept.refresh_from_db()
        assert kept.suppressed_at is None


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_stops_nothing(client, address, page, method: str) -> None:
    assert getattr(client, method)(page).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at is None


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "no"}, {"a": "b"}])
def test_another_post_only_asks(client, address, page, data) -> None:
    assert client.post(page, data).status_code == 400
    address.refresh_from_db()
    assert address.suppressed_at is None


def test_the_page_has_one_button_that_does_it(client, address, page) -> None:
    answer = client.get(page)
    main = main_of(answer)
    assert main.count("<button") == 1
    assert 'name="List-Unsubscribe" value="One-Click"' in main
    assert MAIL not in answer.content.decode()


def test_the_page_is_in_the_language_of_the_letter(client, address) -> None:
    english = urlsplit(stop_url("email", MAIL, "en")).path
    assert english.startswith("/en/unsubscribe/")
    assert "Unsubscribe from our e-mail?" in client.get(english).content.decode()
    assert client.post(english, PRESS).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at


def test_a_forged_link_stops_nothing(client, address, page) -> None:
    token = stop_token("email", MAIL)
    other = stop_token("email", "other@example.com")
    forged = [token[:-4] + "AAAA", token[:-1], "A" * 64, "é" * 64, other[:32] + token[32:], "x"]
    for one in forged:
        assert index_of(one, "email") is None
        assert client.post(f"/unsubscribe/{one}/", PRESS).status_code == 404
    address.refresh_from_db()
    assert address.suppressed_at is None


def test_a_link_for_another_medium_is_not_taken(settings) -> None:
    token = stop_token("email", MAIL)
    assert index_of(token, "email")
    assert index_of(token, "sms") is None
    settings.ADDRESS_INDEX_KEY = "another key, as of another installation"
    assert index_of(token, "email") is None


def test_the_answer_does_not_say_whether_the_address_is_subscribed(client, address, page) -> None:
    stranger = urlsplit(stop_url("email", "stranger@example.com", "zh-hans")).path
    for method in ("get", "post"):
        known = getattr(client, method)(page, PRESS if method == "post" else None)
        unknown = getattr(client, method)(stranger, PRESS if method == "post" else None)
        assert known.status_code == unknown.status_code == 200
        assert main_of(known) == main_of(unknown)


def test_after_an_erasure_the_link_changes_nothing(client, address, page) -> None:
    subscriber_erase(address.subscriber)
    before = Consent.objects.count()
    assert client.post(page, PRESS).status_code == 200
    assert not Address.objects.exists()
    assert Consent.objects.count() == before


def test_an_old_letter_works_after_a_new_subscription(client, address, page) -> None:
    client.post(page, PRESS)
    assert address_reactivate(channel="email", clear_address=MAIL)
    assert client.post(page, PRESS).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at
    acts = Consent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["withdrawn", "given", "withdrawn"]


def test_guesses_are_limited(client, page) -> None:
    answers = [client.post("/unsubscribe/x/", PRESS).status_code for _ in range(GUESSES + 1)]
    assert answers == [404] * GUESSES + [429]
    # The readers of the same network still get out.
    assert client.post(page, PRESS).status_code == 200


def test_one_link_is_limited_and_says_when_to_come_back(client, address, page) -> None:
    answers = [client.post(page, PRESS) for _ in range(STOPS + 1)]
    assert [one.status_code for one in answers] == [200] * STOPS + [429]
    assert int(answers[-1]["Retry-After"]) > 0


def test_without_an_address_of_ones_own_one_proves_who_one_is(client) -> None:
    assert client.get("/en/unsubscribe/").headers["Location"] == "/en/manage/"


def test_a_letter_carries_its_readers_own_link(client, address) -> None:
    expand(open_incident().number)
    [one], _taken = claim("email", 1)
    content = contents(sender_of(one))(one)
    sent = message_of(one, content)
    assert sent.stop_url == stop_url("email", MAIL, "zh-hans")
    assert client.post(urlsplit(sent.stop_url).path, PRESS).status_code == 200
    address.refresh_from_db()
    assert address.suppressed_at


def test_no_other_medium_has_such_a_link() -> None:
    make_address("+8613800138000", "sms")
    expand(open_incident().number)
    [one], _taken = claim("sms", 1)
    assert message_of(one, contents(sender_of(one))(one)).stop_url == ""
