"""Whoever earns from codes gets few: by country, by ceiling, and never beyond the cap."""

import io
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.checks import run_checks
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django.fixtures import Settings

from notifications.channels.addresses import AddressKind
from notifications.channels.outcomes import Inbound, InboundAction
from notifications.delivery.budget import spending
from notifications.delivery.models import Alarm, Spending
from notifications.subscribers.configuration import SubscriberSettings
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import Address, CodeCeiling, CodeRequest, SignUp
from notifications.subscribers.services import code_counts
from notifications.subscribers.services.addresses import address_add
from notifications.subscribers.services.code_counts import ceilings_hit, code_book, unentered
from notifications.subscribers.services.codes import CodeRefused, SignupRefusal, codes_send
from notifications.subscribers.services.importing import subscriber_import
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.signups import signups_forget
from statuspage.lib.env import Configuration, ConfigurationError
from tests.factories import make_address
from tests.notifications.subscribers.threads import all_at_once
from tests.notifications.subscribers.visitor import E164, Visitor, newest_signup, text_of

pytestmark = pytest.mark.django_db

ABROAD = (
    "+881 612 345 678",
    "+870 773 123 456",
    "+882 13 123456",
    "+1 876 555 1234",
    "+371 21 234 567",
    "+852 6123 4567",
    "13491234567",
)


def phone(last: int) -> str:
    return f"1380013{last:04d}"


