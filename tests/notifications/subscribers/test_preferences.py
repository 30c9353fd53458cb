"""How merchants are told: quiet at night, by their own clock, by one channel or by each."""

import io
import re
from datetime import time

import pytest
from django.core.exceptions import ValidationError
from pytest_django.fixtures import Settings

from notifications.subscribers.choices import Choices, DeliveryPreferences, clean_timezone
from notifications.subscribers.models import Address, Consent, Subscriber
from notifications.subscribers.services.importing import subscriber_import
from notifications.subscribers.services.inbound import bind_code_issue, wechat_bind
from notifications.subscribers.services.subscriptions import (
    addresses_order,
    addresses_reactivate,
    choices_change,
    preferences_of,
)
from tests.factories import make_address
from tests.notifications.subscribers.visitor import E164, Visitor, text_of

pytestmark = pytest.mark.django_db
OPENID = "oABCDEFGHIJKLMNOPQRSTUVWXYZ0"
ANSWERS = {"topics": ["incident", "maintenance", "notice"], "language": "en", "quiet": "on"}


@pytest.fixture(autouse=True)
def _quiet_hours(settings: Settings) -> None:
    settings.QUIET_HOURS = (time(22, 0), time(8, 0))


@pytest.fixture
def page(visitor: Visitor) -> str:
    """Return the path of the page of someone who has subscribed to everything."""
    visitor.subscribe()
    return visitor.open_manage()


def also(channel: str, clear: str) -> Address:
    """Another address of the only subscriber."""
    address = make_address(clear, channel)
    own, address.subscriber = address.subscriber, Subscriber.objects.earliest("pk")
    address.position = address.subscriber.addresses.count()
    address.save()
    own.delete()
    return address


class TestNights:
    def test_quiet_hours_are_kept_unless_the_subscriber_says_otherwise(
        self, visitor: Visitor, page: str
    ) -> None:
        shown = text_of(visitor.client.get(page))
        assert re.search(r'<input[^>]*name="quiet"[^>]* checked', shown)
        assert "Between 22:00 and 08:00, SMS and WeChat messages are held until 08:00." in shown

    def test_a_subscriber_may_do_without_quiet_hours(self, visitor: Visitor, page: str) -> None:
        visitor.client.post(page, {**ANSWERS, "quiet": ""})
        assert Subscriber.objects.get().quiet is False
        assert not re.search(
            r'<input[^>]*name="quiet"[^>]* checked', text_of(visitor.client.get(page))
        )

    def test_a_subscriber_chooses_the_time_zone(self, visitor: Visitor, page: str) -> None:
        shown = text_of(visitor.client.get(page))
        assert 'value="Asia/Shanghai" selected' in shown
        visitor.client.post(page, {**ANSWERS, "timezone": "Europe/London"})
        assert Subscriber.objects.get().timezone == "Europe/London"

    def test_a_zone_that_is_not_offered_changes_nothing(self, visitor: Visitor, page: str) -> None:
        response = visitor.client.post(page, {**ANSWERS, "timezone": "Mars/Olympus"})
        assert response.status_code == 400
        assert Subscriber.objects.get().timezone == "Asia/Shanghai"

    def test_an_imported_zone_is_offered_to_its_owner(self, visitor: Visitor, page: str) -> None:
        Subscriber.objects.update(timezone="Asia/Tashkent")
        assert 'value="Asia/Tashkent" selected' in text_of(visitor.client.get(page))
        visitor.client.post(page, {**ANSWERS, "timezone": "Asia/Tashkent"})
        assert Subscriber.objects.get().timezone == "Asia/Tashkent"

    def test_without_quiet_hours_nobody_is_asked_and_nothing_changes(
        self, visitor: Visitor, page: str, settings: Settings
    ) -> None:
        settings.QUIET_HOURS = None
        shown = text_of(visitor.client.get(page))
        assert 'name="quiet"' not in shown
        assert 'name="timezone"' not in shown
        Subscriber.objects.update(timezone="Asia/Tokyo")
        visitor.client.post(page, {**ANSWERS, "quiet": ""})
        subscriber = Subscriber.objects.get()
        assert (subscriber.quiet, subscriber.timezone) == (True, "Asia/Tokyo")

    def test_subscribing_again_keeps_quiet_hours_and_time_zone(
        self, visitor: Visitor, page: str
    ) -> None:
        visitor.client.post(page, {**ANSWERS, "quiet": "", "timezone": "Asia/Tokyo"})
        visitor.subscribe()
        assert preferences_of(Subscriber.objects.get()) == DeliveryPreferences(
            False, "Asia/Tokyo", False
        )


