"""Subscription messages: one for each consent, exact under failures, repeats and two workers."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import ConsentChange
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.consents import consents_sweep
from notifications.delivery.ledger import LedgerFilter, dead_letters, deliveries_retry
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.resolve import expire_leases, resolve_unknown
from notifications.delivery.send import send_due
from notifications.subscribers.models import MessageConsent
from notifications.subscribers.services.message_consents import (
    addresses_without_consent,
    consents_change,
    consents_left,
)
from notifications.subscribers.services.subscriptions import subscriber_erase
from notifications.templates.services import default_note
from statuspage.lib.database_clock import database_now
from tests.factories import make_address, open_incident
from tests.notifications.channels.wechat import posted
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db(transaction=True)
OPENID, TEMPLATE = "oABCDEFGHIJKLMNOPQRSTUV_0001", "template-0002"
MINI = "mini_program"


@pytest.fixture(autouse=True)
def account(provider: Simulator, settings) -> Simulator:
    """Subscription notices of the service account, and no template messages."""
    settings.WECHAT_PROVIDERS = ["wechat_notice"]
    return provider


def agree(simulator: Simulator, *names: str, channel: str = "wechat", openid: str = OPENID) -> None:
    """Somebody agrees, once for each name; the account and we both know it."""
    kind = MINI if channel == MINI else "official"
    for name in names:
        body = {"openid": openid, "templates": {TEMPLATE: "accept"}, "account": kind}
        simulator.control("POST", "wechat/consents", {**body, "event": False})
        consents_change(channel, [ConsentChange(openid, TEMPLATE, True, name)])


def tell() -> int:
    statement = open_incident()
    expand(statement.number)
    return statement.number


def again() -> None:
    """Everything that waits is due now."""
    past = database_now() - timedelta(hours=1)
    Delivery.objects.filter(state__in=["pending", "unknown"]).update(due_at=past)


def row(**which: object) -> Delivery:
    return Delivery.objects.get(**which)


def left(simulator: Simulator, kind: str = "official", openid: str = OPENID) -> int:
    counts = simulator.control("GET", "wechat/consents")
    return int(counts.get(f"{kind}:{openid}:{TEMPLATE}", 0))


def test_a_message_uses_up_one_consent(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first", "second")
    tell()
    send_due("wechat")
    assert (row().state, row().provider) == ("sent", "wechat_notice")
    assert len(account.messages(to=OPENID)) == 1
    assert consents_left(address) == {TEMPLATE: 1}
    assert left(account) == 1


def test_without_a_consent_nothing_is_sent_and_the_next_address_is_used(account) -> None:
    address = make_address(OPENID, channel="wechat", position=0)
    other = make_address("+8613800138001", position=1)
    former, other.subscriber = other.subscriber, address.subscriber
    other.save()
    former.delete()
    address.subscriber.one_by_one = True
    address.subscriber.save()
    tell()
    send_due("wechat")
    told = {one.channel: (one.state, one.reason) for one in Delivery.objects.all()}
    assert told == {"wechat": ("suppressed", "no_consent"), "sms": ("pending", "")}
    assert account.messages(to=OPENID) == []
    assert addresses_without_consent("wechat") == 1


def test_staff_send_again_what_lacked_a_consent_once_there_is_one(account) -> None:
    make_address(OPENID, channel="wechat")
    tell()
    send_due("wechat")
    agree(account, "first")
    assert deliveries_retry(dead_letters(LedgerFilter())) == 1
    send_due("wechat")
    assert row().state == "sent"


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("refuse", {"code": 48001}),
        ("refuse", {"code": 47003}),
        ("refuse", {"code": 49999}),
        ("rate_limited", {}),
        ("refuse", {"code": 40003}),
    ],
)
def test_a_message_that_was_not_sent_gives_its_consent_back(account, fault, options) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    account.switch(fault, provider="wechat", **options)
    tell()
    send_due("wechat")
    assert account.messages(to=OPENID) == []
    assert consents_left(address) == {TEMPLATE: 1}


def test_a_held_message_is_sent_after_the_repair(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    account.control("PUT", "config", {"wechat_unauthorised": True})
    tell()
    try:
        send_due("wechat")
        assert (row().state, row().reason) == ("pending", "no_credentials")
    finally:
        account.control("PUT", "config", {"wechat_unauthorised": False})
    again()
    send_due("wechat")
    assert row().state == "sent"
    assert consents_left(address) == {}


def test_an_answer_that_was_lost_keeps_the_consent_and_sends_nothing_twice(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first", "second")
    account.switch("drop_after", provider="wechat", count=1)
    tell()
    send_due("wechat")
    again()
    resolve_unknown()
    again()
    send_due("wechat")
    assert row().state == "unknown"
    assert len(account.messages(to=OPENID)) == 1
    assert consents_left(address) == {TEMPLATE: 1}
    assert left(account) == 1


def test_what_wechat_refuses_for_want_of_consent_ends_those_that_we_counted(account) -> None:
    address = make_address(OPENID, channel="wechat")
    consents_change(
        "wechat", [ConsentChange(OPENID, TEMPLATE, True, name) for name in ("first", "second")]
    )
    tell()
    send_due("wechat")
    assert (row().state, row().reason, row().code) == ("failed", "no_consent", "43101")
    assert consents_left(address) == {}
    address.refresh_from_db()
    assert address.suppressed_at is None


def test_two_messages_and_one_consent(account) -> None:
    make_address(OPENID, channel="wechat")
    agree(account, "first")
    tell()
    tell()
    send_due("wechat")
    assert sorted(one.state for one in Delivery.objects.all()) == ["sent", "suppressed"]
    assert len(account.messages(to=OPENID)) == 1


def test_two_workers_and_few_consents(account) -> None:
    make_address(OPENID, channel="wechat")
    agree(account, *map(str, range(5)))
    for _ in range(12):
        tell()

    def work() -> None:
        try:
            send_due("wechat")
        finally:
            connection.close()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    send_due("wechat")
    states = sorted(one.state for one in Delivery.objects.all())
    assert states == ["sent"] * 5 + ["suppressed"] * 7
    assert len(account.messages(to=OPENID)) == 5
    assert left(account) == 0


def test_a_worker_that_died_after_its_claim_loses_no_consent(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    tell()
    taken, _ = claim("wechat", 10, "wechat_notice", consent_to=lambda one: TEMPLATE)
    assert len(taken) == 1
    assert consents_left(address) == {}
    Delivery.objects.update(lease_until=database_now() - timedelta(seconds=1))
    expire_leases()
    consents_sweep()
    # It may have gone out: nobody else may use its consent, and it still has one.
    assert row().state == "unknown"
    assert MessageConsent.objects.get().delivery_id == row().pk
    Delivery.objects.update(state="pending", may_be_sent=True, due_at=database_now())
    send_due("wechat")
    assert row().state == "sent"
    assert left(account) == 0
    assert not MessageConsent.objects.filter(ended_at=None).exists()


def test_a_claim_that_is_undone_takes_nothing(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    tell()

    def broken(one: object) -> str:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        claim("wechat", 10, "wechat_notice", consent_to=broken)
    assert row().state == "pending"
    assert consents_left(address) == {TEMPLATE: 1}


def test_a_lasting_template_is_not_used_up(account, settings) -> None:
    settings.WECHAT_LASTING_TEMPLATES = [TEMPLATE]
    row_of = {"template_id": TEMPLATE, "content": "", "type": 3}
    account.control("PUT", "wechat/templates", {"templates": [row_of]})
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    tell()
    tell()
    send_due("wechat")
    assert {one.state for one in Delivery.objects.all()} == {"sent"}
    assert consents_left(address) == {TEMPLATE: 1}


def test_template_messages_need_no_consent(account, settings) -> None:
    settings.WECHAT_PROVIDERS = ["wechat"]
    account.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    make_address(OPENID, channel="wechat")
    tell()
    send_due("wechat")
    assert (row().state, row().provider) == ("sent", "wechat")


def test_a_mini_program_has_consents_of_its_own(account) -> None:
    address = make_address(OPENID, channel=MINI)
    agree(account, "first")
    tell()
    send_due(MINI)
    assert row().reason == "no_consent"
    agree(account, "first", channel=MINI)
    assert deliveries_retry(dead_letters(LedgerFilter())) == 1
    send_due(MINI)
    assert row().state == "sent"
    assert consents_left(address) == {}
    assert [one["provider"] for one in account.messages(to=OPENID)] == [MINI]


def test_erasing_somebody_erases_their_consents(account) -> None:
    address = make_address(OPENID, channel="wechat")
    agree(account, "first")
    subscriber_erase(address.subscriber)
    assert not MessageConsent.objects.exists()


class TestEvents:
    """What WeChat tells of consents, in safe mode."""

    def say(self, client, event: str, said: str, when: str = "1700000000") -> int:
        around = "".join(part.title() for part in event.split("_"))
        xml = (
            f"<xml><FromUserName>{OPENID}</FromUserName><CreateTime>{when}</CreateTime>"
            f"<MsgType>event</MsgType><Event>{event}</Event><{around}><List>"
            f"<TemplateId>{TEMPLATE}</TemplateId>"
            f"<SubscribeStatusString>{said}</SubscribeStatusString></List></{around}></xml>"
        )
        path, body = posted(xml)
        return int(client.post(path, body, content_type="text/xml").status_code)

    def test_a_consent_is_counted_once_however_often_it_is_told(self, account, client) -> None:
        address = make_address(OPENID, channel="wechat")
        for _ in range(3):
            assert self.say(client, "subscribe_msg_popup_event", "accept") == 200
        assert consents_left(address) == {TEMPLATE: 1}
        self.say(client, "subscribe_msg_popup_event", "accept", when="1700000060")
        assert consents_left(address) == {TEMPLATE: 2}

    def test_a_consent_before_the_account_is_known_counts_later(self, account, client) -> None:
        self.say(client, "subscribe_msg_popup_event", "accept")
        assert consents_left(make_address(OPENID, channel="wechat")) == {TEMPLATE: 1}

    def test_to_say_no_takes_nothing_back_but_to_refuse_does(self, account, client) -> None:
        address = make_address(OPENID, channel="wechat")
        self.say(client, "subscribe_msg_popup_event", "accept")
        self.say(client, "subscribe_msg_popup_event", "reject", when="1700000060")
        assert consents_left(address) == {TEMPLATE: 1}
        self.say(client, "subscribe_msg_change_event", "reject", when="1700000120")
        assert consents_left(address) == {}

    def test_a_changed_body_is_refused(self, account, client) -> None:
        path, body = posted("<xml></xml>", msg_signature="0" * 40)
        assert client.post(path, body, content_type="text/xml").status_code == 403

    def test_a_receipt_finds_its_delivery(self, account, client) -> None:
        make_address(OPENID, channel="wechat")
        agree(account, "first")
        tell()
        send_due("wechat")
        event = "subscribe_msg_sent_event"
        xml = (
            f"<xml><FromUserName>{OPENID}</FromUserName><CreateTime>1700000000</CreateTime>"
            f"<MsgType>event</MsgType><Event>{event}</Event><SubscribeMsgSentEvent><List>"
            f"<TemplateId>{TEMPLATE}</TemplateId><MsgID>{row().provider_id}</MsgID>"
            "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus>"
            "</List></SubscribeMsgSentEvent></xml>"
        )
        path, body = posted(xml)
        assert client.post(path, body, content_type="text/xml").status_code == 200
        receipts_apply()
        assert row().state == "delivered"

    def report(self, client, msgid: str, template: str = TEMPLATE, code: str = "0") -> None:
        """WeChat reports on a message, whoever sent it, and its report is read."""
        xml = (
            f"<xml><FromUserName>{OPENID}</FromUserName>"
            f"<CreateTime>{int(database_now().timestamp())}</CreateTime>"
            "<MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event>"
            f"<SubscribeMsgSentEvent><List><TemplateId>{template}</TemplateId>"
            f"<MsgID>{msgid}</MsgID><ErrorCode>{code}</ErrorCode></List></SubscribeMsgSentEvent>"
            "</xml>"
        )
        path, body = posted(xml)
        assert client.post(path, body, content_type="text/xml").status_code == 200
        past = database_now() - timedelta(seconds=10)
        Receipt.objects.update(received_at=past, look_at=past)
        receipts_apply()

    @pytest.mark.parametrize(
        ("template", "code", "state"),
        [
            (TEMPLATE, "0", "delivered"),
            (TEMPLATE, "43101", "undelivered"),
            # Another system sends by the same account.
            ("template-of-others", "0", "unknown"),
        ],
    )
    def test_the_report_on_a_message_whose_answer_was_lost_settles_it(
        self, account, client, template, code, state
    ) -> None:
        address = make_address(OPENID, channel="wechat")
        agree(account, "first", "second")
        default_note(find_provider("wechat_notice"))
        account.switch("drop_after", provider="wechat", count=1)
        tell()
        send_due("wechat")
        assert row().state == "unknown"
        self.report(client, "200163840", template, code)
        consents_sweep()
        assert row().state == state
        assert consents_left(address) == {TEMPLATE: 1}
        assert left(account) == 1

    def test_a_report_that_could_be_on_either_of_two_messages_settles_none(
        self, account, client
    ) -> None:
        make_address(OPENID, channel="wechat")
        agree(account, "first", "second")
        default_note(find_provider("wechat_notice"))
        account.switch("drop_after", provider="wechat", count=2)
        tell()
        tell()
        send_due("wechat")
        self.report(client, "200163840")
        assert {one.state for one in Delivery.objects.all()} == {"unknown"}

    def test_a_report_with_a_code_that_nobody_knows_sends_nothing_again(
        self, account, client
    ) -> None:
        make_address(OPENID, channel="wechat")
        agree(account, "first", "second")
        tell()
        send_due("wechat")
        self.report(client, row().provider_id, code="20999")
        assert (row().state, row().code) == ("undelivered", "20999")
