"""Guessing at a merchant's transactions ends soon, and keeps the merchant out of nothing."""

import time
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from notifications.subscribers.models import Address, Subscriber
from notifications.subscribers.services.codes import codes_send
from notifications.subscribers.views.manage import SALT
from statuspage.lib import timed_signing
from statuspage.lib.database_clock import database_now
from statuspage.lib.timed_signing import sign_now
from statuspage.settlement.affected.services import transactions_forget
from statuspage.settlement.affected.tries import ceilings_of, try_take
from statuspage.settlement.models import LookupTry
from tests.factories import make_address, open_incident
from tests.notifications.subscribers.threads import all_at_once
from tests.notifications.subscribers.visitor import Visitor, code_in, text_of
from tests.statuspage.settlement.affected.lists import ROW, line, take, text

pytestmark = pytest.mark.django_db

PAGE = "/en/transactions/"
PROVE = f"{PAGE}phone/"
OWNER = "+8613800138001"
ASKED = {"merchant": ROW["merchant"], "reference": ROW["reference"], "last_four": ROW["phone"]}
ASKED_AGAIN = "There were many look-ups today."


@pytest.fixture(autouse=True)
def _listed(settings: Settings) -> None:
    settings.TRANSACTIONS_PER_IP_MINUTE = 1000
    settings.TRANSACTIONS_PER_MERCHANT_MINUTE = 1000
    settings.TRANSACTIONS_PER_MERCHANT_DAY = 6
    settings.TRANSACTIONS_PER_ADDRESS_DAY = 3
    take(text(line()), incident=open_incident().subject_id)


def ask(client: Client, **values: str) -> tuple[int, str]:
    response = client.post(PAGE, {**ASKED, **values})
    return response.status_code, text_of(response)


def guess(times: int, ip: str = "10.0.0.1", **values: str) -> list[int]:
    client = Client(REMOTE_ADDR=ip)
    return [ask(client, last_four=f"{n:04}", **values)[0] for n in range(times)]


def proven(visitor: Visitor, number: str = "13800138001", to: str = OWNER) -> Client:
    page = visitor.post("/transactions/phone/", {"phone": number}).headers["Location"]
    response = visitor.type(page, visitor.code(to))
    assert response.headers["Location"] == PAGE
    return visitor.client


def test_one_stranger_has_three_guesses_a_day() -> None:
    assert guess(5) == [200, 200, 200, 429, 429]


def test_many_strangers_have_six_together() -> None:
    answers = [guess(1, f"10.0.{n}.1")[0] for n in range(8)]
    assert answers == [200] * 6 + [429] * 2


def test_another_merchant_is_another_count() -> None:
    guess(5)
    assert guess(1, merchant="999") == [200]


def test_other_spellings_of_a_merchant_are_the_same_merchant() -> None:
    spelt = (
        ROW["merchant"],
        f" {ROW['merchant'][:3]} {ROW['merchant'][3:]}",
        "８８８２９００５８１２０００１",
    )
    assert [guess(1, merchant=one)[0] for one in (*spelt, spelt[1], spelt[2])] == [
        *([200] * 3),
        *([429] * 2),
    ]


def test_a_lone_stranger_keeps_the_owner_out_of_nothing() -> None:
    guess(12)
    assert ask(Client(REMOTE_ADDR="10.9.9.9"))[0] == 200


def test_what_an_owner_finds_is_not_counted() -> None:
    client = Client(REMOTE_ADDR="10.9.9.9")
    assert [ask(client)[0] for _ in range(8)] == [200] * 8


def test_many_strangers_keep_nobody_out_who_has_the_phone(visitor: Visitor) -> None:
    for n in range(8):
        guess(1, f"10.0.{n}.1")
    status, page = ask(visitor.client)
    assert (status, ASKED_AGAIN in page) == (429, True)
    assert PROVE in page
    status, page = ask(proven(visitor))
    assert status == 200
    assert "This transaction is affected." in page


def test_the_limit_of_a_minute_keeps_nobody_out_either(
    visitor: Visitor, settings: Settings
) -> None:
    settings.TRANSACTIONS_PER_MERCHANT_MINUTE = 1
    assert guess(3) == [200, 429, 429]
    assert ask(proven(visitor))[0] == 200