class TestCountries:
    @pytest.mark.parametrize("number", ABROAD)
    def test_neither_page_sends_a_code_abroad(self, visitor: Visitor, number: str) -> None:
        for response in (visitor.ask(number), visitor.ask_to_manage(number)):
            assert response.status_code == 400
        codes_send()
        assert not SignUp.objects.exists()
        assert not CodeRequest.objects.exists()
        assert visitor.sim.messages() == []

    def test_the_page_says_what_to_do(self, visitor: Visitor) -> None:
        shown = text_of(visitor.ask("+852 6123 4567"))
        assert "We only send SMS to ordinary mobile numbers that begin with +86." in shown
        assert "use an e-mail address, or contact us" in shown
        assert "手机号码" in text_of(Visitor(visitor.sim, prefix="").ask("+852 6123 4567"))

    def test_it_answers_the_same_whether_the_number_is_known(self, visitor: Visitor) -> None:
        before = text_of(visitor.ask_to_manage("+85261234567"))
        make_address("+85261234567")
        after = text_of(visitor.ask_to_manage("+85261234567"))
        assert [one for one in before.splitlines() if "csrf" not in one] == [
            one for one in after.splitlines() if "csrf" not in one
        ]

    @pytest.mark.parametrize("number", ABROAD)
    def test_no_other_door_lets_it_in(self, number: str) -> None:
        with pytest.raises(ValidationError):
            address_add(channel="sms", raw=number, language="en", source="contract")
        content = f"phone,language,category,consent_source\n{number},en,,contract\n"
        assert subscriber_import(io.BytesIO(content.encode())).failed == 1
        assert not Address.objects.exists()

    def test_start_from_abroad_starts_nothing_and_stop_always_stops(self) -> None:
        address = make_address("+85261234567")
        inbound_apply("sms", Inbound("+85261234567", InboundAction.STOP))
        inbound_apply("sms", Inbound("+85261234567", InboundAction.START))
        address.refresh_from_db()
        assert address.suppressed_at is not None

    def test_a_country_that_is_allowed_gets_codes(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
        assert visitor.ask("+852 6123 4567").status_code == 302

    def test_one_taken_off_the_list_in_the_meantime_gets_none(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
        page = visitor.ask("+852 6123 4567").headers["Location"]
        settings.SMS_COUNTRIES = frozenset({"CN"})
        codes_send()
        assert visitor.sim.messages() == []
        assert newest_signup().failure == "country"
        assert spending().segments == 0
        assert "we do not send SMS to this number" in text_of(visitor.client.get(page))
        assert visitor.client.post(f"{page}again/").status_code == 400

    def test_numbers_of_before_are_counted_and_stay(self) -> None:
        make_address("+85261234567")
        make_address(E164)
        [warning] = [one for one in run_checks(databases=["default"]) if "W001" in str(one.id)]
        assert warning.id == "subscribers.W001"
        assert warning.msg.startswith("1 subscribed phone numbers")
        assert Address.objects.filter(suppressed_at=None).count() == 2


class TestBudget:
    def test_a_code_is_booked_like_any_sms(self, visitor: Visitor, settings: Settings) -> None:
        settings.SMS_PRICES = {"86": Decimal("0.05"), "*": Decimal(1)}
        visitor.ask()
        codes_send()
        booked = spending()
        assert booked.segments >= 1
        assert booked.spent == Decimal("0.05") * booked.segments

    def test_beyond_the_cap_no_code_is_sent_and_the_page_says_so(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SMS_MONTHLY_CAP = Decimal("0.01")
        page = visitor.ask().headers["Location"]
        codes_send()
        assert visitor.sim.messages() == []
        assert newest_signup().failure == "budget"
        assert Spending.objects.get().stopped == 1
        assert Alarm.objects.filter(kind=Alarm.Kind.BUDGET_SPENT).exists()
        assert "we cannot send SMS right now" in text_of(visitor.client.get(page))

    def test_what_was_not_sent_is_given_back(self, visitor: Visitor, settings: Settings) -> None:
        settings.TWILIO_BASE_URL = "http://127.0.0.1:1"
        visitor.ask()
        codes_send()
        assert spending().spent == 0

    def test_a_code_by_mail_costs_nothing(self, visitor: Visitor, settings: Settings) -> None:
        settings.SMS_MONTHLY_CAP = Decimal(0)
        visitor.ask("", email="li.lei@example.com")
        codes_send()
        assert newest_signup().failure == ""
        assert not CodeRequest.objects.exists()


class TestCeilings:
    @pytest.mark.parametrize(
        ("name", "most"),
        [
            ("SIGNUP_CODES_HOUR", 2),
            ("SIGNUP_CODES_DAY", 2),
            ("SIGNUP_CODES_COUNTRY_HOUR", {"86": 2, "*": 9}),
            ("SIGNUP_CODES_COUNTRY_DAY", {"*": 2}),
        ],
    )
    def test_beyond_it_nobody_is_sent_a_code_by_sms(
        self, visitor: Visitor, settings: Settings, name: str, most: object
    ) -> None:
        setattr(settings, name, most)
        answers = [visitor.ask(phone(last)).status_code for last in range(3)]
        assert answers == [302, 302, 429]
        assert visitor.ask_to_manage(phone(9)).status_code == 429
        assert "use an e-mail address" in text_of(visitor.ask(phone(4)))
        assert visitor.ask("", email="li.lei@example.com").status_code == 302
        assert ceilings_hit() == ["86" if "COUNTRY" in name else ""]

    def test_another_code_for_the_same_sign_up_counts_as_well(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SIGNUP_CODES_HOUR = 2
        page = visitor.ask().headers["Location"]
        assert visitor.client.post(f"{page}again/").status_code == 302
        assert visitor.client.post(f"{page}again/").status_code == 429

    def test_one_countrys_ceiling_stops_no_other(
        self, visitor: Visitor, settings: Settings
    ) -> None:
        settings.SMS_COUNTRIES = frozenset({"CN", "HK"})
        settings.SIGNUP_CODES_COUNTRY_HOUR = {"86": 9, "*": 1}
        numbers = ("+85261234567", "+85261234568", phone(1))
        assert [visitor.ask(one).status_code for one in numbers] == [302, 429, 302]

    def test_after_an_hour_there_are_more(self, visitor: Visitor, settings: Settings) -> None:
        settings.SIGNUP_CODES_HOUR = 1
        visitor.ask(phone(1))
        assert visitor.ask(phone(2)).status_code == 429
        with time_machine.travel(timezone.now() + timedelta(hours=1, minutes=1)):
            assert visitor.ask(phone(2)).status_code == 302

    def test_a_refused_code_is_not_counted(self, visitor: Visitor, settings: Settings) -> None:
        settings.SIGNUP_CODES_HOUR = 1
        for last in range(4):
            visitor.ask(phone(last))
        assert CodeRequest.objects.count() == 1
        assert SignUp.objects.count() == 1

    def test_counts_are_forgotten_after_two_days(self, visitor: Visitor) -> None:
        visitor.ask()
        with time_machine.travel(timezone.now() + timedelta(days=2, minutes=1)):
            signups_forget()
        assert not CodeRequest.objects.exists()

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("SIGNUP_CODES_COUNTRY_HOUR", "86:100"),
            ("SIGNUP_CODES_COUNTRY_DAY", "86:many,*:1"),
            ("SIGNUP_CODES_COUNTRY_DAY", "CN:1,*:1"),
            ("SIGNUP_CODES_HOUR", "0"),
            ("SIGNUP_ENTERED_SHARE", "2"),
        ],
    )
    def test_a_wrong_ceiling_stops_the_start(
        self, monkeypatch: pytest.MonkeyPatch, name: str, value: str
    ) -> None:
        monkeypatch.setenv(name, value)
        with pytest.raises(ConfigurationError, match=name):
            Configuration([SubscriberSettings])


@pytest.mark.django_db(transaction=True)
def test_many_at_once_do_not_pass_a_ceiling(settings: Settings) -> None:
    settings.SIGNUP_CODES_HOUR = 3

    def ask(last: int) -> bool:
        contact = Contact("sms", AddressKind.PHONE, f"+86{phone(last)}")
        try:
            code_book(contact, lambda: SignUp.objects.create(language="en", **contact.columns()))
        except CodeRefused as refused:
            return refused.refusal != SignupRefusal.CEILING
        return True

    assert all_at_once(8, ask).count(True) == 3
    assert CodeRequest.objects.count() == 3
    assert CodeCeiling.objects.get().country == ""


class TestShareEntered:
    @pytest.fixture(autouse=True)
    def _few(self, settings: Settings) -> None:
        settings.SIGNUP_ENTERED_OF = 4
        settings.SIGNUP_ENTERED_SHARE = 0.5

    def asked(self, country: str, sent: int, entered: int, minutes: int = 20) -> None:
        at = timezone.now() - timedelta(minutes=minutes)
        for number in range(sent):
            done = at if number < entered else None
            CodeRequest.objects.create(country=country, at=at, entered_at=done)

    def test_few_entered_is_the_mark_of_fraud(self) -> None:
        self.asked("86", 10, 8)
        self.asked("371", 5, 1)
        assert unentered() == ["371"]

    def test_spread_over_many_countries_it_shows_in_all_together(self) -> None:
        for country in ("371", "372", "373"):
            self.asked(country, 3, 0)
        assert unentered() == [""]

    def test_half_of_them_entered_is_as_usual(self) -> None:
        self.asked("86", 6, 3)
        assert unentered() == []

    def test_a_few_codes_say_nothing(self) -> None:
        self.asked("86", 3, 0)
        assert unentered() == []

    @pytest.mark.parametrize("minutes", [1, 90])
    def test_those_still_typing_and_those_of_long_ago_do_not_count(self, minutes: int) -> None:
        self.asked("86", 9, 0, minutes)
        assert unentered() == []

    def test_an_entered_code_counts_as_entered(self, visitor: Visitor) -> None:
        visitor.subscribe()
        assert CodeRequest.objects.get().entered_at is not None

    def test_the_newest_of_several_codes_counts_once(self, visitor: Visitor) -> None:
        page = visitor.ask().headers["Location"]
        visitor.code()
        visitor.client.post(f"{page}again/")
        visitor.type(page, visitor.code())
        assert CodeRequest.objects.exclude(entered_at=None).count() == 1
        assert CodeRequest.objects.count() == 2


def test_the_counts_need_no_redis(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.SIGNUP_CODES_HOUR = 1
    contact = Contact("sms", AddressKind.PHONE, E164)

    def make() -> SignUp:
        return SignUp.objects.create(language="en", **contact.columns())

    code_counts.code_book(contact, make)
    with pytest.raises(CodeRefused):
        code_counts.code_book(contact, make)
