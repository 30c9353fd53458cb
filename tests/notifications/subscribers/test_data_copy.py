"""A copy of one's own data: everything, nothing of others, never cached, for a fresh code only."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.utils import timezone

from notifications.subscribers.models import Address, Subscriber
from notifications.subscribers.services.subscriptions import subscriber_erase
from notifications.subscribers.views.manage import SALT
from statuspage.lib.timed_signing import sign_now
from tests.factories import make_address
from tests.notifications.delivery.rows import deliver, statement
from tests.notifications.subscribers.visitor import E164, NUMBER, Visitor, text_of

pytestmark = pytest.mark.django_db


def own(visitor: Visitor) -> str:
    visitor.subscribe()
    return visitor.open_manage()


def test_it_holds_everything_that_is_kept(visitor: Visitor) -> None:
    path = own(visitor)
    other = make_address("wei@example.com", "email")
    Address.objects.filter(pk=other.pk).update(
        subscriber=Subscriber.objects.exclude(pk=other.subscriber_id).get()
    )
    make_address("+8613900139000")
    response = visitor.client.post(f"{path}data/", {"json": "1"})
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    shown = [(one["address"], one["in_full"]) for one in data["addresses"]]
    assert shown == [(E164, True), ("w***@example.com", False)]
    [consent] = data["consents"]
    assert consent["act"] == "given"
    assert "service notices chosen above" in consent["text"]
    assert consent["privacy_notice_version"] == data["privacy_notice"]["version"]
    assert data["subscriber"]["topics"] == ["incident", "maintenance", "notice"]
    for foreign in ("wei@example.com", "139", "sealed", "whsec_"):
        assert foreign not in response.content.decode()


def test_its_messages_are_there_and_nobody_elses(visitor: Visitor) -> None:
    path = own(visitor)
    said = statement()
    deliver(said, "sent", address=Address.objects.get())
    deliver(said, "sent", address=make_address("+8613900139000"))
    data = json.loads(visitor.client.post(f"{path}data/", {"json": "1"}).content)
    assert [one["result"] for one in data["messages"]] == ["sent"]


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_it_can_be_read_in_both_languages(visitor: Visitor, prefix: str) -> None:
    visitor.prefix = prefix
    page = visitor.client.post(f"{own(visitor)}data/")
    assert E164 in text_of(page)
    assert "no-store" in page["Cache-Control"]
    assert ("您的个人信息" if not prefix else "Your data") in text_of(page)


def test_a_link_alone_does_not_answer(visitor: Visitor) -> None:
    assert visitor.client.get(f"{own(visitor)}data/").status_code == 405


def test_the_code_must_be_fresh(visitor: Visitor) -> None:
    path = own(visitor)
    with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=True):
        assert visitor.client.get(path).status_code == 200
        stale = visitor.client.post(f"{path}data/", {"json": "1"})
    assert stale.status_code == 410
    assert E164 not in text_of(stale)


def test_after_the_erasure_or_with_another_token_there_is_nothing(visitor: Visitor) -> None:
    path = own(visitor)
    subscriber = Subscriber.objects.get()
    bare = sign_now(subscriber.public_id, SALT)
    foreign = sign_now(f"{subscriber.public_id}:{'0' * 64}", SALT)
    forged = sign_now(f"{subscriber.public_id}:x", "else")
    earlier = signing.dumps(f"{subscriber.public_id}:x", salt=SALT)
    for token in (bare, foreign, forged, earlier, "x"):
        response = visitor.post(f"/manage/{token}/data/", {"json": "1"})
        assert response.status_code == 410
        assert NUMBER.replace(" ", "") not in text_of(response)
    subscriber_erase(subscriber)
    assert visitor.client.post(f"{path}data/", {"json": "1"}).status_code == 410