def test_a_stranger_at_the_same_address_keeps_nobody_out_who_has_the_phone(
    visitor: Visitor, settings: Settings
) -> None:
    settings.TRANSACTIONS_PER_IP_MINUTE = 2
    assert guess(3, "127.0.0.1") == [200, 200, 429]
    status, page = ask(visitor.client)
    assert (status, PROVE in page) == (429, True)
    client = proven(visitor)
    assert [ask(client)[0] for _ in range(3)] == [200, 200, 429]


def test_a_strangers_phone_opens_no_other_digits(visitor: Visitor) -> None:
    client = proven(visitor, "13900139999", "+8613900139999")
    for n in range(8):
        guess(1, f"10.0.{n}.1")
    assert ask(client)[0] == 429
    assert ask(client, last_four="0000")[0] == 429
    status, page = ask(client, last_four="9999")
    assert (status, "No affected transaction matches" in page) == (200, True)


def test_a_proven_phone_is_counted_by_itself(visitor: Visitor, settings: Settings) -> None:
    settings.TRANSACTIONS_PER_PHONE_DAY = 2
    client = proven(visitor)
    answers = [ask(client, reference=f"R{n}")[0] for n in range(3)]
    assert answers == [200, 200, 429]
    assert ask(client, merchant="1", reference="x")[0] == 429
    assert guess(1) == [200]


def test_known_and_unknown_merchants_are_refused_alike() -> None:
    pages = []
    for merchant in (ROW["merchant"], "000000000000000"):
        guess(4, merchant=merchant)
        status, page = ask(Client(REMOTE_ADDR="10.0.0.1"), merchant=merchant)
        pages.append([one.replace(merchant, "") for one in page.splitlines() if "csrf" not in one])
        assert status == 429
    assert pages[0] == pages[1]


def test_a_proof_lasts_half_an_hour(visitor: Visitor) -> None:
    guess(3)
    client = proven(visitor)
    for n in range(8):
        guess(1, f"10.0.{n}.1")
    assert ask(client)[0] == 200
    with time_machine.travel(timezone.now() + timedelta(minutes=31)):
        for n in range(8):
            guess(1, f"10.0.{n}.1")
        assert ask(client)[0] == 429


@pytest.mark.parametrize(
    ("process", "database", "status"), [(31, 0, 200), (0, 31, 429), (0, -31, 429)]
)
def test_a_proof_lasts_by_postgresqls_clock(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, process: int, database: int, status: int
) -> None:
    client = proven(visitor)
    for n in range(8):
        guess(1, f"10.0.{n}.1")
    token = sign_now(f"{make_address(OWNER).subscriber.public_id}:x", SALT)
    now, then = time.time(), database_now() + timedelta(minutes=database)
    monkeypatch.setattr(signing.time, "time", lambda: now + 60 * process)
    monkeypatch.setattr(timed_signing, "database_now", lambda: then)
    assert ask(client)[0] == status
    # The link to one's own subscription is by the same clock.
    assert client.get(f"/en/manage/{token}/").status_code == (200 if status == 200 else 410)


@pytest.mark.parametrize("forged", ["", "x", "WyI4MDAxIiwieCJd", "WyI4MDAxIiwieCJd:1abc:def"])
def test_a_forged_proof_is_none(forged: str) -> None:
    client = Client(REMOTE_ADDR="10.0.0.1")
    guess(3)
    client.cookies["candor_phone"] = forged
    assert ask(client)[0] == 429


