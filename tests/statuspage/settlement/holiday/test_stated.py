"""Which days are off and which are worked, as operators state it: right, too short, too long."""

import pytest

from tests.statuspage.settlement.holiday.test_prose import findings

DRAGON_2023 = ("dragon_boat", 2023)
DRAGON_2024 = ("dragon_boat", 2024)
NATIONAL_2025 = ("national_day", 2025)
NATIONAL = ("national_day", 2026)
NEW_YEAR_2024 = ("new_year", 2024)
SPRING_2024 = ("spring_festival", 2024)
SPRING = ("spring_festival", 2026)

RIGHT = [
    (NATIONAL_2025, "10月1日至8日放假"),
    (NATIONAL_2025, "10月1日-10月8日放假，10月11日上班"),
    (("mid_autumn", 2025), "10月1日至8日放假调休，9月28日、10月11日上班"),
    (NATIONAL, "国庆10月1日至7日放假调休，9月20日（周日）、10月10日（周六）补班"),
    (NATIONAL, "10.1-10.7放假，9.20、10.10上班"),
    (NATIONAL, "10.1~10.7放假，9.20和10.10补班"),
    (NATIONAL, "放假时间：10月1日（星期四）至10月7日（星期三），共7天"),
    (NATIONAL, "假期：10月1日至7日；补班：9月20日、10月10日"),
    (NATIONAL, "国庆节假期为10月1日至10月7日"),
    (NATIONAL, "自10月1日起至10月7日止放假"),
    (NATIONAL, "9月25日至27日中秋放假，10月1日至7日国庆放假"),
    (NATIONAL, "10月1日、2日、3日、4日、5日、6日、7日放假"),
    (NATIONAL, "10月1日至3日为法定节假日，4日至7日调休"),
    (NATIONAL, "10月1日至7日不结算"),
    (NATIONAL, "9月30日至10月7日T+1不结算，10月8日统一结算"),
    (NATIONAL, "国庆放假期间9月30日至10月7日的T1交易10月8日到账"),
    (NATIONAL, "客服10月1日至3日放假，4日起值班"),
    (NATIONAL, "客服热线10月1日至7日正常上班"),
    (NATIONAL, "9月29日、30日正常上班，10月8日（周四）上班"),
    (NATIONAL, "9月20日、10月10日为工作日，正常结算"),
    (NATIONAL, "9月30日（节前最后一个工作日）的T1交易10月8日到账"),
    (NATIONAL, "10月7日后首个工作日（10月8日）到账"),
    (NATIONAL, "holiday from 1 to 7 October"),
    (NATIONAL, "We are closed from October 1 to October 7."),
    (NATIONAL, "National Day holiday (1–7 October)"),
    (NATIONAL, "Make-up working days are Sunday 20 September and Saturday 10 October."),
    (NATIONAL, "Our hotline is closed from 1 to 3 October."),
    (SPRING, "除夕至初七放假（2月15日至23日），2月14日、28日上班"),
    (SPRING, "腊月廿八至正月初七（2月15日至2月23日）放假调休共9天"),
    (SPRING_2024, "初一至初八（2月10日-2月17日）放假，除夕2月9日T1交易2月18日到账"),
    (NEW_YEAR_2024, "2023年12月30日至2024年1月1日放假"),
    (NEW_YEAR_2024, "2024年1月1日放假，与周末连休"),
    (DRAGON_2024, "6月8日-6月10日放假"),
    (DRAGON_2024, "6月10日放假，与周末连休"),
    (DRAGON_2023, "外卡：6月22日至25日休息，6月26日到账"),
    # Other holidays of the calendar may be named, though the table has none of their dates.
    (("mid_autumn", 2026), "9月25日至27日放假；国庆10月1日至7日放假，10月10日上班"),
]
WRONG = [
    (NATIONAL_2025, "10月1日至7日放假"),
    (NATIONAL_2025, "10月1日至7日放假期间的T+1交易于10月9日到账"),
    (NATIONAL_2025, "10月1日-10月7日放假，10月11日上班"),
    (NATIONAL_2025, "10月2日至8日放假"),
    (NATIONAL_2025, "10.1-10.7放假"),
    (NATIONAL_2025, "10月1日起至7日止放假"),
    (NATIONAL_2025, "放假时间：10月1日至7日"),
    (NATIONAL_2025, "假期为10月1日至10月7日"),
    (NATIONAL_2025, "国庆假期（10月1日至7日）"),
    (NATIONAL_2025, "10月1日至7日国庆长假"),
    (NATIONAL_2025, "holiday from 1 to 7 October"),
    (NATIONAL_2025, "We are closed from October 1 to October 7."),
    (NATIONAL_2025, "National Day holiday (1–7 October)"),
    (NATIONAL, "10月1日至8日放假"),
    (NATIONAL, "9月20日放假"),
    (NATIONAL, "10月8日放假"),
    (NATIONAL, "10月1日至7日放假，共8天"),
    (NATIONAL, "10月1日至7日放假，9月19日、10月10日上班"),
    (NATIONAL, "9月19日（周六）上班"),
    (NATIONAL, "10月7日上班"),
    (NATIONAL, "10月11日补班"),
    (NATIONAL, "补班：9月20日、10月11日"),
    (NATIONAL, "Make-up days: 19 Sep and 10 Oct."),
    (NATIONAL, "11 October is a working day."),
    (NEW_YEAR_2024, "12月31日至1月1日放假"),
    (NEW_YEAR_2024, "2023年12月30日至31日放假"),
    (DRAGON_2023, "6月22日至25日放假"),
    (DRAGON_2023, "6月22日至23日放假"),
    (DRAGON_2024, "6月9日至10日放假"),
    (("mid_autumn", 2026), "9月25日至27日放假；国庆10月1日至8日放假"),
]