class TestOneByOne:
    def test_with_one_address_there_is_nothing_to_ask(self, visitor: Visitor, page: str) -> None:
        assert 'name="told"' not in text_of(visitor.client.get(page))

    def test_with_two_they_choose_and_every_channel_is_the_beginning(
        self, visitor: Visitor, page: str
    ) -> None:
        also("wechat", OPENID)
        shown = text_of(visitor.client.get(page))
        assert re.search(r'name="told" value="every" checked', shown)
        assert "Notify me on every channel" in shown
        assert re.search("Notify me once: by WeChat[^<]*, and by SMS only if that fails", shown)

    def test_once_puts_wechat_before_sms_before_email(self, visitor: Visitor, page: str) -> None:
        also("email", "me@example.com")
        also("wechat", OPENID)
        visitor.client.post(page, {**ANSWERS, "told": "once"})
        assert Subscriber.objects.get().one_by_one
        ordered = Address.objects.order_by("position").values_list("channel", flat=True)
        assert [*ordered] == ["wechat", "sms", "email"]

    def test_a_subscriber_may_go_back_to_every_channel(self, visitor: Visitor, page: str) -> None:
        also("wechat", OPENID)
        visitor.client.post(page, {**ANSWERS, "told": "once"})
        visitor.client.post(page, {**ANSWERS, "told": "every"})
        assert not Subscriber.objects.get().one_by_one

    def test_saving_something_else_keeps_one_by_one(self, visitor: Visitor, page: str) -> None:
        other = also("wechat", OPENID)
        visitor.client.post(page, {**ANSWERS, "told": "once"})
        Address.objects.filter(pk=other.pk).update(suppressed_at="2026-01-01T00:00:00Z")
        assert 'name="told"' not in text_of(visitor.client.get(page))
        visitor.client.post(page, ANSWERS)
        assert Subscriber.objects.get().one_by_one

    def test_a_wechat_account_bound_later_comes_first(self, visitor: Visitor, page: str) -> None:
        also("email", "me@example.com")
        visitor.client.post(page, {**ANSWERS, "told": "once"})
        code = bind_code_issue(subscriber=Subscriber.objects.get())
        wechat_bind(openid=OPENID, text=f"绑定 {code}")
        first = Address.objects.order_by("position", "pk").first()
        assert first.channel == "wechat"

    def test_who_is_told_by_every_channel_keeps_the_order_of_joining(
        self, visitor: Visitor, page: str
    ) -> None:
        code = bind_code_issue(subscriber=Subscriber.objects.get())
        wechat_bind(openid=OPENID, text=f"绑定 {code}")
        first = Address.objects.order_by("position", "pk").first()
        assert first.channel == "sms"

    def test_other_channels_come_after_the_chain(self) -> None:
        hook = make_address("https://hooks.example.com/x", "webhook")
        phone = make_address(E164)
        phone.subscriber = hook.subscriber
        phone.save()
        addresses_order([hook.subscriber.pk])
        ordered = Address.objects.order_by("position").values_list("channel", flat=True)
        assert [*ordered] == ["sms", "webhook"]

    def test_nonsense_changes_nothing(self, visitor: Visitor, page: str) -> None:
        also("wechat", OPENID)
        assert visitor.client.post(page, {**ANSWERS, "told": "twice"}).status_code == 400
        assert not Subscriber.objects.get().one_by_one


def test_a_change_is_consent_whatever_was_changed() -> None:
    address = make_address()
    choices_change(
        subscriber=address.subscriber,
        choices=Choices("en"),
        preferences=DeliveryPreferences(quiet=False),
    )
    assert Consent.objects.get().source == "web"
    address.subscriber.refresh_from_db()
    assert address.subscriber.quiet is False


class TestTimezones:
    @pytest.mark.parametrize("name", ["Asia/Shanghai", "Europe/London", "UTC"])
    def test_what_python_and_the_database_know(self, name: str) -> None:
        assert clean_timezone(name) == name

    @pytest.mark.parametrize(
        "name", ["", "Mars/Olympus", "asia/shanghai", "../etc", "CST6", "\x00"]
    )
    def test_anything_else_gets_a_clear_sentence(self, name: str) -> None:
        with pytest.raises(ValidationError, match="Asia/Shanghai"):
            clean_timezone(name)

    def test_each_zone_that_merchants_are_offered_is_one(self) -> None:
        from notifications.subscribers.forms import TIMEZONES

        assert [clean_timezone(name) for name, _label in TIMEZONES]


