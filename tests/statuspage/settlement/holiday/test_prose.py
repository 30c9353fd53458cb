"""The check of prose: the right texts pass as operators write them, and the wrong ones do not."""

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.settlement.holiday.checking import Check
from statuspage.settlement.holiday.finding import other_holidays
from statuspage.settlement.holiday.table import schedule_of
from tests.statuspage.settlement.holiday.plans import CALENDARS, CODES, payload_of

DRAGON_BOAT = ("dragon_boat", 2023)
NATIONAL = ("national_day", 2026)
SPRING = ("spring_festival", 2026)
SPRING_2024 = ("spring_festival", 2024)
NEW_YEAR = ("new_year", 2026)
# The day of publication, and that of the State Council's notice.
ALSO = {date(2026, 9, 15), date(2026, 9, 20), date(2025, 11, 4)}

# An operator's whole notice.
NOTICE = """尊敬的商户：
根据国务院办公厅通知精神，结合公司实际，现将2026年国庆节结算安排通知如下：
一、10月1日（星期四）至10月7日（星期三）放假，共7天。9月20日（星期日）、10月10日（星期六）正常上班。
二、结算安排：
1.T1结算：9月30日（含）至10月7日（含）的交易，于10月8日（节后首个工作日）结算到账；10月8日起恢复正常。
2.D1结算：节假日正常出款。
3.D0/S0：不受影响，7×24小时。
三、客服：400-888-8888，工作时间9:00-21:00。特此公告。
演示支付有限公司
2026年9月15日"""

