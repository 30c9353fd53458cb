"""The clouds' templates: what their variables take, what is asked of them, and odd answers."""

import asyncio
import json
import re
from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import figures, sms_text
from notifications.channels.base import MessageTemplate
from notifications.channels.fact_values import Fact, FactType
from notifications.channels.filling import choose, value_within, words_within
from notifications.channels.outcomes import NotAccepted
from notifications.channels.templated import TemplateRefused, Verdict
from tests.notifications.approved import cloud, templates_at
from tests.notifications.channels.builders import http_answer, tcp_server
from tests.simulator import Simulator

ALIYUN, TENCENT = cloud("aliyun"), cloud("tencent")
DELAY = MessageTemplate(
    "SMS_1",
    "到账延迟通知：${from}起的交易到账延迟，涉及${what}，金额${amount}元。",
    fields={"from": "from", "what": "what", "amount": "amount"},
    language="zh-hans",
)
NUMBERED = replace(
    DELAY,
    text="到账延迟通知：{1}起的交易到账延迟，涉及{2}，金额{3}元。",
    fields={"1": "from", "2": "what", "3": "amount"},
)


def words(text: str) -> Fact:
    return Fact(FactType.TEXT, text, text)


def facts(**values: Fact) -> dict[str, Fact]:
    return {
        "from": Fact(FactType.MOMENT, "2月18日 09:00", "2月18日 09:00"),
        "what": words("部分商户"),
        "amount": Fact(FactType.MONEY, "120000000", Decimal(120000000)),
        **values,
    }


@pytest.mark.parametrize(
    ("name", "fact"),
    [
        ("amount", Fact(FactType.MONEY, "1.2亿", "1.2亿")),
        ("amount", Fact(FactType.MONEY, "200,000", "200,000")),
        ("from", Fact(FactType.MOMENT, "18 Feb 09:00", "")),
        ("from", Fact(FactType.MOMENT, "明天", "明天")),
    ],
)
def test_a_value_that_aliyun_refuses_rules_the_template_out(name: str, fact: Fact) -> None:
    assert ALIYUN.fill(DELAY, facts())
    assert ALIYUN.fill(DELAY, facts(**{name: fact})) is None


@pytest.mark.parametrize(
    "said", ["2月18日", "2月18日 09:00", "2027年1月3日", "09:00", "2025-02-18", "2027年1月3日 9:00"]
)
def test_every_form_of_a_time_that_we_write_is_one_that_aliyun_takes(said: str) -> None:
    assert ALIYUN.fill(DELAY, facts(**{"from": Fact(FactType.MOMENT, said, said)}))


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_every_suggested_text_is_one_that_its_cloud_takes(name: str) -> None:
    for one in templates_at(name):
        cloud(name).check_template(one)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "到账延迟通知" * 2000,
        "到账延迟通知：${from}起的交易到账延迟，${}。",
        "到账延迟通知：${from起的交易到账延迟。",
        "到账延迟通知：${from}起的交易到账延迟，{what}。",
        "到账延迟通知：${时间}起的交易到账延迟，请留意公告。",
        "到账延迟通知：${from}起的交易到账延迟，${from}恢复。",
        "到账延迟通知：${1}起的交易到账延迟，请留意公告。",
        "到账延迟通知：${mobile}起的交易到账延迟，请留意公告。",
        "【演示】到账延迟通知：${from}起的交易到账延迟。",
    ],
)
def test_what_aliyun_would_refuse_is_not_entered(text: str) -> None:
    used = dict.fromkeys(ALIYUN.variable.findall(text), "from")
    with pytest.raises(ValidationError):
        ALIYUN.check_template(MessageTemplate("", text, fields=used))


@pytest.mark.parametrize(
    "text",
    [
        "到账延迟通知：{2}起的交易到账延迟，涉及{1}。",
        "到账延迟通知：{1}起的交易到账延迟，涉及{3}。",
        "到账延迟通知：{0}起的交易到账延迟，请留意公告。",
        "到账延迟通知：{01}起的交易到账延迟，请留意公告。",
        "到账延迟通知：{from}起的交易到账延迟，请留意公告。",
    ],
)
def test_what_tencent_would_fill_otherwise_is_not_entered(text: str) -> None:
    used = dict.fromkeys(TENCENT.variable.findall(text), "from")
    with pytest.raises(ValidationError):
        TENCENT.check_template(MessageTemplate("", text, fields=used))


