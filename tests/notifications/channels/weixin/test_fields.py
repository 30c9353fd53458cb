"""Fields of WeChat's templates: what each kind takes, and what fills it."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from notifications.channels import provider as find_provider
from notifications.channels.base import MessageTemplate
from notifications.channels.fact_values import Fact, FactType
from notifications.channels.http import ProviderResponse
from notifications.channels.outcomes import NotAccepted, NotSent, Reason
from notifications.channels.templated import Verdict
from notifications.channels.weixin.fields import KINDS, fields_in, fits, kind_name
from notifications.channels.weixin.filling import filled
from notifications.channels.weixin.registered import findings, listed
from sandbox.simulator.wechat_values import takes
from tests.notifications.channels.builders import bulletin, message, send
from tests.notifications.channels.wechat import by_default
from tests.simulator import Simulator

OPENID = "oABCDEFGHIJKLMNOPQRSTUV_0001"
WECHAT = find_provider("wechat")
FACTS = {
    "what": Fact(FactType.TEXT, "T+1到账延迟", "T+1到账延迟"),
    "phrase": Fact(FactType.TEXT, "调查中", "调查中"),
    "body": Fact(FactType.TEXT, "正文", "到账延迟补偿共200,000元，12月15日前发放完毕。"),
    "amount": Fact(FactType.MONEY, "200000", Decimal(200000)),
    "count": Fact(FactType.NUMBER, "1234", 1234),
    "code": Fact(FactType.CODE, "CDF3X", "CDF3X"),
    "paid_by": Fact(FactType.DATE, "12月15日", datetime(2026, 12, 15, tzinfo=UTC).date()),
    "published": Fact(FactType.MOMENT, "10:42", datetime(2026, 12, 1, 10, 42, tzinfo=UTC)),
    "hotline": Fact(FactType.PHONE, "400-800-1234", "400-800-1234"),
    "dialled": Fact(FactType.PHONE, "400 800 1234", "400 800 1234"),
}


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("name", "source", "expected"),
    [
        ("thing1", "what", "T+1到账延迟"),
        ("thing1", "amount", "¥200,000"),
        ("thing4", "body", "到账延迟补偿共200,000元…"),
        ("amount2", "amount", "¥200000.00"),
        ("time3", "published", "2026年12月1日 10:42"),
        ("date3", "published", "2026年12月1日 10:42"),
        ("date3", "paid_by", "2026年12月15日"),
        ("phrase5", "phrase", "调查中"),
        ("number6", "count", "1234"),
        ("character_string7", "code", "CDF3X"),
        ("character_string7", "paid_by", "2026-12-15"),
        ("phone_number8", "hotline", "400-800-1234"),
        ("const9", "phrase|=调查中|=已恢复", "调查中"),
        ("const9", "what|phrase|=调查中|=已恢复", "调查中"),
        ("const9", "=到账延迟", "到账延迟"),
        ("phone_number8", "dialled", "4008001234"),
        ("character_string8", "dialled", "4008001234"),
        ("short_thing1", "phrase", "调查中"),
        ("short_thing1", "body|=公告", "公告"),
        ("time3", "paid_by|published", "2026年12月1日 10:42"),
        ("thing1", "waived|=请查看详情", "请查看详情"),
    ],
)
def test_a_fact_goes_into_its_field(name: str, source: str, expected: str) -> None:
    assert filled({name: source}, FACTS) == {name: expected}
    # The simulator has its own idea of what WeChat takes.
    assert takes(name, expected)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("amount2", "what"),
        ("time3", "paid_by"),
        ("phrase5", "what"),
        ("number6", "code"),
        ("character_string7", "what"),
        ("const9", "phrase"),
        # What it may say is no substitute for what is true.
        ("const9", "phrase|=已恢复|=已关闭"),
        ("enum9", "phrase|=已恢复"),
        ("const9", "what|=" + "字" * 21),
        ("thing1", "waived"),
        ("unheard1", "what"),
    ],
)
def test_what_does_not_fit_is_not_sent(name: str, source: str) -> None:
    assert filled({"thing1": "what", name: source}, FACTS) is None


@pytest.mark.parametrize("amount", ["12345678901", "-1", "99999999999.99"])
def test_an_amount_that_does_not_fit_is_not_cut(amount: str) -> None:
    facts = {"amount": Fact(FactType.MONEY, amount, Decimal(amount))}
    assert filled({"amount1": "amount"}, facts) is None


def test_every_kind_refuses_what_the_simulator_refuses() -> None:
    odd = ["", "两\n行", "字" * 300, "\x00", "200,000元", "25:99", "2026年13月", "¥", "a b" * 20]
    for kind in KINDS:
        for value in odd:
            if fits(f"{kind}1", value):
                assert takes(f"{kind}1", value), (kind, value)


def test_names_of_fields_are_read() -> None:
    assert kind_name("short_thing12") == "short_thing"
    assert kind_name("character_string1") == "character_string"
    assert kind_name("thing") == "thing"
    assert kind_name("nothing1") == ""
    content = "业务：{{thing1.DATA}}\n金额：{{ amount2.DATA }}\n{{thing1.DATA}}"
    assert fields_in(content) == ("thing1", "amount2")


class TestFindings:
    """What is wrong with a map, before WeChat says 47003."""

    def found(self, content: str, **fields: str) -> list[str]:
        row = {"template_id": "template-0001", "content": content}
        answer = ProviderResponse(200, {}, _json({"template_list": [row]}))
        [template] = listed(answer)
        return findings(template, fields)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"thing1": "what"}, "Say what fills amount2."),
            (
                {"thing1": "what", "amount2": "amount", "time3": "published"},
                "The template has no field time3.",
            ),
            ({"thing1": "what", "amount2": "what"}, "what does not fit into amount2."),
            ({"thing1": "unheard_of", "amount2": "amount"}, "no fact of this name: unheard_of."),
            ({"thing1": "=" + "字" * 21, "amount2": "amount"}, "WeChat does not take"),
        ],
    )
    def test_a_map_that_does_not_fit_is_found(self, fields: dict[str, str], said: str) -> None:
        found = self.found("{{thing1.DATA}}{{amount2.DATA}}", **fields)
        assert any(said in one for one in found), found

    def test_a_map_that_fits_is_approved(self) -> None:
        assert self.found("{{thing1.DATA}}{{amount2.DATA}}", thing1="what", amount2="amount") == []

    def test_what_wechat_no_longer_shows_may_be_left_out(self) -> None:
        assert self.found("{{first.DATA}}{{thing1.DATA}}{{remark.DATA}}", thing1="what") == []

    def test_money_does_not_go_into_a_phrase(self) -> None:
        [said] = self.found("{{phrase1.DATA}}", phrase1="amount")
        assert said == "amount does not fit into phrase1."

    def test_a_constant_needs_the_approved_values(self) -> None:
        assert self.found("{{const1.DATA}}", const1="phrase") == [
            "List the values that WeChat has approved for const1."
        ]

    def test_an_enum_takes_what_wechat_lists(self) -> None:
        row = {
            "priTmplId": "template-0001",
            "content": "{{enum1.DATA}}",
            "type": 2,
            "keywordEnumValueList": [{"keywordCode": "enum1.DATA", "enumValueList": ["调查中"]}],
        }
        [template] = listed(ProviderResponse(200, {}, _json({"errcode": 0, "data": [row]})))
        assert findings(template, {"enum1": "phrase|=调查中"}) == []
        assert findings(template, {"enum1": "phrase|=已恢复"})

    @pytest.mark.parametrize(
        ("status", "body", "expected"),
        [
            (200, {"errcode": 48001}, NotSent(Reason.NO_CREDENTIALS, "48001")),
            (200, {"errcode": 0}, NotSent(Reason.OTHER, "200")),
            (502, {}, NotSent(Reason.OTHER, "502")),
        ],
    )
    def test_an_answer_that_is_no_list_says_nothing(self, status, body, expected) -> None:
        with pytest.raises(NotAccepted) as caught:
            listed(ProviderResponse(status, {}, _json(body)))
        assert caught.value.outcome.code == expected.code


class TestWithTheSimulator:
    """The account lists its templates, and refuses what does not fit them."""

    @pytest.fixture
    def account(self, simulator: Simulator) -> Simulator:
        rows = [
            {
                "template_id": "template-0001",
                "content": "{{thing1.DATA}}{{phrase2.DATA}}{{time3.DATA}}{{thing4.DATA}}",
            },
            {"template_id": "template-0003", "content": "{{thing1.DATA}}{{amount2.DATA}}"},
        ]
        simulator.control("PUT", "wechat/templates", {"templates": rows})
        simulator.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
        return simulator

    async def ask(self, *templates: MessageTemplate) -> Any:
        return await WECHAT.ask_templates(templates)

    def test_each_template_is_asked_for(self, account: Simulator) -> None:
        good = WECHAT.default_template()
        wrong = MessageTemplate("template-0003", fields={"thing1": "what"})
        gone = MessageTemplate("template-9999", fields={"thing1": "what"})
        answers = asyncio.run(self.ask(good, wrong, gone))
        assert {name: one.state for name, one in answers.items()} == {
            "template-0001": Verdict.APPROVED,
            "template-0003": Verdict.REFUSED,
        }
        assert answers["template-0003"].reason == "Say what fills amount2."

    def test_what_fits_its_template_is_taken(self, account: Simulator) -> None:
        send(WECHAT, message(OPENID, content=by_default(bulletin())))
        assert len(account.messages(to=OPENID)) == 1

    def test_what_does_not_is_held_for_the_operator(self, account: Simulator) -> None:
        other = MessageTemplate("template-0003", fields={"thing1": "what"})
        content = WECHAT.compose(bulletin(), other)
        assert send(WECHAT, message(OPENID, content=content)) == [
            NotSent(Reason.NO_TEMPLATE, "47003")
        ]

    def test_without_a_value_for_every_field_nothing_is_asked(self, account: Simulator) -> None:
        other = MessageTemplate("template-0003", fields={"thing1": "what", "amount2": "amount"})
        content = WECHAT.compose(bulletin(), other)
        assert send(WECHAT, message(OPENID, content=content)) == [
            NotSent(Reason.NO_TEMPLATE, "none")
        ]

    def test_the_console_refuses_a_map_that_cannot_be_sent(self) -> None:
        with pytest.raises(ValidationError):
            WECHAT.check_template(MessageTemplate("template-0003", fields={"amount2": "what"}))


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()
