"""What an SMS costs, checked against a second way to count, and how carriers want it."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels import sms_text
from notifications.channels.sms_text import (
    MAX_PARTS,
    carrier_safe,
    fitted,
    normalise,
    parts,
    segments,
    shortened,
)

PLAIN = "".join(sorted(sms_text.GSM_BASIC))
ESCAPED = "".join(sorted(sms_text.GSM_EXTENDED))
TRICKY = "\xa0 \u200b“”‘’–—…`\t\u3000【】\u00a5\uffe5★\uff0c。\uff01\uff1f.!?;a1é中😀\u200d\r\n"

gsm_texts = st.text(alphabet=PLAIN + ESCAPED, max_size=700)
any_texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=400)
tricky_texts = st.text(alphabet=TRICKY + PLAIN + ESCAPED, max_size=400)
texts = st.one_of(gsm_texts, any_texts, tricky_texts)


def units(text: str) -> list[bytes]:
    """Return a second way to see a text: as atoms of encoded units, none of which may be split."""
    if all(character in PLAIN + ESCAPED for character in text):
        return [b"\x1b" + b"x" if one in ESCAPED else b"x" for one in text]
    return [one.encode("utf-16-be") for one in text]


def brute_force(text: str) -> int:
    """Count the parts by laying atoms into parts one after the other."""
    atoms = units(text)
    gsm = all(character in PLAIN + ESCAPED for character in text)
    alone, chained = (160, 153) if gsm else (140, 134)
    if sum(map(len, atoms)) <= alone:
        return 1
    laid = [b""]
    for atom in atoms:
        if len(laid[-1]) + len(atom) > chained:
            laid.append(b"")
        laid[-1] += atom
    return len(laid)


@given(texts)
def test_segments_agree_with_a_brute_force_count(text: str) -> None:
    assert segments(text) == brute_force(text)


@given(texts)
def test_joined_parts_are_the_text_again(text: str) -> None:
    assert "".join(parts(text)) == text


@given(texts)
def test_no_part_is_over_its_limit(text: str) -> None:
    found = parts(text)
    gsm = sms_text.GSM.issuperset(text)
    limit = {(True, True): 160, (True, False): 153, (False, True): 70, (False, False): 67}
    for part in found:
        size = (
            sum(2 if one in ESCAPED else 1 for one in part)
            if gsm
            else len(part.encode("utf-16-be")) // 2
        )
        assert size <= limit[gsm, len(found) == 1]


@given(texts)
def test_normalising_twice_is_normalising_once(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(texts)
def test_normalising_never_costs_more(text: str) -> None:
    assert segments(normalise(text)) <= segments(text)


@given(st.booleans(), texts)
def test_nothing_that_carriers_refuse_is_left(chinese: bool, text: str) -> None:
    assert not set(carrier_safe(text, chinese=chinese)) & set("【】\u00a5\uffe5★☆")


@given(st.text(alphabet="到账延迟。!abc. ", max_size=2000))
def test_a_fitted_text_keeps_its_head_and_tail_and_its_limit(body: str) -> None:
    head, tail = "【演示支付】T+1:调查中。", "下次更新不晚于11:15。(第12号)"
    text = fitted(head, body, tail)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert segments(text) <= MAX_PARTS


def test_parts_are_counted_at_the_documented_limits(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("a" * 69 + "中", 1),
        ("a" * 70 + "中", 2),
    ]:
        with subtests.test(text=text, expected=expected):
            assert segments(text) == expected


@pytest.mark.parametrize(
    ("text", "parts_of_it"),
    [
        ("é" * 160, 1),
        ("ñ" * 161, 2),
        ("a" * 158 + "€", 1),
        ("a" * 159 + "€", 2),
        ("a" * 152 + "€" * 77, 3),
        ("ç" + "a" * 69, 1),
        ("ç" + "a" * 70, 2),
        ("it\u2019s" + "a" * 156, 1),
        ("a" * 79 + "\xa0" + "a" * 80, 1),
        ("a" * 68 + "\U0001f600", 1),
        ("a" * 69 + "\U0001f600", 2),
        ("\u202aa\u202c" * 160, 1),
    ],
)
def test_signs_of_other_languages_cost_what_they_cost(text: str, parts_of_it: int) -> None:
    assert segments(normalise(text)) == parts_of_it


def test_a_sign_that_changes_a_figure_stays() -> None:
    assert sms_text.in_gsm("10\u00b2 m\u00b2") == "10\u00b2 m\u00b2"
    assert sms_text.in_gsm("\uff14\uff10\uff10 yuan \u2264 5") == "400 yuan <= 5"


def test_an_escape_pair_is_never_split() -> None:
    text = "a" * 152 + "€" + "b" * 10
    assert parts(text)[0] == "a" * 152


def test_a_surrogate_pair_is_never_split() -> None:
    text = "中" * 66 + "😀" + "文" * 10
    assert parts(text)[0] == "中" * 66


def test_look_alikes_are_replaced_only_where_that_saves_money(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("Funds\xa0are safe", "Funds are safe"),
        ("it’s “late” – wait…", 'it\'s "late" - wait...'),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("a\tb\r\nc", "a b\nc"),
        ("全角\u3000空格", "全角 空格"),
        ("引号“保留”…", "引号“保留”…"),
    ]:
        with subtests.test(text=text, expected=expected):
            assert normalise(text) == expected


def test_one_no_break_space_no_longer_doubles_the_bill() -> None:
    text = "a" * 100 + "\xa0" + "b" * 50
    assert segments(text) == 3
    assert segments(normalise(text)) == 1


def test_chinese_bodies_as_carriers_let_them_through(subtests: pytest.Subtests) -> None:
    for text, expected in [
        ("【通知】已恢复", "[通知]已恢复"),
        ("补偿¥1,234.50。", "补偿1,234.50元。"),
        ("补偿￥100元。", "补偿100元。"),
        ("共¥3万。", "共3万元。"),
        ("只有¥符号", "只有符号"),
        ("★重要★通知", "重要通知"),
        ("见https://status.example.com/a?b=1。谢谢", "谢谢"),
        ("费率（https://a.example/x）已调整", "费率已调整"),
        ("费率(https://a.example/x)已调整", "费率已调整"),
        ("登录www.example.com查询余额", "查询余额"),
        ("看status.example.cn/incidents/abc，谢谢", "谢谢"),
        ("第一行\n\n第二行", "第一行 第二行"),
        ("第一句。\n第二句。", "第一句。第二句。"),
        ("详情见de\u200bmo.c\xadom，共¥5\u2060千万。", "共5千万元。"),
    ]:
        with subtests.test(text=text, expected=expected):
            assert carrier_safe(text, chinese=True) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("You get ¥100.00 back.", "You get 100.00 yuan back."),
        ("See https://status.example.com/en/. Funds are safe.", "Funds are safe."),
        ("At 10:42 T+1 was 0.6 % late.", "At 10:42 T+1 was 0.6 % late."),
    ],
)
def test_english_bodies_as_carriers_let_them_through(text: str, expected: str) -> None:
    assert carrier_safe(text, chinese=False) == expected


def test_a_long_body_ends_at_the_end_of_a_sentence() -> None:
    body = "资金安全,正在排查原因。" * 100
    text = fitted("【演示支付】", body, "(第12号)")
    assert segments(text) == MAX_PARTS
    assert text.endswith("正在排查原因。(第12号)")


def test_one_endless_sentence_is_cut_with_dots() -> None:
    text = fitted("【演示支付】", "资金" * 1000, "(第12号)")
    assert re.fullmatch(r"【演示支付】(资金)+资?…\(第12号\)", text)
    assert segments(text) == MAX_PARTS


def test_a_number_with_a_point_is_no_end_of_a_sentence() -> None:
    body = "Rate 0.6 percent stays. " + "We pay 1.5 times more " * 100
    text = fitted("DemoPay: ", body, " (No. 12)")
    assert text == "DemoPay: Rate 0.6 percent stays. (No. 12)"


def test_a_variable_is_shortened_at_a_sentence_or_with_dots(subtests: pytest.Subtests) -> None:
    for text, limit, expected in [
        ("资金安全。", 5, "资金安全。"),
        ("资金安全。正在排查。", 9, "资金安全。"),
        ("资金安全，正在排查", 6, "资金安全，…"),
        ("Funds are safe. We look into it.", 20, "Funds are safe."),
        ("Funds are safe", 7, "Funds…"),
        ("😀😀😀", 5, "😀😀…"),
        ("😀😀😀", 4, "😀…"),
        ("一\xa0二", 3, "一 二"),
        ("一二三", 1, "…"),
        ("", 5, ""),
    ]:
        with subtests.test(text=text, limit=limit, expected=expected):
            assert shortened(text, limit) == expected
            assert sms_text.units(shortened(text, limit)) <= limit


@given(text=st.text(), limit=st.integers(min_value=1, max_value=200))
def test_whatever_is_shortened_fits(text: str, limit: int) -> None:
    assert sms_text.units(shortened(text, limit)) <= limit


# Before, each of these took minutes: what looks for figures, links and sums began at every place.
@pytest.mark.parametrize("piece", ["x", "1", "1,", "a1", "x.", "a。", "好。", "2026年", "¥1-"])
def test_the_longest_text_of_the_log_becomes_an_sms(piece: str) -> None:
    body = carrier_safe(piece * (65_000 // len(piece)), chinese=True)
    assert segments(fitted("【演示支付】", body, "第1号")) <= MAX_PARTS


def test_a_text_too_long_for_any_sms_is_cut_at_a_sentence() -> None:
    assert carrier_safe("收费3.14元。" * 2000, chinese=True).endswith("收费3.14元。")
