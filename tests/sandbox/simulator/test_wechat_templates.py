"""Registered templates: listed as WeChat lists them, and refused as it refuses."""

import json
from typing import Any

import pytest

from sandbox.simulator.wechat_values import takes
from tests.sandbox.simulator.receiver import Receiver
from tests.sandbox.simulator.wechat_client import send_template, sent, token_of
from tests.simulator import Simulator

DELAY = {
    "template_id": "delay-template-0001",
    "title": "到账延迟提醒",
    "content": "业务：{{thing1.DATA}}\n金额：{{amount2.DATA}}\n类型：{{const3.DATA}}\n",
    "example": "业务：刷卡\n金额：¥12.00\n类型：到账延迟\n",
    "approved": {"const3": ["到账延迟", "已恢复"]},
}
NOTICE = {
    "template_id": "notice-template-0001",
    "title": "公告",
    "content": "标题：{{thing1.DATA}}\n状态：{{enum2.DATA}}",
    "type": 2,
    "approved": {"enum2": ["调查中"]},
}
GOOD = {"thing1": "刷卡", "amount2": "¥200000.00", "const3": "到账延迟"}


@pytest.fixture
def registered(simulator: Simulator, account: Receiver) -> Simulator:
    simulator.control("PUT", "wechat/templates", {"templates": [DELAY, NOTICE]})
    return simulator


def listed(simulator: Simulator, path: str) -> dict[str, Any]:
    answer = simulator.request("GET", f"{path}?access_token={token_of(simulator)}")[1]
    found: dict[str, Any] = json.loads(answer)
    return found


def refusal(simulator: Simulator, template: str = DELAY["template_id"], **data: str) -> Any:
    values = {name: {"value": value} for name, value in data.items()}
    answer = send_template(simulator, template_id=template, data=values)
    return answer["errcode"], answer["errmsg"]


def test_template_messages_are_listed_with_their_fields(registered: Simulator) -> None:
    [row] = listed(registered, "/cgi-bin/template/get_all_private_template")["template_list"]
    assert row["template_id"] == "delay-template-0001"
    assert "{{amount2.DATA}}" in row["content"]


def test_templates_of_notices_are_listed_with_the_values_of_enums(registered: Simulator) -> None:
    [row] = listed(registered, "/wxaapi/newtmpl/gettemplate")["data"]
    assert (row["priTmplId"], row["type"]) == ("notice-template-0001", 2)
    assert row["keywordEnumValueList"] == [
        {"keywordCode": "enum2.DATA", "enumValueList": ["调查中"]}
    ]


def test_a_list_needs_a_valid_token(registered: Simulator) -> None:
    answer = registered.request("GET", "/cgi-bin/template/get_all_private_template?access_token=x")
    assert json.loads(answer[1])["errcode"] == 40001


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (0, "ok")),
        ({"thing1": "字" * 21}, (47003, "thing1.value invalid")),
        ({"thing1": "两\n行"}, (47003, "thing1.value invalid")),
        ({"thing1": ""}, (47003, "thing1.value invalid")),
        ({"amount2": "200,000元"}, (47003, "amount2.value invalid")),
        ({"amount2": "约两千元"}, (47003, "amount2.value invalid")),
        ({"const3": "到账延期"}, (47003, "const3.value invalid")),
    ],
)
def test_a_value_that_does_not_fit_is_named(
    registered: Simulator, changes: dict[str, str], expected: tuple[int, str]
) -> None:
    code, words = refusal(registered, **{**GOOD, **changes})
    assert code == expected[0]
    assert words.endswith(expected[1])
    assert len(sent(registered)) == (expected[0] == 0)


def test_a_missing_field_is_refused_and_one_too_many_is_not(registered: Simulator) -> None:
    few = {name: value for name, value in GOOD.items() if name != "amount2"}
    assert refusal(registered, **few) == (47003, "argument invalid! data.amount2.value is emtpy")
    assert refusal(registered, **GOOD, thing9="多余")[0] == 0


def test_what_is_not_registered_is_no_template(registered: Simulator) -> None:
    assert refusal(registered, "another-template-01", **GOOD)[0] == 40037


def test_an_account_without_the_right_can_call_nothing(registered: Simulator) -> None:
    registered.control("PUT", "config", {"wechat_unauthorised": True})
    assert refusal(registered, **GOOD) == (48001, "api unauthorized")


@pytest.mark.parametrize(
    ("name", "value", "taken"),
    [
        ("time3", "15:01", True),
        ("time3", "2019年10月1日 15:01", True),
        ("time3", "2019年10月1日 15:01~2019年10月1日 16:01", True),
        ("time3", "2019-10-01 15:01:00", True),
        ("time3", "2019年10月1日", False),
        ("time3", "明天", False),
        ("time3", "25:00", False),
        ("date4", "2019年10月1日", True),
        ("date4", "2018-01-01", True),
        ("date4", "15:01", False),
        ("phrase2", "调查中", True),
        ("phrase2", "正在紧急调查", False),
        ("phrase2", "OK", False),
        ("number1", "12.5", True),
        ("number1", "1,000", False),
        ("character_string1", "22-CDF3X", True),
        ("character_string1", "第22号", False),
        ("short_thing1", "婚纱照", True),
        ("short_thing1", "六个字的内容", False),
        ("amount1", "¥1234567890.00", True),
        ("amount1", "¥1234567890123.00", False),
    ],
)
def test_kinds_of_fields_take_what_wechat_documents(name: str, value: str, taken: bool) -> None:
    assert takes(name, value) is taken
