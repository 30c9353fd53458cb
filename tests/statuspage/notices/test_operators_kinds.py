"""Channel closed, limit change, agent policy, penalty, replacement: what each refuses and says."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from notifications.channels import medium
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.delivery.render import bulletin_of
from notifications.subscribers.models import Subscriber
from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import foreseen_of
from statuspage.notices.kind import notice_kind
from statuspage.notices.telling import Told
from statuspage.settlement.rules import rule_add
from tests.factories import make_address, make_staff, text
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import form_of, press, signed_in, words
from tests.statuspage.notices.samples import ahead, form_values, publish, right_payload, world
from tests.statuspage.settlement.rules.factories import make_product

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def _calendars() -> None:
    world()


def cleaned(kind: str, **values: Any) -> dict[str, Any]:
    """Return the payload with these values, as it would be published at NOW."""
    return dict(notice_kind(kind).clean({**PAYLOADS[kind], **values}, NOW))


def refused(kind: str, **values: Any) -> dict[str, list[str]]:
    """Return why the payload with these values is refused at NOW, by field."""
    with override("en"), pytest.raises(ValidationError) as refusal:
        cleaned(kind, **values)
    return refusal.value.message_dict


def odd(kind: str, **values: Any) -> str:
    """Return the warnings about the payload with these values."""
    with override("en"):
        return " ".join(notice_kind(kind).oddities(cleaned(kind, **values), NOW))


def brief(kind: str, language: str, **values: Any) -> str:
    """Return what an SMS says of the payload with these values."""
    with override(language):
        return str(notice_kind(kind).derived(cleaned(kind, **values))["brief"][language])


PAYLOADS: dict[str, dict[str, Any]] = {
    "channel_closure": {
        "channel": text("银联二维码支付", "UnionPay QR payments"),
        "state": "closed",
        "starts": "2027-01-05T00:00:00+08:00",
        "instead": text("请改用刷卡。", "Please take cards."),
    },
    "limit_change": {
        "card": "debit",
        "old_transaction": "50000",
        "new_transaction": "20000",
        "new_month": "500000",
        "effective_on": "2027-01-05",
    },
    "agent_policy": {
        "changes": text("分润改为每月10日发放。", "The revenue share is paid on the 10th."),
        "effective_on": "2027-01-05",
        "contact": text("详见代理商系统。", "Details are in the agent system."),
    },
    "penalty_disclosure": {
        "authority": text("中国人民银行某分行", "A branch of the PBoC"),
        "decided_on": "2025-02-10",
        "decision": "银罚〔2025〕3号",
        "violation": text("未按规定报送信息。", "Late reports."),
        "fine": "50000",
        "confiscated": "12000.50",
        "other_penalty": text("警告。", "a warning."),
        "put_right": text("已补报。", "Reported since."),
        "money": "not_affected",
    },
    "replacement": {
        "what": "terminal",
        "names": ["DP-100", "DP-200", "DP-300", "DP-400"],
        "starts": "2027-01-05",
        "ends": "2027-03-31",
        "how": text("客服上门更换。", "We come to you."),
        "last_day": "2027-04-15",
        "otherwise": text("停用后无法收款。", "They take no payments from then on."),
    },
}
# What a merchant acts on: each must be in the message in that language.
FACTS = {
    "channel_closure": {
        "zh-hans": [
            "银联二维码支付",
            "2027年1月5日",
            "关闭",
            "恢复时间另行公告",
            "请改用刷卡",
            "此前的交易资金安全，正常结算",
        ],
        "en": [
            "UnionPay QR payments",
            "5 Jan 2027",
            "closed",
            "until further notice",
            "Please take cards",
            "Funds are safe and settle as usual",
        ],
    },
    "limit_change": {
        "zh-hans": [
            "借记卡",
            "2027年1月5日",
            "单笔20,000 元（原50,000 元）",
            "单月500,000 元",
            "此前未设限额",
        ],
        "en": [
            # As the price list writes it: one word for one thing.
            "Debit card",
            "5 Jan 2027",
            "Per transaction 20,000 yuan (was 50,000 yuan)",
            "Per month 500,000 yuan (no limit before)",
        ],
    },
    "agent_policy": {
        "zh-hans": ["代理商", "2027年1月5日", "分润改为每月10日发放", "详见代理商系统"],
        "en": ["agents", "5 Jan 2027", "paid on the 10th", "in the agent system"],
    },
    "penalty_disclosure": {
        "zh-hans": [
            "中国人民银行某分行",
            "2025年2月10日",
            "罚款50,000 元",
            "12,000.50 元",
            "警告",
            "商户资金与结算不受影响",
        ],
        "en": [
            "A branch of the PBoC",
            "10 Feb 2025",
            "a fine of 50,000 yuan",
            "12,000.50 yuan",
            "a warning",
            "Merchants’ funds and payouts: not affected",
        ],
    },
    "replacement": {
        "zh-hans": [
            "DP-100、DP-200、DP-300",
            "另 1",
            "2027年1月5日至3月31日",
            "免费",
            "未更换的2027年4月15日24时停止使用",
            "客服上门更换",
        ],
        "en": [
            "DP-100, DP-200, DP-300 and 1 more",
            "5 Jan 2027 to 31 Mar 2027",
            "free of charge",
            "Those not replaced stop working after 15 Apr 2027",
            "We come to you",
        ],
    },
}


@pytest.mark.parametrize("kind", sorted(FACTS))
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_message_has_every_fact_that_its_reader_acts_on(kind: str, language: str) -> None:
    said = brief(kind, language)
    assert [one for one in FACTS[kind][language] if one not in said] == [], said
    assert "。。" not in said
    assert ".." not in said


@pytest.mark.parametrize("kind", sorted(FACTS))
def test_the_sms_itself_has_what_the_clause_says(kind: str) -> None:
    statement = publish(kind)
    sms = medium("sms").leading().compose(bulletin_of(statement.document, "zh-hans"))
    assert statement.content["brief"]["zh-hans"] in sms.text


class TestChannelClosure:
    def test_what_is_limited_says_what_still_works(self) -> None:
        assert set(refused("channel_closure", state="limited")) == {"still_works"}
        works = text("1000元以内可用。", "Up to 1,000 yuan works.")
        said = brief("channel_closure", "en", state="limited", still_works=works)
        assert "limited from 5 Jan 2027 until further notice. Up to 1,000 yuan works." in said

    def test_what_has_no_full_stop_does_not_run_on_into_the_next_sentence(self) -> None:
        instead = text("请改用刷卡", "Use cards")
        assert "请改用刷卡。此前的交易" in brief("channel_closure", "zh-hans", instead=instead)
        assert "Use cards. Earlier transactions" in brief("channel_closure", "en", instead=instead)
        assert "请改用刷卡。 Earlier" in brief("channel_closure", "en", instead=text("请改用刷卡"))

    def test_whole_days_are_said_as_days(self) -> None:
        ends = "2027-01-08T00:00:00+08:00"
        said = brief("channel_closure", "zh-hans", ends=ends)
        assert "银联二维码支付2027年1月5日至1月7日关闭。" in said

    def test_a_settlement_date_is_said_and_not_before_its_start(self) -> None:
        assert set(refused("channel_closure", settles_by="2027-01-04")) == {"settles_by"}
        said = brief("channel_closure", "zh-hans", settles_by="2027-01-06")
        assert "此前的交易资金安全，最迟2027年1月6日结算。" in said

    def test_a_settlement_date_must_settle_for_its_merchants(self) -> None:
        rule_add(category="micro", cycle="T+1", known_from=NOW - timedelta(days=365))
        payload = cleaned("channel_closure", starts="2026-06-12T09:00+08:00")
        sunday = {**payload, "settles_by": "2026-06-14"}
        with pytest.raises(ValidationError) as refusal:
            notice_kind("channel_closure").check_for({"categories": ["micro"]}, sunday, NOW)
        assert set(refusal.value.message_dict) == {"settles_by"}

    def test_it_ends_after_it_starts(self) -> None:
        assert set(refused("channel_closure", ends="2027-01-05T00:00+08:00")) == {"ends"}

    def test_closed_and_still_working_is_confirmed(self) -> None:
        works = text("部分可用。", "Some of it.")
        assert "still works" in odd("channel_closure", still_works=works)


class TestLimitChange:
    def test_no_change_is_refused(self) -> None:
        none = {"old_transaction": None, "new_transaction": None, "new_month": None}
        assert set(refused("limit_change", **none)) == {"new_transaction"}
        assert set(refused("limit_change", new_transaction="50000.00")) == {"new_transaction"}
        assert set(refused("limit_change", old_day="100")) == {"new_day"}

    def test_an_unchanged_limit_is_not_in_its_table(self) -> None:
        with override("en"):
            (table,) = notice_kind("limit_change").tables(cleaned("limit_change"))
            rows = [[*map(str, row)] for row in table.rows]
        assert rows == [
            ["Per transaction", "50,000 yuan", "20,000 yuan"],
            ["Per month", "None", "500,000 yuan"],
        ]

    @pytest.mark.parametrize(("day", "warned"), [("2026-03-02", True), ("2026-03-03", False)])
    def test_lower_at_once_is_confirmed(self, day: str, warned: bool) -> None:
        assert ("lower at once" in odd("limit_change", effective_on=day)) == warned

    def test_higher_at_once_is_not(self) -> None:
        higher = {"new_transaction": "60000", "new_month": None, "effective_on": "2026-03-02"}
        assert odd("limit_change", **higher) == ""

    def test_a_day_that_has_passed_and_more_each_than_a_month_are_confirmed(self) -> None:
        said = odd("limit_change", effective_on="2026-03-01", new_month="10000")
        assert "has passed" in said
        assert "“Per transaction” is more than “Per month”" in said

    def test_its_product_is_one_of_its_audience(self) -> None:
        make_product("qr", "扫码", "QR codes")
        make_product("card", "刷卡", "Cards")
        payload = cleaned("limit_change", product="qr", card=None)
        kind = notice_kind("limit_change")
        kind.check_for({"products": ["qr"]}, payload, NOW)
        kind.check_for({"products": []}, payload, NOW)
        with pytest.raises(ValidationError) as refusal:
            kind.check_for({"products": ["card"]}, payload, NOW)
        assert set(refusal.value.message_dict) == {"product"}
        assert "扫码限额" in brief("limit_change", "zh-hans", product="qr", card=None)

    def test_all_payments_where_nothing_is_named(self) -> None:
        assert brief("limit_change", "zh-hans", card=None).startswith("全部交易限额")


class TestAgentPolicy:
    @pytest.fixture
    def people(self) -> dict[str, int]:
        agent = make_address("+8613800000002")
        Subscriber.objects.filter(pk=agent.subscriber_id).update(agent=True)
        merchant = make_address("+8613800000001", category="micro")
        return {"agent": agent.pk, "merchant": merchant.pk}

    @staticmethod
    def told(statement: Any) -> set[int]:
        expand(statement.number)
        rows = Delivery.objects.filter(statement=statement)
        return set(rows.values_list("address_id", flat=True))

    def test_it_goes_to_agents_only_and_never_to_merchants_phones(self, people: Any) -> None:
        statement = publish("agent_policy", confirmed=False)
        assert statement.content["told"] == "agents"
        assert self.told(statement) == {people["agent"]}

    def test_merchants_are_told_only_where_that_was_confirmed(self, people: Any) -> None:
        with override("en"), pytest.raises(ValidationError, match="merchants’ phones"):
            publish("agent_policy", confirmed=False, told="all")
        assert people["merchant"] in self.told(publish("agent_policy", told="all"))

    def test_its_form_warns_that_it_is_public_and_preselects_agents(self) -> None:
        path = "/console/notices/compose/agent_policy/"
        author = signed_in()
        assert form_of(author.get(path))["told"] == "agents"
        assert "This text is public" in words(author.get(path))

    def test_its_form_asks_before_it_goes_to_merchants(self) -> None:
        kind = notice_kind("agent_policy")
        values = {"title_zh": "政策", "body_zh": "正文", "told": "all", "preselected": "agents"}
        values |= form_values(kind, right_payload(kind.name))
        path = "/console/notices/compose/agent_policy/"
        page = words(press(signed_in(), path, "confirm", **values))
        assert "would be sent to merchants’ phones too" in page
        page = words(press(signed_in(), path, "confirm", **values, confirmed="on"))
        assert 'value="publish"' in page

    def test_the_api_asks_as_well(self) -> None:
        body = {"kind": "agent_policy", "title": text("政策"), "body": text("正文")}
        body |= {"payload": right_payload("agent_policy"), "told": "all"}
        assert "confirmed" in caller().post("notices/", body).json()["error"]["fields"]

    def test_the_second_person_sees_the_warning(self) -> None:
        author = make_staff()
        row = self._proposed(author, "all")
        with override("en"):
            assert any("merchants’ phones" in one for one in foreseen_of(row).warnings)
        assert not foreseen_of(self._proposed(author, "agents")).warnings

    @staticmethod
    def _proposed(author: Any, told: str) -> Proposal:
        draft = {
            "title": text("政策"),
            "body": text("正文"),
            "payload": cleaned("agent_policy", effective_on=ahead(9)),
            "audience": {"categories": [], "products": [], "agents": False},
            "incident_id": "",
            "effective_from": None,
            "effective_until": None,
            "short": {},
            "confirmed": True,
            "told": told,
            "originally": None,
        }
        given = {"kind": "agent_policy", "draft": draft, "proposed_by": author}
        return Proposal.objects.create(token=uuid4(), **given)

    def test_one_whose_effect_is_over_is_only_on_the_page(self) -> None:
        kind, now = notice_kind("agent_policy"), timezone.now()
        assert kind.told_by_default({}, now, now - timedelta(days=1)) is Told.NOBODY


class TestPenalty:
    def test_money_that_is_affected_says_how(self) -> None:
        assert set(refused("penalty_disclosure", money="affected")) == {"effect"}
        effect = text("部分商户暂停入网。", "Some merchants wait.")
        said = brief("penalty_disclosure", "zh-hans", money="affected", effect=effect)
        assert said.endswith("商户资金与结算受影响。部分商户暂停入网。")

    def test_leaving_open_whether_money_is_affected_is_confirmed(self) -> None:
        assert "money is affected" in odd("penalty_disclosure", money=None)
        nothing = {"fine": None, "confiscated": None, "other_penalty": None}
        assert "names no penalty" in odd("penalty_disclosure", **nothing)

    def test_one_that_waited_since_before_there_were_these_fields_is_still_shown(self) -> None:
        row = TestAgentPolicy._proposed(make_staff(), "nobody")
        old = {"decision": None, "fine": "50000.00"}
        old |= {name: PAYLOADS["penalty_disclosure"][name] for name in ("authority", "decided_on")}
        old |= {name: PAYLOADS["penalty_disclosure"][name] for name in ("violation", "put_right")}
        row.kind, row.draft["payload"] = "penalty_disclosure", old
        with override("en"):
            seen = foreseen_of(row)
        assert "a fine of 50,000 yuan" in str(seen.content["brief"])
        assert any("money is affected" in one for one in seen.warnings)


class TestReplacement:
    def test_too_little_time_takes_a_reason(self, settings: Any) -> None:
        settings.RETIREMENT_NOTICE_DAYS = 30
        soon = {"starts": "2026-03-02", "ends": "2026-03-20", "last_day": "2026-03-31"}
        said = refused("replacement", **soon)
        assert "only 29 days ahead" in said["short_notice_reason"][0]
        reason = text("该证书存在风险。", "The certificate is at risk.")
        cleaned("replacement", **soon, short_notice_reason=reason)
        cleaned("replacement", **soon | {"last_day": "2026-04-01"})

    def test_without_an_end_of_use_its_own_end_counts(self) -> None:
        ends_soon = {"starts": "2026-03-02", "ends": "2026-03-20", "last_day": None}
        assert set(refused("replacement", **ends_soon)) == {"short_notice_reason"}
        said = brief("replacement", "en", last_day=None, cost="20", what="certificate")
        assert "Certificates DP-100" in said
        assert "20 yuan" in said
        assert "stop working" not in said

    def test_they_do_not_stop_while_they_are_being_replaced(self) -> None:
        assert set(refused("replacement", last_day="2027-03-30")) == {"last_day"}

    def test_it_holds_from_the_first_day_to_the_last_day_of_use(self) -> None:
        begins, ends = notice_kind("replacement").window(cleaned("replacement"))
        assert begins == datetime(2027, 1, 4, 16, tzinfo=UTC)
        assert ends == datetime(2027, 4, 15, 16, tzinfo=UTC)