def test_the_proof_is_kept_from_scripts_and_other_sites(visitor: Visitor) -> None:
    cookie = proven(visitor).cookies["candor_phone"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert OWNER[-8:] not in cookie.value


def test_a_code_for_a_look_up_manages_and_subscribes_nothing(visitor: Visitor) -> None:
    page = visitor.post("/transactions/phone/", {"phone": "13800138001"}).headers["Location"]
    code = visitor.code(OWNER)
    public_id = page.rstrip("/").rpartition("/")[2]
    for other in (f"/en/subscribe/{public_id}/", f"/en/manage/code/{public_id}/"):
        assert visitor.type(other, code).status_code == 404
    visitor.type(page, code)
    assert not Address.objects.exists()
    assert visitor.type(page, code).status_code == 400  # and opens once


def test_the_message_says_what_its_code_is_for(visitor: Visitor) -> None:
    page = visitor.post("/transactions/phone/", {"phone": "13800138001"}).headers["Location"]
    codes_send()
    said = visitor.sim.messages(to=OWNER)[-1]["body"]
    assert "look up your transactions" in said
    assert visitor.type(page, code_in(said)).status_code == 302


def test_a_wrong_code_proves_nothing(visitor: Visitor) -> None:
    page = visitor.post("/transactions/phone/", {"phone": "13800138001"}).headers["Location"]
    visitor.code(OWNER)
    assert visitor.type(page, "12345").status_code == 400
    assert "candor_phone" not in visitor.client.cookies


def test_without_sms_the_page_says_whom_to_call(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    settings.OPERATOR_HOTLINE = "400-000-0000"
    page = text_of(Client().get(PROVE))
    assert "Call 400-000-0000" in page
    assert 'name="phone"' not in page


def test_the_next_day_begins_anew() -> None:
    guess(5)
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        assert guess(1) == [200]
        transactions_forget()
    assert LookupTry.objects.count() == 2


def test_the_counts_name_nobody() -> None:
    guess(1)
    for row in LookupTry.objects.all():
        assert ROW["merchant"].encode() not in bytes(row.merchant) + bytes(row.origin)


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_pass_the_ceiling() -> None:
    answers = all_at_once(
        12, lambda n: try_take(ceilings_of(merchant="1", client_ip=f"10.0.0.{n}"))
    )
    assert answers.count(True) == 6


def follow(subscriber: Subscriber, client: Client | None = None, **values: str) -> int:
    """Ask at /manage/ for news of the merchant's transactions."""
    said = {"merchant": ROW["merchant"], "last_four": ROW["phone"], **values}
    token = sign_now(f"{subscriber.public_id}:x", SALT)
    response = (client or Client(REMOTE_ADDR="10.0.0.1")).post(
        f"/en/manage/{token}/merchant/", said
    )
    return response.status_code


def test_subscribing_to_a_merchant_is_a_guess_like_any_other(visitor: Visitor) -> None:
    strangers = [make_address(f"s{n}@example.com", "email").subscriber for n in range(5)]
    answers = [follow(one, last_four=f"000{n}") for n, one in enumerate(strangers)]
    assert answers == [302] * 3 + [429] * 2
    # Nor is one who replaces it another one, nor the page another count.
    assert follow(strangers[0], last_four="0009") == 429
    assert guess(1) == [429]
    assert follow(strangers[0], last_four="0000") == 302  # what is there already costs nothing
    kept = [Subscriber.objects.get(pk=one.pk).merchant_key for one in strangers]
    assert [one is None for one in kept] == [False] * 3 + [True] * 2


def test_guessers_keep_no_owner_from_subscribing(visitor: Visitor) -> None:
    for n in range(8):
        guess(1, f"10.0.{n}.1")
    owner = make_address(OWNER).subscriber
    by_mail = make_address("owner@example.com", "email").subscriber
    other = make_address("+8613900139000").subscriber
    assert follow(owner) == 302  # their own phone is the one on file
    assert follow(other) == 429
    assert follow(by_mail, visitor.client) == 429
    assert follow(by_mail, proven(visitor)) == 302
    assert Subscriber.objects.get(pk=by_mail.pk).merchant_key


def test_a_refused_guess_says_how_to_go_on(settings: Settings) -> None:
    settings.TRANSACTIONS_PER_MERCHANT_DAY = 0
    token = sign_now(f"{make_address(OWNER).subscriber.public_id}:x", SALT)
    said = {"merchant": ROW["merchant"], "last_four": "0000"}
    response = Client().post(f"/en/manage/{token}/merchant/", said)
    assert (response.status_code, PROVE in text_of(response)) == (429, True)