class TestImport:
    HEADER = "phone,language,category,consent_source,timezone,one_by_one"

    def run(self, *lines: str, header: str = HEADER) -> list[tuple[int, str]]:
        report = subscriber_import(io.BytesIO("\n".join([header, *lines, ""]).encode()))
        return [(one.line, one.column) for one in report.errors]

    def test_both_columns_are_taken(self) -> None:
        assert self.run("13800138000,en,,contract,Europe/London,yes") == []
        assert preferences_of(Subscriber.objects.get()) == DeliveryPreferences(
            True, "Europe/London", True
        )

    def test_empty_columns_leave_the_defaults(self) -> None:
        assert self.run("13800138000,en,,contract,,") == []
        assert preferences_of(Subscriber.objects.get()) == DeliveryPreferences()

    def test_missing_columns_leave_the_defaults(self) -> None:
        header = "phone,language,category,consent_source"
        assert self.run("13800138000,en,,contract", header=header) == []
        assert preferences_of(Subscriber.objects.get()) == DeliveryPreferences()

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("yes", True), ("TRUE", True), ("1", True), ("是", True), ("no", False), ("否", False)],
    )
    def test_answers_as_people_write_them(self, written: str, meant: bool) -> None:
        self.run(f"13800138000,en,,contract,,{written}")
        assert Subscriber.objects.get().one_by_one is meant

    def test_a_bad_line_names_its_field_and_stops_no_other(self) -> None:
        problems = self.run(
            "13800138000,en,,contract,Mars/Olympus,",
            "13800138001,en,,contract,,perhaps",
            "13800138002,en,,contract,Asia/Tokyo,no",
        )
        assert problems == [(2, "timezone"), (3, "one_by_one")]
        assert Subscriber.objects.get().timezone == "Asia/Tokyo"

    def test_importing_again_keeps_what_the_row_leaves_empty(self) -> None:
        self.run("13800138000,en,,contract,Europe/London,yes")
        self.run("13800138000,en,,contract,,")
        assert preferences_of(Subscriber.objects.get()) == DeliveryPreferences(
            True, "Europe/London", True
        )

    def test_a_later_row_can_take_one_by_one_back(self) -> None:
        self.run("13800138000,en,,contract,,yes")
        self.run("13800138000,en,,contract,,no")
        assert Subscriber.objects.get().one_by_one is False

    def test_the_chain_is_in_order_when_a_row_asks_for_it(self) -> None:
        self.run("13800138000,en,,contract,,")
        also("wechat", OPENID)
        self.run("13800138000,en,,contract,,yes")
        ordered = Address.objects.order_by("position").values_list("channel", flat=True)
        assert [*ordered] == ["wechat", "sms"]


class TestReviving:
    def stopped(self, reason: str) -> Address:
        return make_address(
            suppressed_at="2026-01-01T00:00:00Z",
            suppressed_for=reason,
            failures=10,
            failing_since="2026-01-01T00:00:00Z",
        )

    @pytest.mark.parametrize("reason", ["bad_address", "failing", "blocked", "unreachable"])
    def test_what_a_provider_stopped_starts_again_with_a_clean_slate(self, reason: str) -> None:
        address = self.stopped(reason)
        assert addresses_reactivate([address.pk]) == 1
        address.refresh_from_db()
        assert (address.suppressed_at, address.suppressed_for) == (None, "")
        assert (address.failures, address.failing_since) == (0, None)

    @pytest.mark.parametrize("reason", ["opted_out", "not_a_follower", "unsubscribed"])
    def test_what_its_owner_stopped_stays_stopped(self, reason: str) -> None:
        address = self.stopped(reason)
        assert addresses_reactivate([address.pk]) == 0
        address.refresh_from_db()
        assert address.suppressed_for == reason

    def test_reviving_is_no_consent(self) -> None:
        addresses_reactivate([self.stopped("failing").pk])
        assert not Consent.objects.exists()

    def test_an_active_address_is_left_alone(self) -> None:
        address = make_address(failures=3)
        assert addresses_reactivate([address.pk]) == 0
        address.refresh_from_db()
        assert address.failures == 3
