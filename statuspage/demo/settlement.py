"""The story's settlement notices: a holiday's table, a warning, and money that is paid back."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import override

from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.schedules import NAMES, Holiday, NoSuchHoliday, stay_of
from statuspage.settlement.services import notice_publish
from statuspage.settlement.workdays import NotYetPublished
from statuspage.staff.models import Staff
from statuspage.statements.texts import ENGLISH, Text

ANNOUNCED: Final = timedelta(days=7)


def _text(chinese: str, english: str) -> Text:
    return {"zh-hans": chinese, "en": english}


def seed_holiday(author: Staff, before: datetime) -> None:
    """The table of the last holiday that was announced before that moment."""
    found = [one for one in _announcements() if one[0] < before]
    if not found:
        return
    announced, holiday, year = max(found)
    notice_publish(
        kind="holiday_schedule",
        title=_text(
            f"{year}年{NAMES[holiday]}结算安排的通知", f"Settlement over {_name(holiday)} {year}"
        ),
        body=_text(
            "依据国务院办公厅的放假安排，期间各类商户的到账日期见下表。T+1 顺延，D+1 与秒到照常。"
            "节后首个工作日到账可能稍慢，资金安全。",
            "The table says when your money arrives, by the State Council's calendar. T+1 waits for"
            " the next settlement workday; D+1 and instant payout go on as always. The first day"
            " after the holiday may be slow. Funds are safe.",
        ),
        payload={"holiday": holiday, "year": year},
        audience={"agents": True},
        author=author,
        published_at=announced,
    )


def _name(holiday: str) -> str:
    with override(ENGLISH):
        return str(Holiday(holiday).label)


def _announcements() -> Iterator[tuple[datetime, str, int]]:
    """When the schedule of each holiday that the calendar knows came out: a week ahead."""
    calendar = calendar_of("domestic")
    for year in sorted(calendar.years):
        for holiday in Holiday.values:
            try:
                first = stay_of(holiday, year, calendar).first
            except (NoSuchHoliday, NotYetPublished):
                continue
            yield timezone.make_aware(datetime.combine(first, time(10))) - ANNOUNCED, holiday, year


def seed_warning(author: Staff, at: datetime) -> None:
    """Swindlers use the crisis."""
    notice_publish(
        kind="security_warning",
        title=_text("谨防冒充我司的退费短信", "Beware of fake refund messages"),
        body=_text(
            "有人冒用本公司名义发短信，称退还手续费须先回复或缴费。退费由我们直接入账，无需任何操作。",
            "Someone sends SMS in our name: to get your fees back you are to reply or to pay first."
            " What we owe you comes by itself; there is nothing to do.",
        ),
        payload={
            "trick": _text(
                "短信称“退还手续费，请回复1”或要求先缴押金。",
                "An SMS says: “Fee refund, reply 1”, or asks for a deposit.",
            ),
            "what_to_do": _text(
                "请勿回复、转账或点链接，致电客服核实。",
                "Do not reply, pay or follow a link; call us.",
            ),
        },
        audience={"agents": True},
        author=author,
        published_at=at,
    )


def seed_payment(author: Staff, waiver: str, amount: str, at: datetime, incident_id: str) -> None:
    """One part of the waived fees goes back; `waiver` is the public id of its notice."""
    notice_publish(
        kind="payout_progress",
        title=_text("手续费退回进度", "Fees going back"),
        body=_text(
            "款项已退回结算账户，请以到账短信为准。",
            "The money is on its way to your settlement accounts.",
        ),
        payload={"of": waiver, "amount": amount, "paid_on": timezone.localdate(at).isoformat()},
        incident_id=incident_id,
        author=author,
        published_at=at,
    )
