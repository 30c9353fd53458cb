"""Every door takes an address however it is typed, and means the same one."""

import io

import pytest

from notifications.channels.outcomes import Inbound, InboundAction
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.models import Address, SignUp
from notifications.subscribers.selectors import addresses_of, who_of
from notifications.subscribers.services.importing import subscriber_import
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.subscriptions import address_suppress, subscriber_erase
from tests.factories import make_address
from tests.notifications.subscribers.visitor import E164, Visitor

pytestmark = pytest.mark.django_db

PASTED = (
    "１３８００１３８０００，",
    "138\u200b0013\u200b8000",
    "\u202d+86 138\u20110013\u20118000\u202c",
)


@pytest.mark.parametrize("typed", PASTED)
def test_signing_up_twice_is_one_subscription(visitor: Visitor, typed: str) -> None:
    visitor.subscribe()
    visitor.subscribe(typed)
    assert Address.objects.count() == 1


@pytest.mark.parametrize("typed", PASTED)
def test_whoever_manages_finds_their_own(visitor: Visitor, typed: str) -> None:
    visitor.subscribe()
    assert "/manage/none/" not in visitor.open_manage(typed)


def test_a_mailbox_in_capitals_manages_the_one_in_small_letters(visitor: Visitor) -> None:
    visitor.subscribe("", to="ops@example.com", email="ops@example.com")
    page = visitor.post("/manage/", {"email": "Ops@Example.com，"}).headers["Location"]
    opened = visitor.type(page, visitor.code("Ops@example.com")).headers["Location"]
    assert "/manage/none/" not in opened
    visitor.client.post(f"{opened}stop/")
    assert Address.objects.get().suppressed_for == "unsubscribed"


@pytest.mark.parametrize(
    "sender", ["+86 138 0013 8000", "８６１３８００１３８０００", "13800138000 "]
)
def test_a_stop_stops_the_number_however_the_provider_writes_it(sender: str) -> None:
    make_address(E164)
    inbound_apply("sms", Inbound(sender, InboundAction.STOP))
    assert Address.objects.get().suppressed_at is not None


def test_a_bounced_mailbox_is_suppressed_in_any_case() -> None:
    make_address("ops@qq.com", "email")
    assert address_suppress(channel="email", clear_address="OPS@QQ.COM", reason="bad_address")


def test_a_list_with_one_mailbox_twice_adds_it_once() -> None:
    content = (
        "phone,language,category,consent_source,email\n"
        "13800138000,zh,,contract,Ops@qq.com\n"
        "１３８００１３８０００，,zh,,contract,\n"
        "13900139000,zh,,contract,ops@qq.com。\n"
    )
    report = subscriber_import(io.BytesIO(content.encode()))
    assert report.failed == 0
    assert Address.objects.filter(channel="email").count() == 1
    assert Address.objects.filter(channel="sms").count() == 2


def test_staff_find_it_by_any_spelling() -> None:
    address = make_address("Ops@qq.com", "email")
    for typed in ("ops@qq.com", "OPS@QQ.COM，", "o***@qq.com", "O***@qq.com"):
        assert [*addresses_of(who_of(typed))] == [address], typed


def test_erasing_removes_a_waiting_sign_up_of_another_spelling(visitor: Visitor) -> None:
    visitor.subscribe("", to="ops@example.com", email="ops@example.com")
    visitor.ask("", email="OPS@example.com")
    subscriber_erase(Address.objects.get().subscriber)
    assert not SignUp.objects.exists()
    assert not Address.objects.exists()


def test_one_mailbox_has_one_hourly_limit(visitor: Visitor, settings) -> None:
    settings.SIGNUP_PER_NUMBER_HOUR = 2
    answers = [
        visitor.ask("", email=typed).status_code
        for typed in ("ops@example.com", "Ops@example.com", "OPS@example.com")
    ]
    assert answers == [302, 302, 429]


def test_the_index_does_not_depend_on_the_spelling() -> None:
    assert contact_on("email", "Ops@qq.com").index == contact_on("email", "ops@qq.com,").index
