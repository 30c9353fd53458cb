"""A link is found whole, whatever its form; and what only looks like one is none."""

import re
from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.links import TLDS, links_in
from notifications.channels.pointers import without_links
from notifications.channels.sms_text import carrier_safe

LINKS = (
    *("status.demo.com.hk", "https://status.example.com/a?b=1", "www.example.com", "T.cn/abc"),
    *("http:// demo.com/x", "demo.com:8080/x", "演示.中国", "https://演示.中国/a?x=1", "demo.app"),
    *("DEMO.COM", "Demo.Com", "demo\uff0ecom", "www。demo。com", "12306.cn", "weixin://dl/abc"),
    *("http://10.0.0.1:8080/x", "10.0.0.1:8080/x", "https\uff1a//demo.com", "demo.xn--fiqs8s"),
    *("pay.demo.co.uk/path?x=1#y", "status.demo.internal", "http://localhost:8000/", "demo.museum"),
    *("t.me/abc", "bit.ly/2x", "演示支付.公司", "demo.shop", "a-b.example.org:443"),
    *("status.demo.com.hk/x?y", "支付.中国", "支付.中国/查询?x=1", "192.168.1.10", "пример.рф"),
    *("müller.de", "status.müller.de/x", "https://müller.de/x", "demo_pay.com", "//demo.com/x"),
    *(
        "https\uff1a\uff0f\uff0fdemo.com\uff0fx",
        "\uff57\uff57\uff57\uff0e\uff44\uff45\uff4d\uff4f\uff0e\uff43\uff4f\uff4d",
        "https://demo.com/查询/进度",
    ),
    *("https://demo.com/公告.html", "https://t.cn/A6xyz#详情", "https://u:p@demo.com/x"),
    *("https://demo.com/a_(b)", "statement.zip/x", "www.demo.zip"),
)
NO_LINKS = (
    *(
        "11.30",
        "3.2.1",
        "No.5",
        "10.1节",
        "1,000.50元",
        "0.60%",
        "2025.2.21",
        "e.g.",
        "a.m.",
        "U.S.A.",
    ),
    *(
        "已恢复。Com",
        "late.Funds are safe",
        "late.It is",
        "Demo Co.Ltd",
        "CO.LTD",
        "2.5bn",
        "POS.A920",
    ),
    *(
        "help@demo.com.hk",
        "a.cn@b.com",
        "3.中国银行",
        "1.资金安全.2.无需操作",
        "and/or",
        "1.5/笔",
        "T+1",
    ),
    *("V2.3.1", "固件 2.3.1.4", "版本1.20.130.4", "1.500,00", "12.30-13.00"),
    *("report.pdf", "statement.zip", "账单.xlsx", "setup.apk", "README.md", "settlement.sh"),
    *("三.公司", "999.1.1.300"),
)


@pytest.mark.parametrize("link", LINKS)
def test_a_link_is_found_whole(link: str) -> None:
    for before, after in (("详情 ", "。"), ("", ""), ("(", ")"), ("see ", ", please"), ("“", "”")):
        assert links_in(f"{before}{link}{after}") == [link]
        assert re.sub(r"\W", "", without_links(f"{before}{link}{after}")) in {"", "please"}


@pytest.mark.parametrize(
    "link",
    ["https://status.demo.com.hk/x", "www.demo.com", "demo.com.hk", "支付.中国", "10.1.2.3"],
)
def test_chinese_needs_no_space_around_a_link(link: str) -> None:
    assert links_in(f"请登录{link}查询") == [link]
    assert without_links(f"请登录{link}查询到账") == "请查询到账"


def test_a_link_ends_before_the_bracket_around_it() -> None:
    assert links_in("(https://demo.com/x),see more") == ["https://demo.com/x"]


@pytest.mark.parametrize("text", NO_LINKS)
def test_what_is_no_link_stays(text: str) -> None:
    for said in (text, f"见 {text} 谢谢", f"({text})"):
        assert links_in(said) == []
        assert without_links(said) == said


@pytest.mark.parametrize(
    "text", ["It is back.to normal use", "12.30.10.15", "资金安全.公司承担", "resolved.it works"]
)
def test_a_missing_space_makes_no_link_where_nothing_points_at_it(text: str) -> None:
    assert links_in(text) == []


def test_a_sentence_without_a_space_before_it_is_no_part_of_a_link() -> None:
    assert links_in("See status.demo.com.Please wait") == ["status.demo.com"]


def test_no_top_level_domain_is_missing() -> None:
    theirs = Path(hypothesis.__file__).with_name("vendor") / "tlds-alpha-by-domain.txt"
    listed = {one for one in theirs.read_text().lower().split("\n") if one and one[0] != "#"}
    # The list only grows by a few a year; some of those that were withdrawn may be in ours.
    assert len(listed - TLDS) < 20
    assert len(TLDS) > 1400


@given(
    st.lists(st.from_regex(r"[a-z]{2,8}", fullmatch=True), min_size=1, max_size=3),
    st.sampled_from(sorted(TLDS)),
    st.sampled_from(["", "/x", ":8443/a?b=c", "?q=1"]),
)
def test_nothing_of_a_link_under_any_domain_is_left(labels: list[str], tld: str, rest: str) -> None:
    link = f"{'.'.join(labels)}.{tld}{rest}"
    assert carrier_safe(f"详情见 {link} 。", chinese=True) == ""