# A table has one day for what prose says arrives between two.
TWO_DAYS = [
    "T+1 transactions of 30 Sep to 7 Oct arrive between 8 Oct and 9 Oct",
    "T+1 transactions arrive between 8 Oct and 9 Oct",
    "T+1 transactions arrive between Thursday 8 and Friday 9 October",
    "T+1 transactions arrive on 8 or 9 October",
    "T+1交易于10月8日至9日到账",
    "9月30日至10月7日的T+1交易，于10月8日至9日到账",
    "9月30日至10月7日的T+1交易10月8日或9日到账",
]
ONE_DAY = [
    "Transactions between 30 Sep and 7 Oct arrive on 8 Oct",
    "T+1 Transactions 30 Sep–7 Oct → 8 Oct; 8 Oct → 9 Oct",
    "9月30日至10月7日的T1交易10月8日到帐",
    "T+1交易于10月8日或之前到账",
]


@pytest.mark.parametrize(("holiday", "text"), RIGHT)
def test_days_stated_as_the_calendar_has_them_pass(holiday: tuple[str, int], text: str) -> None:
    assert findings(holiday, text) == []


@pytest.mark.parametrize(("holiday", "text"), WRONG)
def test_days_stated_otherwise_are_found(holiday: tuple[str, int], text: str) -> None:
    assert findings(holiday, text)


@pytest.mark.parametrize("text", TWO_DAYS)
def test_an_arrival_between_two_days_is_found(text: str) -> None:
    assert findings(NATIONAL, text)


@pytest.mark.parametrize("text", ONE_DAY)
def test_the_same_words_about_one_arrival_pass(text: str) -> None:
    assert findings(NATIONAL, text) == []


def test_foreign_cards_alone_take_two_days_to_arrive() -> None:
    assert findings(DRAGON_2023, "T+1交易6月25日至26日到账，境外卡6月26日到账")
    assert findings(DRAGON_2023, "6月25日的T+1交易6月26日到帐，6月21日至24日的6月26日到帐")


def test_a_finding_names_the_holiday_as_it_is() -> None:
    assert findings(NATIONAL_2025, "10月1日至7日放假") == [
        "The holiday is 1 to 8 Oct 2025, not 1 to 7 Oct 2025."
    ]
