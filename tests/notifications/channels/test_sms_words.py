"""An SMS says everything once, and reads as one text."""

from notifications.channels.sms_message import content
from statuspage.notices.phrases import ended
from tests.notifications.channels.builders import bulletin


def said(**values: str) -> str:
    return content(bulletin(next_update_by=None, **values)).text


def test_a_notice_does_not_say_its_title_again() -> None:
    notice = {"kind": "notice.recovery", "name": "结算已恢复正常"}
    text = said(**notice, body="结算已于11月27日 15:30恢复。延迟款项最迟11月27日到账。")
    assert text.startswith("【演示支付】结算已于11月27日")


def test_a_sentence_has_one_colon() -> None:
    text = said(name="刷卡失败", status="identified", body="原因已查明：一条线路中断。")
    assert text.startswith("【演示支付】刷卡失败。原因已查明：一条线路中断。")


def test_a_state_that_the_text_says_is_not_said_again() -> None:
    plan = {"name": "商户后台维护", "body": "结束时间改为03:11。"}
    moved = said(kind="maintenance.rescheduled", status="scheduled", status_label="已改期", **plan)
    assert moved.startswith("【演示支付】商户后台维护：结束时间改为03:11。")
    begun = said(
        kind="maintenance.updated",
        status="in_progress",
        status_label="进行中",
        name="商户后台维护",
        body="维护已按时开始。",
    )
    assert "进行中" not in begun


def test_the_name_of_the_operator_is_said_by_the_signature() -> None:
    for name, expected in [
        ("DemoPay: yearly disclosure 2024", "Yearly disclosure 2024"),
        ("DemoPay\u2019s new prices", "New prices"),
        ("DemoPayroll is late", "DemoPayroll is late"),
    ]:
        notice = bulletin("en", kind="notice.general", name=name, body="It is so.")
        abroad = content(notice).to("+85291234567").text
        assert abroad.startswith(f"DemoPay: {expected}. It is so.")


def test_what_goes_on_in_the_next_sentence_has_no_stop() -> None:
    assert ended("代理商：12月21日起，") == "代理商：12月21日起，"
    assert ended("For agents, from 21 Dec:") == "For agents, from 21 Dec:"
    assert ended("分润改为每月10日发放") == "分润改为每月10日发放。"


def test_without_a_body_it_has_no_gap_too_many() -> None:
    for body in ("See https://a.com/x for details.", ""):
        update = bulletin("en", status="identified", status_label="Identified", body=body)
        abroad = content(update).to("+85291234567").text
        assert abroad.startswith("DemoPay: T+1 payouts are late: Identified. Next update by 11:15.")


def test_abroad_it_says_whose_times_they_are_where_that_costs_no_part() -> None:
    def abroad(body: str) -> tuple[str, int]:
        said = content(bulletin(name="延迟", body=body)).to("+12025550123")
        return said.text, said.segments

    text, parts = abroad("延迟的款项15:30前到账。")
    assert "15:30前到账。" in text
    assert "时间均为北京时间。" in text
    assert parts == 1
    assert abroad("延迟的款项北京时间15:30前到账。")[0].count("北京时间") == 1
    text, parts = abroad("延迟的款项15:30前到账，资金安全，无需操作，敬请谅解。")
    assert "北京时间" not in text
    assert parts == 1
    assert "北京时间" not in said(name="延迟", body="延迟的款项15:30前到账。")