@pytest.mark.parametrize(
    ("provider", "template", "text"),
    [
        (ALIYUN, DELAY, "到账延迟通知：${from}起的交易到账延迟，涉及${what}。"),
        (ALIYUN, DELAY, f"{DELAY.text}查询${{number}}。"),
        (TENCENT, NUMBERED, "到账延迟通知：{1}起的交易到账延迟，涉及{2}。"),
    ],
)
def test_a_text_with_other_variables_than_ours_is_not_filled(provider, template, text) -> None:
    assert provider.fill(template, facts())
    assert provider.fill(replace(template, text=text), facts()) is None


def test_a_message_that_would_be_too_long_loses_words_and_no_figure() -> None:
    name = "因银行系统升级，" * 80 + "共1.2亿元"
    values = TENCENT.fill(NUMBERED, facts(what=words(name)))
    assert values
    content = TENCENT._content(NUMBERED, facts(what=words(name)))
    assert sms_text.units(content.text) <= 500
    assert "120000000元" in content.text
    assert "2月18日 09:00" in content.text


def test_a_product_name_of_sixty_characters_is_cut_and_its_figures_are_not() -> None:
    name = "全能收款终端企业版（含小票打印机、扫码枪与蓝牙键盘）型号D210S-2025第3代，套餐价1.2亿元"
    value = value_within(Fact(FactType.PRODUCT, name, name), 35)
    assert 0 < sms_text.units(value) <= 35
    assert value.rstrip("…") in name
    assert not re.search(r"1\.2(?!亿)|D210(?!S-2025)", value)


AMOUNTS = st.sampled_from(
    ["1.2亿元", "5千万元", "¥200,000.00", "3,500.50元", "2027年1月3日", "12:30", "98.5%", "T+1"]
)


@given(
    st.text("商户到账延迟，。", max_size=40),
    AMOUNTS,
    st.text("公告号码", max_size=9),
    st.integers(1, 60),
)
def test_no_figure_is_ever_cut(before: str, amount: str, after: str, limit: int) -> None:
    text = f"{before}{amount}{after}"
    kept = words_within(text, limit).rstrip("…")
    for start, end in figures.spans(text):
        assert not start < len(kept) < end


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_more_than_a_hundred_templates_are_all_asked_about(simulator: Simulator, name) -> None:
    provider, text = cloud(name), {"aliyun": DELAY, "tencent": NUMBERED}[name].text
    simulator.control(
        "PUT",
        "config",
        {
            f"{name}_templates": [
                f"{'SMS_' if name == 'aliyun' else ''}{n}={text}" for n in range(100000, 100120)
            ]
        },
    )
    prefix = "SMS_" if name == "aliyun" else ""
    asked = [MessageTemplate(f"{prefix}{n}", text) for n in range(100000, 100130)]
    found = asyncio.run(provider.ask_templates(asked))
    assert sorted(found) == [one.provider_id for one in asked[:120]]
    assert {one.state for one in found.values()} == {Verdict.APPROVED}


ODD = [
    ("200 OK", ""),
    ("200 OK", "<html>"),
    ("200 OK", "[]"),
    ("200 OK", "null"),
    ("429 Slow", "{}"),
    ("500 Oh", "{}"),
    ("503 Oh", "gateway"),
]
ODD_ALIYUN = [
    {"Code": "OK"},
    {"Code": "OK", "SmsTemplateList": {}},
    {"Code": "OK", "SmsTemplateList": [], "TotalCount": 7},
    {"Code": "Throttling.User"},
    {"Code": ["OK"], "SmsTemplateList": []},
]
ODD_TENCENT = [
    {"Response": []},
    {"Response": {"DescribeTemplateStatusSet": None}},
    {"Response": {"Error": {"Code": "AuthFailure.SignatureExpire"}}},
]


@pytest.mark.parametrize(("status", "body"), ODD)
@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_what_is_no_list_says_nothing_of_any_template(simulator, settings, name, status, body):
    with tcp_server(http_answer(status, body)) as port:
        setattr(settings, f"{name.upper()}_SMS_ENDPOINT", f"http://127.0.0.1:{port}")
        with pytest.raises(NotAccepted):
            asyncio.run(cloud(name).ask_templates([MessageTemplate("1", "text")]))


@pytest.mark.parametrize(
    ("name", "said"),
    [*(("aliyun", one) for one in ODD_ALIYUN), *(("tencent", one) for one in ODD_TENCENT)],
)
def test_a_list_that_is_none_or_not_whole_says_nothing(simulator, settings, name, said) -> None:
    test_what_is_no_list_says_nothing_of_any_template(
        simulator, settings, name, "200 OK", json.dumps(said)
    )


