"""What single kinds of notice refuse, say and do."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from statuspage.calendar.selectors import calendar_of
from statuspage.lib.money import Fee, parse_fee
from statuspage.notices.models import Notice
from statuspage.settlement.arrival.fees import waived
from statuspage.settlement.prices.selectors import price_options
from statuspage.settlement.prices.services import price_add
from statuspage.settlement.rules import rule_add, rule_for
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.notices.samples import NATIONAL_DAY, ahead, publish, right_payload, world
from tests.statuspage.settlement.rules.factories import LONG_AGO, make_product

pytestmark = [pytest.mark.django_db, pytest.mark.within_the_hour]
NOON = datetime(2025, 2, 19, 4, tzinfo=UTC)


def refused(kind, **changes):
    payload = right_payload(kind) | changes
    with override("en"), pytest.raises(ValidationError) as refusal:
        publish(kind, payload)
    return refusal.value.message_dict


class TestFeeChange:
    def test_thirty_days_are_enough(self):
        publish("fee_change", right_payload("fee_change") | {"effective_on": ahead(30)})

    def test_a_change_within_thirty_days_is_refused_without_a_reason(self):
        assert "29 days" in refused("fee_change", effective_on=ahead(29))["short_notice_reason"][0]
        assert not Statement.objects.exists()

    def test_the_reason_is_in_the_log_and_on_the_page(self, client):
        why = text("银联调整成本。", "The network raised its price.")
        statement = publish(
            "fee_change",
            right_payload("fee_change") | {"effective_on": ahead(5), "short_notice_reason": why},
        )
        (line,) = [one for one in statement.content["details"]["en"] if "short" in one["label"]]
        assert line["text"] == "The network raised its price."

    def test_a_lower_fee_may_hold_tomorrow(self):
        lower = {"old_fee": "万100+3", "new_fee": "0.6%", "effective_on": ahead(1)}
        publish("fee_change", right_payload("fee_change") | lower)

    def test_the_same_fee_is_no_change(self):
        assert set(refused("fee_change", new_fee="万60")) == {"new_fee"}

    def test_the_worked_example_is_the_domains(self):
        content = publish("fee_change").content
        (table,) = content["tables"]["en"]
        rows = {row[0]: row[1:] for row in table["rows"]}
        assert rows["1,000 yuan"] == [
            "6.00 yuan (effective rate 0.60%)",
            "13.00 yuan (effective rate 1.30%)",
        ]
        assert rows["100 yuan"] == [
            "0.60 yuan (effective rate 0.60%)",
            "4.00 yuan (effective rate 4.00%)",
        ]
        assert "on 1,000 yuan 13.00 yuan instead of 6.00." in content["brief"]["en"]

    def test_it_holds_from_its_day_and_is_a_disclosure(self):
        content = publish("fee_change").content
        assert content["form"] == "disclosure"
        assert content["effective_from"].startswith(ahead(39))  # midnight in Shanghai, in UTC

    def test_prices_with_the_old_fee_take_the_new_one(self):
        price_add(category="micro", fee=parse_fee("0.6%"))
        price_add(category="industry", fee=parse_fee("0.38%"))
        publish("fee_change", audience={"categories": ["micro"]})
        today = timezone.localdate()
        assert fee_on("micro", today) == parse_fee("0.6%")
        assert fee_on("micro", today + timedelta(days=41)) == parse_fee("万100+3")
        assert fee_on("industry", today + timedelta(days=41)) == parse_fee("0.38%")


def fee_on(category: str, day: date) -> Fee:
    """Return the one fee in force on a day."""
    (option,) = price_options(category, "", day)
    return option.price.fee


class TestFeeWaiver:
    def test_a_share_is_waived_to_the_fen(self):
        assert waived({"percent_waived": "50"}, Decimal("7.41")) == Decimal("3.71")
        assert waived({"percent_waived": "100"}, Decimal("7.41")) == Decimal("7.41")

    def test_an_amount_is_waived_but_never_more_than_the_fee(self):
        payload = {"percent_waived": None, "amount_waived": "3.00"}
        assert waived(payload, Decimal("13.00")) == Decimal("3.00")
        assert waived(payload, Decimal("0.60")) == Decimal("0.60")

    @pytest.mark.parametrize("both", [(None, None), ("100", "3.00")])
    def test_a_waiver_is_a_share_or_an_amount_and_not_both(self, both):
        changes = dict(zip(("percent_waived", "amount_waived"), both, strict=True))
        assert set(refused("fee_waiver", **changes)) == {"percent_waived"}


class TestHolidaySchedule:
    @pytest.fixture(autouse=True)
    def _world(self):
        world()

    def test_its_table_covers_every_date_once_in_a_column_for_each_cycle(self):
        table = publish("holiday_schedule").content["payload"]["table"]
        assert [one["cycle"] for one in table["columns"]] == ["T+1", "D+1"]
        rows = {one["date"]: one["arrivals"] for one in table["rows"]}
        assert len(rows) == len(table["rows"]) == 17
        assert rows["2025-09-26"] == ["2025-09-28", "2025-09-27"]  # Friday, to the make-up Sunday
        assert rows["2025-09-30"] == ["2025-10-09", "2025-10-01"]
        assert rows["2025-10-08"] == ["2025-10-09", "2025-10-09"]
        assert rows["2025-10-10"] == ["2025-10-11", "2025-10-11"]
        assert rows["2025-10-12"] == ["2025-10-13", "2025-10-13"]

    def test_a_year_that_is_not_loaded_is_refused(self):
        problems = refused("holiday_schedule", year=2027)
        assert problems == {
            "year": ["The State Council has not published the calendar of 2027 yet."]
        }
        assert refused("holiday_schedule", year=2009) == {
            "year": ["The settlement calendar does not include 2009."]
        }

    @pytest.mark.parametrize(
        ("today", "warning"),
        [
            ("2025-09-30 23:59", None),
            ("2025-10-01 00:00", "has begun"),
            ("2025-10-08 23:59", "has begun"),
            ("2025-10-09 00:00", "is over"),
        ],
    )
    def test_dates_that_are_past_are_confirmed_or_not_published(self, today, warning):
        at = datetime.fromisoformat(f"{today}+08:00")
        if warning is None:
            publish("holiday_schedule", published_at=at, confirmed=False)
            return
        with override("en"), pytest.raises(ValidationError, match=warning):
            publish("holiday_schedule", published_at=at, confirmed=False)
        assert not Notice.objects.exists()
        publish("holiday_schedule", published_at=at, confirmed=True)

    def test_a_table_of_ones_own_is_checked(self):
        right = publish("holiday_schedule").content["payload"]["table"]
        publish("holiday_schedule", {**NATIONAL_DAY, "table": right})
        right["rows"].pop(4)
        found = refused("holiday_schedule", table=right)["table"]
        assert any("No date is given for transactions of 30 Sep (Tue)." in one for one in found)

    def test_its_columns_name_merchants_and_their_products_in_each_language(self):
        make_product("card", "刷卡", "Cards")
        make_product("qr", "扫码", "QR codes")
        for product in ("card", "qr"):
            rule_add(category="micro", product=product, cycle="D+1", known_from=LONG_AGO)
        content = publish("holiday_schedule").content
        ((chinese,), (english,)) = (content["tables"][one] for one in ("zh-hans", "en"))
        assert "D+1（行业商户；小微商户：刷卡、扫码）" in chinese["columns"]
        assert "D+1 (Industry merchants; Micro merchants: Cards, QR codes)" in english["columns"]

    def test_holidays_that_adjoin_are_one_stay(self):
        content = publish("holiday_schedule", {"holiday": "mid_autumn", "year": 2025}).content
        assert content["payload"]["first_day"] == "2025-10-01"
        assert content["payload"]["last_day"] == "2025-10-08"


def test_without_rules_there_is_no_table():
    reviewed(2024, 2025)
    with override("en"), pytest.raises(ValidationError, match="No settlement rule"):
        publish("holiday_schedule")


class TestCalendarChange:
    def test_it_changes_the_calendar_from_its_publication_on(self):
        world()
        before = timezone.now()
        publish("calendar_change")
        assert calendar_of("domestic", before).settles(date(2026, 9, 21))
        assert not calendar_of("domestic").settles(date(2026, 9, 21))
        assert calendar_of("domestic").day(date(2026, 9, 22)).label["zh-hans"] == "临时休市"

    def test_it_lists_every_date_promised_before_that_it_moves(self):
        world()
        publish("holiday_schedule")
        moved = {
            "profile": "domestic",
            "first_day": "2025-10-09",
            "last_day": "2025-10-09",
            "day_kind": "statutory_holiday",
        }
        content = publish("calendar_change", moved).content
        changed = {one["transaction"]: one["new"] for one in content["moved"]}
        assert changed["2025-09-30"] == changed["2025-10-08"] == "2025-10-10"
        assert {one["old"] for one in content["moved"]} == {"2025-10-09"}
        (table,) = content["tables"]["en"]
        assert ["30 Sep 2025", "9 Oct 2025", "10 Oct 2025", "#1"] in table["rows"]

    def test_what_changes_nothing_is_refused_and_leaves_no_notice(self):
        world()
        same = {
            "profile": "domestic",
            "first_day": "2025-10-01",
            "last_day": "2025-10-01",
            "day_kind": "statutory_holiday",
        }
        with override("en"), pytest.raises(ValidationError, match="Nothing would change"):
            publish("calendar_change", same)
        assert not Notice.objects.exists()


class TestSettlementRule:
    def test_the_rule_holds_from_its_day_on_and_is_known_from_its_publication(self):
        rule_add(category="micro", cycle="T+1")
        before = timezone.now()
        statement = publish("settlement_rule")
        later = timezone.now() + timedelta(days=4)
        assert rule_for("micro", "", timezone.now()).cycle == "T+1"
        assert rule_for("micro", "", later, before).cycle == "T+1"
        new = rule_for("micro", "", later)
        assert (new.cycle, new.fallback, new.statement_id) == ("D+0", "T+1", statement.number)

    def test_a_cutoff_that_falls_back_needs_what_to_fall_back_to(self):
        assert set(refused("settlement_rule", fallback=None)) == {"fallback"}

    def test_its_message_gives_the_merchants_and_the_days_as_one_range(self):
        make_product("card", "刷卡", "Cards")
        changes = {"product": "card", "valid_from": "2099-03-01", "valid_until": "2099-06-30"}
        content = publish("settlement_rule", right_payload("settlement_rule") | changes).content
        assert content["brief"] == {
            "zh-hans": "小微商户刷卡：2099年3月1日至6月30日的交易按 D+0 结算。",
            "en": "Micro merchants, Cards: D+0 settlement for transactions from 1 Mar 2099 to "
            "30 Jun 2099.",
        }

    def test_its_message_without_an_end_gives_the_first_day(self):
        changes = {"valid_from": "2099-03-01"}
        content = publish("settlement_rule", right_payload("settlement_rule") | changes).content
        assert content["brief"]["zh-hans"] == "小微商户：2099年3月1日起按 D+0 结算。"


def test_a_clarification_quotes_and_judges():
    brief = publish("clarification").content["brief"]["en"]
    assert 'Rumour: "The company is closing; hand in…". This is false: Business goes on' in brief


@pytest.mark.parametrize("figure", ["1,200.50万元", "12月15日", "D210S-2025"])
def test_no_figure_of_a_quotation_is_cut(figure: str):
    for before in range(28, 42):
        quoted = text("款" * before + figure + "的传言" * 20)
        payload = right_payload("clarification") | {"quoted": quoted}
        brief = publish("clarification", payload).content["brief"]["zh-hans"]
        kept = brief.partition("款" * min(before, 39))[2].partition("…")[0]
        assert not re.search(r"[0-9,.月-]$", kept) or kept.startswith(figure)


def test_a_warning_always_makes_the_standing_promise():
    content = publish("security_warning").content
    promise = "We never ask you by SMS to reply with a number, pay a deposit or follow a link."
    assert content["details"]["en"][-1] == {"label": "Our promise", "text": promise}
    assert promise in content["brief"]["en"]


def test_a_retirement_holds_until_the_end_of_its_last_day():
    content = publish("terminal_retirement").content
    assert content["effective_until"].startswith(ahead(60))
    assert "DP-100, DP-200" in content["brief"]["en"]
