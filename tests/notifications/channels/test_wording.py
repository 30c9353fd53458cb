"""Times, numbers and openings, in both languages."""

from datetime import UTC, datetime

import pytest
from django.utils.translation import override

from notifications.channels import wording
from tests.notifications.channels.builders import NEXT, PUBLISHED, bulletin, correction


def test_the_opening_is_name_and_state() -> None:
    assert wording.opening(bulletin("en")) == "T+1 payouts are late: Investigating."
    assert wording.opening(bulletin()) == "T+1到账延迟：调查中。"


def test_a_name_that_the_body_begins_with_is_not_said_twice() -> None:
    said = bulletin("en", body="T+1 payouts are late since 10:42.")
    assert wording.opening(said) == "Investigating:"


def test_a_notice_opens_with_its_title_alone() -> None:
    notice = bulletin(kind="notice.fee_waiver", status_label="手续费减免", name="手续费全额减免")
    assert wording.opening(notice) == "手续费全额减免。"


def test_a_notice_whose_body_begins_with_its_title_needs_no_opening() -> None:
    notice = bulletin(kind="notice.general", name="国庆安排", body="国庆安排如下。")
    assert wording.opening(notice) == ""


@pytest.mark.parametrize(
    ("kind", "language", "expected"),
    [
        ("correction", "zh-hans", "更正公告第11号：T+1到账延迟。"),
        ("correction", "en", "Correction to No. 11: T+1 payouts are late."),
        ("withdrawal", "zh-hans", "撤回公告第11号：T+1到账延迟。"),
        ("withdrawal", "en", "Withdrawal of No. 11: T+1 payouts are late."),
    ],
)
def test_corrections_say_first_which_statement_they_answer(
    kind: str, language: str, expected: str
) -> None:
    assert wording.opening(correction(language, kind)) == expected


def test_the_next_update_is_promised_in_shanghai_time() -> None:
    assert wording.promise(bulletin()) == "下次更新不晚于11:15。"
    assert wording.promise(bulletin("en")) == "Next update by 11:15."


@pytest.mark.parametrize(
    ("language", "body"),
    [("zh-hans", "正在排查。下次更新不晚于11:15。"), ("en", "Late. Next update by 11:15.")],
)
def test_a_promise_in_the_body_is_not_repeated(language: str, body: str) -> None:
    assert wording.promise(bulletin(language, body=body)) == ""


def test_nothing_is_promised_where_there_is_no_time() -> None:
    assert wording.promise(bulletin(next_update_by=None)) == ""


def test_another_day_is_named() -> None:
    tomorrow = datetime(2025, 2, 22, 1, 0, tzinfo=UTC)
    assert wording.promise(bulletin(next_update_by=tomorrow)) == "下次更新不晚于2月22日09:00。"
    assert (
        wording.promise(bulletin("en", next_update_by=tomorrow)) == "Next update by 22 Feb 09:00."
    )


def test_another_year_is_named() -> None:
    after = datetime(2026, 1, 1, 1, 0, tzinfo=UTC)
    assert wording.promise(bulletin(next_update_by=after)) == "下次更新不晚于2026年1月1日09:00。"
    with override("zh-hans"):
        assert wording.moment(after, after.replace(year=2025)) == "2026年1月1日09:00"
    with override("en"):
        assert wording.moment(after, PUBLISHED) == "1 Jan 2026 09:00"


def test_the_day_is_shanghais_not_utcs() -> None:
    late = datetime(2025, 2, 21, 16, 30, tzinfo=UTC)  # 00:30 on the 22nd
    assert "22" in wording.moment(late, PUBLISHED)
    assert wording.moment(NEXT, PUBLISHED) == "11:15"


@pytest.mark.parametrize(
    ("text", "chinese", "expected"),
    [
        ("正在排查", True, "正在排查。"),
        ("正在排查。", True, "正在排查。"),
        ("Funds are safe", False, "Funds are safe."),
        ("Funds are safe.", False, "Funds are safe."),
        ("  ", True, ""),
    ],
)
def test_every_sentence_ends(text: str, chinese: bool, expected: str) -> None:
    assert wording.sentence(text, chinese=chinese) == expected


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("改为12月12日 15:35至16:35。原定12月10日。", "改为12月12日 15:35至16:35"),
        ("改为2027年1月12日 15:35至16:35。", "改为2027年1月12日 15:35至…"),
        ("改为12月12日 23:35至12月13日 01:35。", "改为12月12日 23:35…"),
        ("每户应减免的手续费合计为人民币1,234.56元", "每户应减免的手续费合计为…"),
        ("Now 12 Dec 15:35 to 16:35.", "Now 12 Dec 15:35 to…"),
        ("受影响的服务改为T+1 结算。原为刷卡交易、扫码支付", "受影响的服务改为T+1 结算。原为刷卡…"),
        ("将升级系统。", "将升级系统。"),
    ],
)
def test_no_date_time_or_amount_is_cut_in_two(said: str, shown: str) -> None:
    assert wording.cut(said, 20) == shown