RIGHT = [
    (DRAGON_BOAT, "6月21日至6月24日的T+1交易于6月25日到账"),
    (DRAGON_BOAT, "6月21日至6月24日的T1交易于6月25日到账。"),
    (DRAGON_BOAT, "6月21日-24日T＋1交易，6月25日（周日）到账"),
    (DRAGON_BOAT, "境外卡6月21日至6月25日的T+1交易于6月26日到账"),
    (DRAGON_BOAT, "外卡：T+1交易6月26日到账"),
    (DRAGON_BOAT, "T+1交易6月25日到账（外卡6月26日）。"),
    (DRAGON_BOAT, "T+1交易（境外卡除外）6月25日到账，境外卡6月26日到账。"),
    (DRAGON_BOAT, "6月22日至24日放假，6月25日上班。"),
    (DRAGON_BOAT, "端午节6月22日至6月24日放假调休，共3天。6月25日（星期日）上班。"),
    (DRAGON_BOAT, "2023年6月22日—24日放假，6月25日补班"),
    (DRAGON_BOAT, "放假期间T+1顺延至6月25日结算，D0、S0正常"),
    (DRAGON_BOAT, "假期内 T+1 交易 6月25日结算到账。"),
    (DRAGON_BOAT, "D1交易次日到账，秒到当日到账，T1交易6月21日~6月24日6月25日到账"),
    (DRAGON_BOAT, "6月25日的T+1交易于6月26日到账"),
    (DRAGON_BOAT, "6月22日至6月24日的D+1交易次日到账"),
    (DRAGON_BOAT, "交易日期：6月21日至24日，到账日期：6月25日"),
    (DRAGON_BOAT, "T+1 transactions from 21 June to 24 June arrive on 25 June"),
    (DRAGON_BOAT, "Jun 21 - 24: T+1 arrives Jun 25"),
    (DRAGON_BOAT, "The holiday is from June 22 to 24; June 25 is a working day."),
    (DRAGON_BOAT, "Foreign card T+1 transactions of 21–25 June arrive on 26 June."),
    (DRAGON_BOAT, "On 25 June we settle T+1 transactions of 21 to 24 June."),
    (
        NATIONAL,
        "根据《国务院办公厅关于2026年部分节假日安排的通知》（国办发明电〔2025〕7号，2025年11月4日印发），"
        "10月1日（周四）至7日（周三）放假调休，共7天，9月20日（周日）、10月10日（周六）上班。",
    ),
    (NATIONAL, "9月30日–10月7日的交易 → 10月8日（周四）"),
    (NATIONAL, "T1：9月30日-10月7日→10月8日；D1、D0正常"),
    (NATIONAL, "9月30日23:00至10月7日23:00前的T+1交易于10月8日到账"),
    (NATIONAL, "9月29日23:00至10月7日23:00的T+1交易，10月8日到账。"),
    (NATIONAL, "T+1 transactions made 30 Sep – 7 Oct will be paid on 8 Oct (Thu)."),
    (NATIONAL, "Transactions from September 30 to October 7, 2026 settle on October 8, 2026."),
    (NATIONAL, "Holiday: October 1 to 7. Make-up days: 20 Sep and 10 Oct."),
    (NATIONAL, "演示支付\n2026年9月20日"),
    (NATIONAL, "10月8日起恢复正常结算，客服热线7x24小时 400-800-1234，费率0.6%，T+1 10月8日到账"),
    (NATIONAL, "10月1日至7日放假期间的T+1交易于10月8日到账"),
    (NATIONAL, "9月30日、10月1日至7日的T+1交易，统一于10月8日到账"),
    (NATIONAL, "9月30日至10月7日，T+1交易暂停结算，10月8日恢复并统一划付。"),
    (NATIONAL, "10月9日的T1交易10月10日到账，10月10日、11日的T1交易10月12日到账"),
    (NATIONAL, "10月8日结算9月30日至10月7日的T+1交易，10月9日结算10月8日的交易。"),
    (NATIONAL, "9月18日的T+1交易9月20日（调休）到账"),
    (NATIONAL, "9.30-10.7的T+1交易10.8到账"),
    (NATIONAL, "十月一日至七日放假，T+1十月八日到账"),
    (NATIONAL, "9月20日（周日）上班，当日T+1交易9月21日到账"),
    (NATIONAL, "秒到10月1日的交易10月1日到账"),
    (NATIONAL, "Instant payout and D+1 go on as usual from 1 to 7 October."),
    (NATIONAL, "T+1 payouts resume on 8 Oct."),
    (NATIONAL, "T+1商户：\n9月30日至10月7日的交易10月8日到账\n10月8日的交易10月9日到账"),
    (
        NATIONAL,
        "小微商户T+1：9月30日至10月7日的交易10月8日到账；行业商户D+1：9月30日的交易10月1日到账。",
    ),
    (SPRING, "2月15日至23日放假，2月14日、2月28日上班"),
    (NEW_YEAR, "2025年12月31日至2026年1月3日的T+1交易于1月4日到账"),
    (NEW_YEAR, "12月31日至1月3日的T+1交易1月4日到账"),
    (NEW_YEAR, "假期内 T+1 交易 1月4日结算到账。"),
    (NEW_YEAR, "1月1日至3日放假，1月4日（周日）上班"),
    (NEW_YEAR, "Transactions of 31 Dec to 3 Jan arrive on 4 Jan."),
    (
        NEW_YEAR,
        "Transactions of 31 December 2025 to 3 January 2026 arrive on 4 January 2026.",
    ),
    (SPRING_2024, "2月9日至17日的T+1交易2月18日到账"),
    (NATIONAL, NOTICE),
    (NATIONAL, "10月1日-7日T1不结算，10月8日统一结算"),
    (NATIONAL, "T1 9月30日正常结算，10月1日至7日暂停结算，10月8日恢复结算"),
    (NATIONAL, "10月1日T1不结算"),
    (NATIONAL, "节后首个工作日10月8日T+1到账"),
    (NATIONAL, "No settlement on 1-7 October; T+1 is paid on 8 October."),
    (NATIONAL, "10月8日首个工作日结算T1"),
    (NATIONAL, "T+1 settlement: 30 Sep to 7 Oct -> 8 Oct"),
    (NATIONAL, "T0交易9月30日当日到账"),
    (NATIONAL, "关于2026年国庆节假期结算安排的公告"),
    (NATIONAL, "请于10月1日前确认结算卡，T1 10月8日到账"),
    (NATIONAL, "T＋1：９月３０日至１０月７日的交易，１０月８日到账"),
    (
        NATIONAL,
        "Dear merchant, the National Day holiday is 1–7 October 2026. "
        "Make-up working days are Sunday 20 September and Saturday 10 October. "
        "T+1 transactions on 30 September through 7 October are settled on Thursday, 8 October. "
        "D+1 and instant payouts are not affected.",
    ),
    (NATIONAL, "9月30日、10月1日-7日交易，10月8日（周四）划付；10月9日划付10月8日交易"),
    (DRAGON_BOAT, "端午期间（6月22日-24日）T1顺延至6月25日，境外卡顺延至6月26日，D1、D0正常。"),
    (NEW_YEAR, "元旦：1月1日-3日放假，1月4日上班。12月31日-1月3日T1交易，1月4日到账。"),
    (NEW_YEAR, "2026年元旦假期为1月1日至3日，T+1交易顺延至1月4日（周日，调休）到账"),
    (DRAGON_BOAT, "6月21日23点后至6月24日23点前的T+1交易6月25日到账"),
]

