"""The order and the days of what a phone shows."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.rest.api.v2010.account.message import MessageInstance

from notifications.simulator.markup import clock, day
from notifications.simulator.store import Message, Provider, Store, Table
from notifications.simulator.testing import Simulator
from notifications.simulator.timeline import mark_seen, messages_of, timeline, unread
from tests.notifications.simulator.conftest import PHONE, SENDER
from tests.notifications.simulator.pages import PHONE_PATH, bubbles, get
from tests.notifications.simulator.wechat_client import OPENID, send_template

Send = Callable[..., MessageInstance]
SHANGHAI = ZoneInfo("Asia/Shanghai")
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(
    lambda naive: naive.replace(microsecond=0, tzinfo=UTC)
)


def sms(at: datetime, body: str = "x", **changes: object) -> Message:
    return Message(
        f"SM{body}",
        Provider.TWILIO,
        PHONE,
        SENDER,
        body,
        "delivered",
        accepted_at=at.timestamp(),
        **changes,  # type: ignore[arg-type]
    )


def headings(page: str) -> list[str]:
    return re.findall(r"\d{4}年\d+月\d+日 星期.", page)


@pytest.mark.parametrize(
    ("utc", "shown"),
    [
        ("2026-11-22T15:59:59", ("2026年11月22日 星期日", "23:59:59")),
        ("2026-11-22T16:00:00", ("2026年11月23日 星期一", "00:00:00")),
        ("2024-02-28T16:00:00", ("2024年2月29日 星期四", "00:00:00")),
        ("2026-12-31T16:00:00", ("2027年1月1日 星期五", "00:00:00")),
        ("2026-06-30T23:30:00", ("2026年7月1日 星期三", "07:30:00")),
    ],
)
def test_days_and_times_are_shanghais(utc: str, shown: tuple[str, str]) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC).timestamp()
    assert (day(at), clock(at)) == shown


@settings(deadline=None, max_examples=50)
@given(st.lists(moments, min_size=1, max_size=8))
def test_there_is_one_heading_a_day_and_every_message_once(times: list[datetime]) -> None:
    rows = [sms(at, f"第{number}条") for number, at in enumerate(sorted(times))]
    page = timeline(rows)
    days = [name for name, _ in groupby(at.astimezone(SHANGHAI).date() for at in sorted(times))]
    assert len(headings(page)) == len(days)
    assert bubbles(page) == [row.body for row in rows]


@settings(deadline=None, max_examples=50)
@given(st.lists(moments, max_size=8))
def test_a_phone_shows_the_oldest_first_whatever_the_provider(times: list[datetime]) -> None:
    store = Store()
    store.put(Table.FOLLOWERS, OPENID, {"phone": PHONE, "following": True})
    for number, at in enumerate(times):
        provider = (Provider.TWILIO, Provider.WECHAT)[number % 2]
        to = (PHONE, OPENID)[number % 2]
        row = Message(str(number), provider, to, "", "x", "queued", accepted_at=at.timestamp())
        store.add(row)
    shown = [row.accepted_at for row in messages_of(store, PHONE)]
    assert shown == sorted(at.timestamp() for at in times)


@settings(deadline=None, max_examples=50)
@given(st.lists(st.sampled_from(["in", "out", "look"]), max_size=20))
def test_unread_is_what_came_since_the_last_look(history: list[str]) -> None:
    store, expected = Store(), 0
    for number, deed in enumerate(history):
        if deed == "look":
            mark_seen(store, PHONE)
            expected = 0
        elif deed == "in":
            store.add(Message(str(number), Provider.TWILIO, PHONE, SENDER, "x", "delivered"))
            expected += 1
        else:
            inbound = Message(str(number), Provider.TWILIO, SENDER, PHONE, "x", "received")
            inbound.inbound = True
            store.add(inbound)
    assert unread(store, PHONE) == expected


def test_two_followers_of_one_phone_share_its_screen(simulator: Simulator) -> None:
    other = "oFollower0000000000000000002"
    for openid in (OPENID, other):
        simulator.control(
            "POST", "wechat/followers", {"openid": openid, "phone": PHONE, "event": False}
        )
        send_template(simulator, touser=openid)
    assert get(simulator, PHONE_PATH).count('data-testid="wechat-card"') == 2


def test_both_sides_of_a_talk_are_told_apart(simulator: Simulator, send: Send) -> None:
    send(body="到账延迟")
    simulator.control("POST", "inbound", {"from": PHONE, "text": "好的"})
    page = get(simulator, PHONE_PATH)
    sides = re.findall(r'class="bubble (\w+) sms', page)
    assert (sides, bubbles(page)) == (["theirs", "mine"], ["到账延迟", "好的"])


def test_following_and_leaving_are_lines_of_their_own(simulator: Simulator) -> None:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    simulator.control("DELETE", f"wechat/followers/{OPENID}")
    page = get(simulator, PHONE_PATH)
    assert page.index("关注公众号 ·") < page.index("取消关注公众号 ·")
    assert bubbles(page) == []


@pytest.mark.parametrize(
    ("status", "label", "pending"),
    [
        ("queued", "排队中", True),
        ("sent", "已发出", True),
        ("undelivered", "未送达", True),
        ("failed", "发送失败", True),
        ("canceled", "已取消", True),
        ("delivered", "已送达", False),
    ],
)
def test_a_bubble_shows_how_far_it_got(status: str, label: str, pending: bool) -> None:
    row = sms(datetime(2026, 11, 23, tzinfo=UTC))
    row.status = status
    page = timeline([row])
    assert f" · {label} · " in page
    assert ("pending" in page) is pending


def test_the_screens_fragment_follows_what_comes(simulator: Simulator, send: Send) -> None:
    path = f"{PHONE_PATH}/fragment"
    assert "还没有消息" in get(simulator, path)
    send(body="1")
    first = get(simulator, path)
    send(body="2")
    assert bubbles(first) == ["1"]
    assert bubbles(get(simulator, path)) == ["1", "2"]


def test_an_empty_screen_has_no_day() -> None:
    assert headings(timeline([])) == []


def test_a_second_of_difference_is_a_day_of_difference_at_midnight() -> None:
    midnight = datetime(2026, 11, 23, tzinfo=SHANGHAI)
    page = timeline([sms(midnight - timedelta(seconds=1), "a"), sms(midnight, "b")])
    assert headings(page) == ["2026年11月22日 星期日", "2026年11月23日 星期一"]
