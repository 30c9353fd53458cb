"""WeCom group robots: text within bytes, errcodes, and what is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import provider as find_provider
from notifications.channels.base import Content
from notifications.channels.group_robots.texts import fitted, in_bytes
from notifications.channels.outcomes import Accepted, Failed, NotSent, Reason, Unknown
from notifications.channels.robot.wecom import MAX_BYTES
from tests.notifications.channels.builders import bulletin, http_answer, message, send, tcp_server
from tests.simulator import Simulator

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
WECOM = find_provider("wecom")


def test_a_group_reads_what_happened_and_where_to_read_on() -> None:
    assert WECOM.compose(bulletin()).text.splitlines() == [
        "【演示支付】T+1到账延迟\uff1a调查中。",
        "10:42起部分小微商户到账延迟\uff0c资金安全\uff0c正在排查。",
        "下次更新不晚于11:15。",
        "https://status.example.com/incidents/abc/",
        "公告12号 验真码CDF3X",
    ]


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_long_body_is_cut_and_the_ending_kept(language: str) -> None:
    long = bulletin(language, body="资金安全😀" * 1000)
    text = WECOM.compose(long).text
    assert len(text.encode()) <= MAX_BYTES
    assert "…\n" in text
    assert long.url in text


def test_nothing_promised_leaves_no_empty_line() -> None:
    assert "\n\n" not in WECOM.compose(bulletin(next_update_by=None)).text


@given(st.text(max_size=300), st.integers(min_value=3, max_value=600))
def test_a_cut_text_is_within_its_bytes_and_a_beginning_of_it(text: str, limit: int) -> None:
    cut = fitted(Content(text=text), limit, in_bytes)
    assert len(cut.encode()) <= limit
    assert cut == text or text.startswith(cut.removesuffix("…"))


def test_a_message_reaches_the_group(simulator: Simulator) -> None:
    [outcome] = send(WECOM, message(KEY, "【演示支付】到账延迟。"))
    [row] = simulator.messages(provider="wecom")
    assert outcome == Accepted("wecom-7")
    assert row["to"] == KEY
    assert "到账延迟" in row["body"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (45009, NotSent(Reason.RATE_LIMITED, "45009", 60.0)),
        (93000, Failed(Reason.BAD_ADDRESS, "93000", suppress=True)),
        (40058, Failed(Reason.REFUSED_CONTENT, "40058")),
        (-1, Unknown(Reason.PROVIDER_ERROR, "-1")),
        (12345, NotSent(Reason.UNKNOWN_CODE, "12345")),
    ],
)
def test_an_errcode_under_http_200_is_a_refusal(settings, code: int, expected) -> None:
    with tcp_server(http_answer("200 OK", f'{{"errcode": {code}, "errmsg": "…"}}')) as port:
        settings.WECOM_BASE_URL = f"http://127.0.0.1:{port}"
        assert send(WECOM, message(KEY)) == [expected]


@pytest.mark.parametrize("body", ["", "ok", "[]", "{}", '{"errcode": "0"}'])
def test_an_answer_without_an_errcode_leaves_it_open(settings, body: str) -> None:
    with tcp_server(http_answer("200 OK", body)) as port:
        settings.WECOM_BASE_URL = f"http://127.0.0.1:{port}"
        assert send(WECOM, message(KEY)) == [Unknown(Reason.PROVIDER_ERROR, "200")]


def test_the_twenty_first_message_of_a_minute_waits(simulator: Simulator) -> None:
    outcomes = send(WECOM, *[message(KEY, delivery_id=n) for n in range(1, 22)])
    assert sum(isinstance(one, Accepted) for one in outcomes) == 20
    assert NotSent(Reason.RATE_LIMITED, "45009", 60.0) in outcomes


def test_no_minute_allows_more_than_twenty_to_one_robot() -> None:
    limits = WECOM.limits
    assert limits.each_address
    assert limits.burst + 60 * limits.per_second <= 20


@pytest.mark.parametrize("fault", ["drop_after", "error_after"])
def test_what_may_have_gone_out_is_left_open(simulator: Simulator, fault: str) -> None:
    simulator.switch(fault, provider="wecom", count=1)
    [outcome] = send(WECOM, message(KEY))
    assert isinstance(outcome, Unknown)
    assert len(simulator.messages(provider="wecom")) == 1


def test_http_429_says_when_to_come_back(settings) -> None:
    with tcp_server(http_answer("429 Too Many", "{}", "Retry-After: 30")) as port:
        settings.WECOM_BASE_URL = f"http://127.0.0.1:{port}"
        assert send(WECOM, message(KEY)) == [NotSent(Reason.RATE_LIMITED, "429", 30.0)]
