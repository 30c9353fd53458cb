"""The code in every message: hard to guess, easy to type, found again in any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.delivery.render import ALPHABET, code_typed, codes_in, message_code
from notifications.templates import apps as templates

LANGUAGES = ("zh-hans", "en")
NUMBERS = range(1, 2001)


def test_a_code_is_five_characters_that_nobody_mistakes():
    for number in NUMBERS:
        code = message_code(number, "zh-hans")
        assert len(code) == 5
        assert set(code) <= set(ALPHABET)
        assert code[0].isalpha()
    assert not set(ALPHABET) & set("0OQ1IL2Z5S6G8BAEU")


def test_codes_differ_between_statements_and_languages():
    codes = [message_code(number, language) for number in NUMBERS for language in LANGUAGES]
    assert len(set(codes)) > len(codes) - 20  # chance alone makes two of four thousand alike


def test_who_does_not_know_the_key_cannot_work_out_the_code(settings):
    mine = [message_code(number, "zh-hans") for number in range(1, 50)]
    settings.ADDRESS_INDEX_KEY = "another key of another operator, also long enough"
    theirs = [message_code(number, "zh-hans") for number in range(1, 50)]
    assert not set(mine) & set(theirs)


@given(st.integers(0, 10**9), st.sampled_from(LANGUAGES))
def test_a_code_is_found_however_it_is_typed(number, language):
    code = message_code(number, language)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in code)
    for typed in (
        code,
        code.lower(),
        f" {code[:2]} {code[2:]}\n",
        f"（{code}）",
        f"[{code}]",
        wide,
    ):
        assert code_typed(typed) == code


@pytest.mark.parametrize(
    "typed", ["", "CDF3", "CDF3XX", "ABCDE", "3CDFX", "12345", "第12号", "CD0FX"]
)
def test_what_is_no_code_is_none(typed):
    assert code_typed(typed) is None


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("【演示支付】已恢复。（第12号CDF3X）", ["CDF3X"]),
        ("【演示支付】已恢复。公告12号 验真码CDF3X", ["CDF3X"]),
        ("Restored. (No. 12, cdf3x) Next", ["CDF3X"]),
        ("（第12号ＣＤＦ３Ｘ）", ["CDF3X"]),
        ("CDF3X and CDF3X and DDDDD", ["CDF3X", "DDDDD"]),
        ("13800138000 34799 XCDF3X CDF3X4", []),
        ("", []),
    ],
)
def test_codes_are_found_within_a_message(text, codes):
    assert codes_in(text) == codes


def test_a_flood_of_codes_is_not_looked_up():
    assert len(codes_in(" ".join(message_code(number, "en") for number in range(500)))) == 20


def test_a_template_that_is_still_in_the_settings_is_remarked_on(monkeypatch) -> None:
    assert templates.former_settings(None) == []
    monkeypatch.setenv("ALIYUN_SMS_TEMPLATE", "SMS_1")
    [warning] = templates.former_settings(None)
    assert warning.id == "provider_templates.W001"
    assert warning.msg.startswith("ALIYUN_SMS_TEMPLATE no longer counts")
