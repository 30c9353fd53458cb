"""What a statement says as typed facts, and how they fill templates: nothing but words is cut."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.base import MessageTemplate
from notifications.channels.fact_values import Fact, FactType
from notifications.channels.facts import facts_of
from notifications.channels.filling import choose, filled, value_within, words_within
from notifications.channels.sms_text import segments, units
from notifications.templates.suggested import suggestions
from statuspage.notices.kind import every_kind
from tests.notifications.approved import CLOUDS, cloud, composed, templates_at
from tests.notifications.channels.builders import bulletin, correction

PAYLOADS = {
    "delay": {
        "transactions_from": "2025-02-19T16:00:00.000Z",
        "transactions_until": "2025-02-20T16:00:00.000Z",
        "arrives_by": "2025-02-24",
    },
    "compensation": {"promised_total": "200000.00", "paid_by": "2025-03-15"},
    "fee_change": {
        "old_fee": {"percent": "0.6"},
        "new_fee": {"percent": "1", "fixed": "3"},
        "effective_on": "2026-01-01",
    },
    "limit_change": {"effective_on": "2025-03-01", "new_day": "5000.50"},
    "settlement_rule": {"cycle": "weekly-friday", "valid_from": "2025-03-01", "valid_until": None},
    "terminal_retirement": {"models": ["A920", "S90"], "last_day": "2025-12-31"},
}


def notice(kind: str, language: str = "zh-hans", **content):
    document = {"number": 12, "corrects": None, "content": {"payload": PAYLOADS[kind], **content}}
    return bulletin(language, kind=f"notice.{kind}", name="关于调整的公告", document=document)


def said(kind: str, language: str = "zh-hans", **content) -> dict[str, str]:
    return {name: one.text for name, one in facts_of(notice(kind, language, **content)).items()}


def test_a_delay_names_its_transactions_and_its_date() -> None:
    facts = said("delay")
    # To midnight is to the end of the day before.
    assert (facts["from"], facts["until"]) == ("2月20日", "2月20日")
    assert facts["arrival_date"] == "2月24日"
    assert said("delay", "en")["arrival_date"] == "24 Feb"


def test_paid_out_is_not_credited() -> None:
    assert "payout_date" in said("delay", date_means="payout")
    assert "arrival_date" not in said("delay", date_means="payout")
    assert "settlement_date" in said("delay", date_means="settled")


def test_an_amount_is_digits_alone() -> None:
    assert said("compensation")["amount"] == "200000"
    assert said("limit_change")["limit_day"] == "5000.50"


def test_a_year_is_said_where_it_is_another_one() -> None:
    assert said("fee_change")["effective_date"] == "2026年1月1日"
    assert (said("fee_change")["old_fee"], said("fee_change")["fee"]) == ("0.60%", "1.00%+3.00")


def test_a_cycle_is_said_as_people_say_it() -> None:
    assert "weekly" not in said("settlement_rule")["cycle"]


def test_a_correction_names_what_it_corrects_and_repeats_no_fact_of_it() -> None:
    facts = facts_of(correction("zh-hans", "correction"))
    assert facts["corrected"].text == "11"
    assert "arrival_date" not in facts


def test_a_test_message_is_marked_and_has_no_code_of_ours() -> None:
    facts = facts_of(bulletin(mark="[测试]", code=""))
    assert facts["what"].text.startswith("[测试]")
    assert facts["code"].text == "TEST"


@pytest.mark.parametrize("limit", range(4, 40))
def test_no_figure_is_cut_within_words(limit: int) -> None:
    text = "共200,000元于12月3日15:30前发放，涉及T+1与3.5万笔交易"
    short = words_within(text, limit)
    assert units(short) <= limit
    for figure in re.findall(r"\d[\d,.:]*", short):
        assert figure in {"200,000", "12", "3", "15:30", "1", "3.5"}
    assert not re.search(r"200,000…|3\.5…|12月…|12月3…", short)


@given(st.text(max_size=80), st.integers(min_value=2, max_value=60))
def test_words_always_fit(text: str, limit: int) -> None:
    assert units(words_within(text, limit)) <= limit


@pytest.mark.parametrize("kind", [FactType.DATE, FactType.MONEY, FactType.NUMBER, FactType.CODE])
def test_what_is_no_word_goes_in_whole_or_not_at_all(kind: FactType) -> None:
    fact = Fact(kind, "1234567890", "1234567890")
    assert value_within(fact, 10) == "1234567890"
    assert value_within(fact, 9) == ""


def test_a_template_without_one_of_its_facts_is_not_used() -> None:
    template = MessageTemplate("1", text="${amount}", fields={"amount": "amount"})
    assert filled(template, facts_of(bulletin()), lambda _name, _fact: 0) is None


def test_the_most_specific_template_goes_first() -> None:
    def one(name: str, kind: str = "", moment: str = "", language: str = "") -> MessageTemplate:
        return MessageTemplate(name, kind=kind, moment=moment, language=language)

    every = [
        one("default"),
        one("moment", moment="notice"),
        one("kind", "notice.delay"),
        one("both", "notice.delay", "notice"),
        one("both in Chinese", "notice.delay", "notice", "zh-hans"),
        one("another", "notice.recovery", "notice", "zh-hans"),
    ]
    chosen = []
    while found := choose(every, lambda _one: {}, "notice.delay", "notice", "zh-hans"):
        chosen.append(found.provider_id)
        every.remove(found)
    assert chosen == ["both in Chinese", "both", "kind", "moment", "default"]


class TestSuggestions:
    def test_every_kind_of_notice_that_is_sent_has_one(self) -> None:
        kinds = {f"notice.{one.name}" for one in every_kind()} - {"notice.delivery_report"}
        suggested = {one.kind for one in suggestions() if one.kind.startswith("notice.")}
        # A general notice has no fields: it goes by the one for the moment.
        assert kinds - suggested == {"notice.general"}

    @pytest.mark.parametrize("name", CLOUDS)
    def test_every_one_is_one_that_the_cloud_approves(self, name: str) -> None:
        for one in templates_at(name):
            cloud(name).check_template(one)
            found = cloud(name).variable.findall(one.text)
            assert len(found) == len(set(found)), "no variable twice"

    def test_every_statement_carries_its_number_and_code(self) -> None:
        for one in suggestions():
            if not one.note:
                assert "{number}" in one.text
                assert "{code}" in one.text

    def test_nothing_carries_the_whole_text(self) -> None:
        assert not any("{body}" in one.text for one in suggestions())

    @pytest.mark.parametrize("name", CLOUDS)
    @pytest.mark.parametrize("kind", PAYLOADS)
    def test_what_merchants_act_on_is_said(self, name: str, kind: str) -> None:
        text = composed(cloud(name), notice(kind)).text
        wanted = {
            "delay": ("2月20日", "2月24日到账"),
            "compensation": ("200000元", "3月15日"),
            "fee_change": ("0.60%", "1.00%+3.00", "2026年1月1日"),
            "limit_change": ("单日限额调整为5000.50元",),
            "settlement_rule": ("3月1日",),
            "terminal_retirement": ("A920", "12月31日24时"),
        }
        assert all(one in text for one in wanted[kind])
        assert segments(text) <= 2

    def test_a_delay_without_a_date_says_so(self) -> None:
        document = {"number": 12, "content": {"payload": {**PAYLOADS["delay"], "arrives_by": None}}}
        one = bulletin(kind="notice.delay", document=document)
        assert "日期尚未确定" in composed(cloud("aliyun"), one).text


def test_a_moment_of_another_day_has_its_date() -> None:
    later = datetime(2025, 2, 22, 3, 15, tzinfo=UTC)
    assert facts_of(bulletin(next_update_by=later))["next_update"].text == "2月22日11:15"
