"""STOP, START and what else arrives from merchants."""

import logging

import pytest
from django.core.exceptions import ValidationError

from notifications.channels.outcomes import Inbound, InboundAction, Reason
from notifications.delivery.audience import Audience, audience_count
from notifications.subscribers.models import Address, Consent
from notifications.subscribers.services.inbound import bind_code_issue, inbound_apply
from notifications.subscribers.services.subscriptions import address_reactivate, address_suppress
from tests.factories import make_address
from tests.notifications.subscribers.visitor import E164

pytestmark = pytest.mark.django_db

OPENID = "oMerchant_00000000000000001"
SMS = "sms"


def _hears() -> int:
    return sum(one.count for one in audience_count(Audience("notice")))


def _say(action: InboundAction, address: str = E164, channel: str = SMS, text: str = "") -> None:
    inbound_apply(channel, Inbound(address=address, action=action, text=text))


class TestStop:
    def test_stop_ends_the_messages_and_withdraws_consent(self) -> None:
        make_address(E164)
        _say(InboundAction.STOP)
        assert _hears() == 0
        consent = Consent.objects.get()
        assert (consent.act, consent.source) == ("withdrawn", SMS)

    def test_stop_again_changes_nothing(self) -> None:
        make_address(E164)
        for _ in range(3):
            _say(InboundAction.STOP)
        assert Consent.objects.count() == 1

    def test_start_brings_them_back_with_consent(self) -> None:
        make_address(E164)
        _say(InboundAction.STOP)
        _say(InboundAction.START)
        assert _hears() == 1
        assert [one.act for one in Consent.objects.order_by("id")] == ["withdrawn", "given"]

    def test_start_from_someone_who_never_stopped_changes_nothing(self) -> None:
        make_address(E164)
        _say(InboundAction.START)
        assert not Consent.objects.exists()

    def test_start_does_not_mend_a_bad_address(self) -> None:
        make_address(E164)
        address_suppress(channel=SMS, clear_address=E164, reason=Reason.BAD_ADDRESS)
        _say(InboundAction.START)
        assert _hears() == 0

    def test_a_stop_ends_one_address_and_no_other(self) -> None:
        make_address(E164)
        make_address()
        _say(InboundAction.STOP)
        assert _hears() == 1

    @pytest.mark.parametrize("action", list(InboundAction))
    @pytest.mark.parametrize("address", ["+8613900139000", "10086", "", "MERCHANT", "\x00"])
    def test_strangers_change_nothing(self, action: InboundAction, address: str) -> None:
        make_address(E164)
        _say(action, address=address, text="hello")
        assert _hears() == 1
        assert Address.objects.count() == 1

    def test_what_a_stranger_wrote_is_not_logged(self, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        _say(InboundAction.STOP, address="1065800810086", text="secret words")
        assert "1065800810086" not in caplog.text
        assert "secret words" not in caplog.text

    def test_a_text_by_sms_changes_nothing(self) -> None:
        make_address(E164)
        _say(InboundAction.TEXT, text="绑定 ABC234")
        assert Address.objects.count() == 1


class TestSuppressing:
    def test_a_providers_word_is_no_withdrawal_of_consent(self) -> None:
        make_address(E164)
        assert address_suppress(channel=SMS, clear_address=E164, reason=Reason.BAD_ADDRESS)
        assert not Consent.objects.exists()
        assert Address.objects.get().suppressed_for == "bad_address"

    @pytest.mark.parametrize("first", [Reason.BAD_ADDRESS, Reason.OPTED_OUT])
    def test_of_providers_the_first_reason_stays_and_the_owners_stays_always(
        self, first: Reason
    ) -> None:
        make_address(E164)
        address_suppress(channel=SMS, clear_address=E164, reason=first)
        assert not address_suppress(channel=SMS, clear_address=E164, reason=Reason.FAILING)
        assert Address.objects.get().suppressed_for == first

    @pytest.mark.parametrize("spelling", ["138 0013 8000", "008613800138000", E164])
    def test_any_spelling_finds_the_address(self, spelling: str) -> None:
        make_address(E164)
        assert address_suppress(channel=SMS, clear_address=spelling, reason="opted_out")
        assert address_reactivate(channel=SMS, clear_address=spelling)
        assert _hears() == 1

    def test_an_unknown_address_is_answered_with_false(self) -> None:
        assert not address_suppress(channel=SMS, clear_address=E164, reason="opted_out")
        assert not address_reactivate(channel=SMS, clear_address=E164)

    @pytest.mark.parametrize(("channel", "address"), [("pigeon", E164), (SMS, "nonsense")])
    def test_nonsense_is_an_error(self, channel: str, address: str) -> None:
        with pytest.raises(ValidationError):
            address_suppress(channel=channel, clear_address=address, reason="opted_out")


class TestWechat:
    def test_the_code_binds_the_account_that_sends_it(self) -> None:
        phone = make_address(E164, topics=["notice"], language="en")
        code = bind_code_issue(subscriber=phone.subscriber)
        _say(InboundAction.TEXT, OPENID, "wechat", f"绑定 {code}")
        bound = Address.objects.get(channel="wechat")
        assert bound.subscriber == phone.subscriber
        assert bound.confirmed_at is not None
        assert bound.subscription.topics == ["notice"]
        assert bound.position == 1
        consent = Consent.objects.get(address=bound)
        assert (consent.act, consent.source) == ("given", "wechat")

    @pytest.mark.parametrize(
        "spelling", ["绑定{}", " 绑定  {} ", "绑定:{}", "绑定\uff1a{}", "bind {}"]
    )
    def test_people_write_it_their_way(self, spelling: str) -> None:
        phone = make_address(E164)
        code = bind_code_issue(subscriber=phone.subscriber).lower()
        _say(InboundAction.TEXT, OPENID, "wechat", spelling.format(code))
        assert phone.subscriber.addresses.count() == 2

    @pytest.mark.parametrize("text", ["", "绑定", "绑定 ABC234", "{}", "绑定 {} 谢谢", "解绑 {}"])
    def test_any_other_text_binds_nothing(self, text: str) -> None:
        phone = make_address(E164)
        code = bind_code_issue(subscriber=phone.subscriber)
        _say(InboundAction.TEXT, OPENID, "wechat", text.format(code))
        assert not Address.objects.filter(channel="wechat").exists()

    def test_a_code_works_once(self) -> None:
        phone = make_address(E164)
        code = bind_code_issue(subscriber=phone.subscriber)
        _say(InboundAction.TEXT, OPENID, "wechat", f"绑定 {code}")
        _say(InboundAction.TEXT, OPENID.replace("1", "2"), "wechat", f"绑定 {code}")
        assert Address.objects.filter(channel="wechat").count() == 1

    def test_an_account_moves_to_the_subscriber_whose_code_it_sends(self) -> None:
        before = make_address(OPENID, "wechat", suppressed_for="", topics=["incident"])
        former = before.subscriber
        phone = make_address(E164, topics=["notice"])
        code = bind_code_issue(subscriber=phone.subscriber)
        _say(InboundAction.TEXT, OPENID, "wechat", f"绑定 {code}")
        bound = Address.objects.get(channel="wechat")
        assert bound.subscriber == phone.subscriber
        assert bound.subscription.topics == ["notice"]
        assert not type(former).objects.filter(pk=former.pk).exists()

    def test_binding_the_same_account_again_changes_little(self) -> None:
        phone = make_address(E164)
        for _ in range(2):
            code = bind_code_issue(subscriber=phone.subscriber)
            _say(InboundAction.TEXT, OPENID, "wechat", f"绑定 {code}")
        assert phone.subscriber.addresses.count() == 2

    def test_the_code_of_someone_who_was_erased_binds_nothing(self) -> None:
        phone = make_address(E164)
        code = bind_code_issue(subscriber=phone.subscriber)
        phone.subscriber.delete()
        _say(InboundAction.TEXT, OPENID, "wechat", f"绑定 {code}")
        assert not Address.objects.exists()

    def test_following_subscribes_nobody(self) -> None:
        _say(InboundAction.FOLLOW, OPENID, "wechat")
        assert not Address.objects.exists()

    def test_unfollowing_stops_and_following_again_starts_a_bound_account(self) -> None:
        make_address(OPENID, "wechat")
        _say(InboundAction.STOP, OPENID, "wechat")
        assert _hears() == 0
        _say(InboundAction.FOLLOW, OPENID, "wechat")
        assert _hears() == 1
