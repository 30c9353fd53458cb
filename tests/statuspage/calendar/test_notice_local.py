"""Notices that are not the State Council's, and those that only postpone something, are refused."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from statuspage.calendar.notice_text import notice_parse
from tests.statuspage.calendar.notices import EXTENDED_2020, NOTICES

LOCAL = [
    (
        "上海市人民政府办公厅关于延长2020年春节假期的通知\n延长2020年春节假期至2月9日。",
        "上海市人民政府办公厅",
    ),
    ("上海市人民政府办公厅\n关于延长2020年春节假期的通知\n延长至2月9日。", "上海市人民政府办公厅"),
    ("上海市人民政府关于延迟本市企业复工的通知\n企业不早于2月9日24时前复工。", "上海市人民政府"),
    ("浙江省人民政府关于延迟企业复工的紧急通知\n不早于2月9日24时前复工。", "浙江省人民政府"),
    ("北京市关于延长假期的通告：延长2020年春节假期至2月9日", "北京市"),
    ("关于延长2020年春节假期的通知\n本市延长2020年春节假期至2月9日。", "本市"),
    ("江苏省延长2020年春节假期至2月9日，2月10日起上班", "江苏省"),
    (
        "关于延长2020年春节假期的通知\n延长至2月9日。\n湖北省人民政府办公厅\n2020年2月1日",
        "湖北省人民政府办公厅",
    ),
    ("教育部关于2020年春季学期延期开学的通知\n推迟至2月17日开学", "教育部"),
]


@pytest.mark.parametrize(("text", "issuer"), LOCAL)
def test_a_local_notice_is_refused_by_its_issuer(text: str, issuer: str) -> None:
    with pytest.raises(ValidationError, match=f"“{issuer}” is not for the whole country"):
        notice_parse(text, 2020)


@pytest.mark.parametrize("text", [EXTENDED_2020, *NOTICES.values()])
def test_the_state_councils_own_are_for_the_whole_country(text: str) -> None:
    """They are addressed to provinces, and cities put them on their own pages."""
    for page in (text, f"各省、自治区、直辖市人民政府：\n{text}", f"上海市人民政府\n{text}"):
        assert notice_parse(page).problems == ()


@pytest.mark.parametrize(
    "sentence",
    ["上班时间推迟至2月3日（星期一）", "春节假期推迟至2月9日", "复工时间延后到2月10日"],
)
def test_what_is_only_postponed_does_not_say_what_is_off(sentence: str) -> None:
    read = notice_parse(f"国务院办公厅关于推迟2020年春节假期的通知\n{sentence}。", 2020)
    (problem,) = read.problems
    assert "postpones something" in problem
    assert sentence in problem.replace("(", "（").replace(")", "）")


def test_schools_that_begin_later_do_not_disturb_an_extension() -> None:
    read = notice_parse(EXTENDED_2020)
    assert read.problems == ()
    assert [one.until for one in read.extensions] == [date(2020, 2, 2)]
