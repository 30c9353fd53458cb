"""Before publishing: by which channels, at what price, who sleeps; and alarms on every page."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.alarms import alarm_over, alarm_raise
from notifications.delivery.budget import this_month
from notifications.delivery.models import Alarm, Spending
from statuspage.components.models import Component
from tests.factories import make_address, open_incident
from tests.statuspage.console.browser import form_of, press, signed_in, signed_in_at, words

NEW = "/console/incidents/compose/"
TEXTS = {"name_zh": "到账延迟", "name_en": "Late", "body_zh": "资金安全", "body_en": "Safe"}


@pytest.fixture(autouse=True)
def _prices(settings: Any) -> None:
    settings.SMS_PRICES = {"86": Decimal("0.05"), "*": Decimal("0.60")}
    settings.SMS_CURRENCY = "CNY"


def preview(client: Client, path: str = NEW, **values: Any) -> str:
    form = form_of(client.get(path)) | {**TEXTS, **values, "step": "preview"}
    return words(client.post(path, form, headers={"hx-request": "true"}))


class TestChannels:
    def test_an_update_that_changes_nothing_is_not_told_by_sms(self, author: Client) -> None:
        make_address()
        said = open_incident()
        part = preview(author, f"/console/incidents/{said.subject_id}/update/", status="")
        assert (
            "Not sent by SMS: updates that neither raise the impact nor resolve the incident "
            "are only sent by E-mail, Group robot, Webhook" in part
        )
        assert "not sent this time" in part
        assert "0 recipients" in part

    def test_an_opening_goes_by_every_channel(self, author: Client, component: Component) -> None:
        part = preview(author)
        assert "Not sent by" not in part
        assert "not sent this time" not in part

    def test_what_the_operator_decides_is_what_is_said(
        self, author: Client, component: Component, settings: Any
    ) -> None:
        settings.SMS_MOMENTS = frozenset()
        assert "Not sent by SMS: new incidents are only sent by" in preview(author)

    def test_the_warning_is_shown_in_chinese_too(
        self, chinese: Client, component: Component, settings: Any
    ) -> None:
        settings.SMS_MOMENTS = frozenset()
        assert 'class="alert"' in preview(chinese)


@pytest.mark.within_the_hour
class TestPrice:
    def test_every_segment_to_every_number_is_paid_for(
        self, author: Client, component: Component, settings: Any
    ) -> None:
        settings.SMS_COUNTRIES = frozenset({"CN", "GB"})
        make_address("+8613812341234")
        make_address("+447911121234", language="en")
        make_address("+85261234567")  # gets nothing, and costs nothing
        # A promised time after midnight carries its date, and one SMS more.
        noon = timezone.localtime().replace(hour=12)
        with signed_in_at(author, noon - timedelta(days=1)):
            part = preview(author)
        assert "0.65 yuan" in part
        assert "no budget set" in part

    def test_what_costs_nothing_says_nothing(self, author: Client, component: Component) -> None:
        make_address("a@example.com", "email")
        assert "Estimated SMS cost" not in preview(author)

    def test_the_month_stands_beside_it(
        self, author: Client, component: Component, settings: Any
    ) -> None:
        settings.SMS_MONTHLY_CAP = Decimal("1000")
        Spending.objects.create(month=this_month(), spent=Decimal("250.5"))
        make_address()
        part = preview(author)
        assert "Spent this month: 250.50 yuan of 1,000.00 yuan." in part
        assert "This would exceed the" not in part

    @pytest.mark.parametrize(("spent", "warned"), [("0.95", False), ("0.96", True), ("2", True)])
    def test_passing_the_cap_is_warned_of_before_it_happens(
        self, author: Client, component: Component, settings: Any, spent: str, warned: bool
    ) -> None:
        settings.SMS_MONTHLY_CAP = Decimal(1)
        Spending.objects.create(month=this_month(), spent=Decimal(spent))
        make_address()
        part = preview(author)
        assert ("This would exceed the" in part) is warned

    def test_the_last_look_warns_as_well(
        self, author: Client, component: Component, settings: Any
    ) -> None:
        settings.SMS_MONTHLY_CAP = Decimal(0)
        make_address()
        page = words(press(author, NEW, "confirm", **TEXTS, unnamed="on", next_update_by=""))
        assert "Publish now" in page
        assert "This would exceed the" in page


@pytest.mark.within_the_hour
class TestNights:
    @pytest.fixture(autouse=True)
    def _it_is_night(self, settings: Any) -> None:
        settings.QUIET_HOURS = (time(0, 0), time(23, 59, 59))

    def test_those_who_sleep_are_counted(self, author: Client, component: Component) -> None:
        make_address()
        make_address()
        assert "Quiet hours: 2 messages wait until 23:59." in preview(author, impact="major")

    def test_what_is_critical_wakes_them_and_says_so(
        self, author: Client, component: Component
    ) -> None:
        make_address()
        part = preview(author, impact="critical")
        assert "Critical: sent immediately, even at night." in part
        assert "Quiet hours:" not in part

    def test_without_quiet_hours_nothing_is_said(
        self, author: Client, component: Component, settings: Any
    ) -> None:
        settings.QUIET_HOURS = None
        make_address()
        for impact in ("major", "critical"):
            part = preview(author, impact=impact)
            assert "night" not in part


class TestAlarms:
    PAGES = ("/console/", "/console/log/", "/console/dead-letters/", NEW)

    @pytest.mark.parametrize("path", PAGES)
    def test_an_open_alarm_stands_on_every_page(
        self, author: Client, component: Component, path: str
    ) -> None:
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, "sms")
        page = words(author.get(path))
        assert "A provider is not responding (SMS)" in page.split("<h1")[0]
        alarm_over(Alarm.Kind.PROVIDER_DOWN, "sms")
        assert "A provider is not responding" not in words(author.get(path))

    def test_who_is_not_signed_in_sees_none(self, client: Client, db: None) -> None:
        alarm_raise(Alarm.Kind.PROVIDER_DOWN, "sms")
        assert "A provider is not responding" not in words(client.get("/console/login/"))

    def test_auditors_see_alarms(self, db: None) -> None:
        alarm_raise(Alarm.Kind.BUDGET_SPENT, "2026-11")
        page = words(signed_in("auditor").get("/console/"))
        assert "The month's SMS budget is used up: SMS are stopped (2026-11)" in page

    def test_the_dashboard_sets_spending_against_the_cap(
        self, author: Client, settings: Any
    ) -> None:
        settings.SMS_MONTHLY_CAP = Decimal("1000")
        Spending.objects.create(
            month=this_month(), spent=Decimal("812.5"), segments=16250, stopped=3
        )
        page = words(author.get("/console/")).split('id="spending"')[1]
        assert "812.50 yuan</strong> / 1,000.00 yuan" in page
        assert '<progress max="1000" value="812.5000" aria-labelledby="spending">' in page
        assert "16,250 billed segments" in page
        assert "3 messages over budget, not sent" in page

    def test_without_a_cap_it_says_so(self, author: Client) -> None:
        page = words(author.get("/console/")).split('id="spending"')[1]
        assert "0.00 yuan" in page
        assert "no budget set" in page
        assert "No open alarms." in page