WRONG = [
    (DRAGON_BOAT, "6月21日至6月24日的T+1交易于6月26日到账"),
    (DRAGON_BOAT, "T+1交易于6月26日到账"),
    (DRAGON_BOAT, "端午节：T+1交易6月26日到账，D+1照常"),
    (DRAGON_BOAT, "T1 6月26日到账"),
    (DRAGON_BOAT, "境外卡T+1 6月21日至25日的交易6月25日到账"),
    (DRAGON_BOAT, "6月21日至6月25日的T+1交易于6月26日到账"),
    (DRAGON_BOAT, "6月22日至6月24日的T+1交易次日到账"),
    (DRAGON_BOAT, "T+1 transactions from 21 June to 24 June arrive on 26 June"),
    (DRAGON_BOAT, "T+1 arrives 26 June"),
    (DRAGON_BOAT, "T+1交易（境外卡除外）6月26日到账"),
    (NATIONAL, "9月30日至10月7日的交易于10月9日到账"),
    (NATIONAL, "9月29日至10月7日的T+1交易于10月8日到账"),
    (NATIONAL, "10月1日至7日放假，T+1交易10月9日到账"),
    (NATIONAL, "10月1日至7日放假，10月17日上班"),
    (NATIONAL, "10月8日（周五）到账"),
    (NATIONAL, "2025年10月8日到账"),
    (NATIONAL, "D+1交易10月1日至7日10月8日到账"),
    (NATIONAL, "9月30日–10月7日的交易 → 10月9日（周五）"),
    (NATIONAL, "交易日期：9月30日至10月7日，到账日期：10月9日"),
    (NATIONAL, "Transactions from September 30 to October 7 settle on October 9."),
    (NATIONAL, "30 Sep – 7 Oct: 9 Oct"),
    (NATIONAL, "T+1：9月30日至10月7日的交易10月8日到账，10月8日的交易10月10日到账"),
    (NATIONAL, "9月30日至10月7日，T+1交易暂停结算，10月9日恢复并统一划付。"),
    (NATIONAL, "11月1日"),
    (NATIONAL, "T+2交易10月9日到账"),
    (NATIONAL, "10月9日结算9月30日至10月7日的T+1交易"),
    (NEW_YEAR, "12月31日至1月3日的T+1交易1月5日到账"),
    (NEW_YEAR, "2024年1月1日至3日放假"),
    (NATIONAL, "10月8日的T+1交易于10月10日到账"),
    (NATIONAL, "T1商户9月30日到10月7日的交易将在10月9号划付"),
    (NATIONAL, "Money for 30 Sep to 7 Oct arrives on 9 Oct."),
    (NATIONAL, "9.30-10.7的T+1交易10.9到账"),
    (NATIONAL, NOTICE.replace("于10月8日（节后", "于10月9日（节后")),
    (NATIONAL, "10月1日-7日T1不结算，10月9日统一结算"),
    (NATIONAL, "节后首个工作日10月9日T+1到账"),
    (NATIONAL, "10月9日首个工作日结算T1"),
    (NATIONAL, "T+1 settlement: 30 Sep to 7 Oct -> 9 Oct"),
    (NATIONAL, "9月30日、10月1日-7日交易，10月8日（周四）划付；10月10日划付10月8日交易"),
    (DRAGON_BOAT, "端午期间（6月22日-24日）T1顺延至6月26日，D1、D0正常。"),
    (NEW_YEAR, "12月31日-1月3日T1交易，1月5日到账。"),
    (
        NATIONAL,
        "T+1 transactions on 30 September through 7 October will be settled on Friday, 9 October.",
    ),
    (NATIONAL, "国庆假期交易10月9日到账"),
    (NATIONAL, "Holiday transactions arrive on 9 October."),
    (NATIONAL, "T1商户假期交易于10月9日结算"),
    (NATIONAL, "关于9月30日至10月7日的T+1交易10月9日到账的公告"),
    (NATIONAL, "10月1日至10月7日D+1交易10月8日到账"),
]


def findings(holiday: tuple[str, int], text: str) -> list[str]:
    with override("en"):
        schedule = schedule_of(payload_of(*holiday))
        others = other_holidays(schedule, CALENDARS["domestic"])
        return Check(schedule, CODES, ALSO, others).findings(text)


@pytest.mark.parametrize(("holiday", "text"), RIGHT)
def test_what_is_right_has_no_finding(holiday: tuple[str, int], text: str) -> None:
    assert findings(holiday, text) == []


@pytest.mark.parametrize(("holiday", "text"), WRONG)
def test_what_is_wrong_is_found(holiday: tuple[str, int], text: str) -> None:
    assert findings(holiday, text)


def test_a_finding_says_what_is_right() -> None:
    (said,) = findings(NATIONAL, "9月30日至10月7日的T+1交易于10月9日到账")
    assert "T+1 transactions of 30 Sep to 7 Oct" in said
    assert "8 Oct" in said
    assert "not 9 Oct" in said


def test_a_text_with_many_wrong_dates_has_a_bounded_number_of_findings() -> None:
    assert len(findings(NATIONAL, "。".join(f"11月{day}日到账" for day in range(1, 30)))) == 20


CHINESE = "10月1日 至 7日 、 T+1 T1 的交易 到账 ， 。 ( ) 次日到账 2月30日 周四 23:00 ： → 境外卡"
PIECES = st.sampled_from([*CHINESE.split(), "30 Sep", " to ", "31", "13/45", "\n"])


@given(st.lists(PIECES | st.text(max_size=3), max_size=40).map("".join))
def test_any_text_is_read_without_a_failure(text: str) -> None:
    assert len(findings(NATIONAL, text)) <= 20


def test_a_long_text_is_read_in_a_bounded_number_of_steps() -> None:
    for piece in (
        "10月1日、",
        "9月30日至10月7日的T+1交易",
        "不含境外卡",
        "(",
        "1 to ",
        "10/1",
        "99月99日",
    ):
        findings(NATIONAL, (piece * 5000)[:5000])