@pytest.mark.parametrize("status", [[], {}, "0", None, 7])
def test_a_state_that_nobody_knows_is_a_review(simulator, settings, status) -> None:
    row = {"TemplateId": 1, "StatusCode": status, "ReviewReply": "坏\0\ud800", "TemplateContent": 5}
    body = json.dumps({"Response": {"DescribeTemplateStatusSet": [row, 5, {}]}})
    with tcp_server(http_answer("200 OK", body)) as port:
        settings.TENCENT_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
        [answer] = asyncio.run(TENCENT.ask_templates([MessageTemplate("1", "text")])).values()
    assert (answer.state, answer.reason, answer.text) == (Verdict.IN_REVIEW, "坏?", "")


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_a_review_that_is_not_answered_is_asked_for_again(simulator, settings, name) -> None:
    template = {"aliyun": DELAY, "tencent": NUMBERED}[name]
    for status, body in [("429 Slow", "{}"), ("500 Oh", "{}"), ("200 OK", "<html>")]:
        with tcp_server(http_answer(status, body)) as port:
            setattr(settings, f"{name.upper()}_SMS_ENDPOINT", f"http://127.0.0.1:{port}")
            with pytest.raises(NotAccepted):
                asyncio.run(cloud(name).register_template(template))


def test_a_template_beyond_a_hundred_a_day_is_registered_on_the_next(simulator, settings) -> None:
    body = json.dumps({"Code": "isv.SMS_OVER_LIMIT", "Message": "单日最多申请模板100条"})
    with tcp_server(http_answer("200 OK", body)) as port:
        settings.ALIYUN_SMS_ENDPOINT = f"http://127.0.0.1:{port}"
        with pytest.raises(NotAccepted):
            asyncio.run(ALIYUN.register_template(DELAY))


@pytest.mark.parametrize("provider", [ALIYUN, TENCENT])
def test_a_text_without_variables_is_sent_as_it_is(provider) -> None:
    fixed = MessageTemplate("1", "服务已恢复正常，感谢您的理解。", language="zh-hans")
    assert provider.fill(fixed, facts()) == {}
    assert fixed.text in provider._content(fixed, facts()).text


@pytest.mark.parametrize("name", ["aliyun", "tencent"])
def test_two_texts_of_a_kind_are_registered_under_two_names(simulator: Simulator, name) -> None:
    kept = {"aliyun": DELAY, "tencent": NUMBERED}[name]
    template = replace(kept, provider_id="", kind="notice.terminal_retirement")
    others = [template, replace(template, text=template.text.replace("部分", "全部") + "请留意。")]
    for one in others:
        asyncio.run(cloud(name).register_template(one))
    names = [one["name"] for one in simulator.control("GET", "templates")["templates"]]
    assert len({*names}) == 2
    assert all(len(one) <= 30 for one in names)


def test_a_refused_text_is_told_with_the_reason_of_the_cloud(simulator: Simulator) -> None:
    untyped = replace(DELAY, fields={"from": "from", "what": "what"})
    with pytest.raises(TemplateRefused, match="isv"):
        asyncio.run(ALIYUN.register_template(untyped))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("kind", "moment"),
    [
        ("maintenance.scheduled", "maintenance_planned"),
        ("maintenance.updated", "maintenance_begins"),
        ("maintenance.updated", "maintenance_updated"),
        ("maintenance.rescheduled", "maintenance_changed"),
        ("maintenance.cancelled", "maintenance_changed"),
        ("incident.opened", "opened"),
        ("incident.updated", "updated"),
        ("notice.delay", "notice"),
    ],
)
def test_where_a_date_does_not_fit_the_words_without_it_go_out(settings, kind, moment, language):
    # An account of a person; a date of another year needs more.
    settings.TENCENT_SMS_VARIABLE_LENGTH = 12
    said = "2027年1月12日01:00" if language == "zh-hans" else "12 Jan 2027 01:00"
    dates = dict.fromkeys(("from", "until", "next_update"), Fact(FactType.MOMENT, said, said))
    known = facts(
        **dates,
        status=words("已计划"),
        number=Fact(FactType.NUMBER, "22", 22),
        code=Fact(FactType.CODE, "DKMVY", "DKMVY"),
    )

    def fill(one: MessageTemplate):
        return TENCENT.fill(one, known)

    chosen = choose(templates_at("tencent"), fill, kind, moment, language)
    assert chosen
    assert "until" not in chosen.fields.values()
