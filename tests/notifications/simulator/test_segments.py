"""How many parts an SMS is billed as."""

import pytest

from notifications.simulator.segments import segments


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
    ],
)
def test_parts_are_counted_at_the_borders(text: str, parts: int) -> None:
    assert segments(text) == parts


def test_one_chinese_letter_makes_the_whole_text_ucs_2() -> None:
    assert segments("a" * 71) == 1
    assert segments("a" * 70 + "中") == 2


def test_the_euro_sign_takes_two_septets() -> None:
    assert segments("€" * 80) == 1
    assert segments("€" * 81) == 2


def test_a_two_septet_letter_never_straddles_two_parts() -> None:
    # 76 pairs fill 152 of 153 septets: the odd one stays empty in both parts.
    assert segments("€" * 152) == 2
    assert segments("€" * 153) == 3


def test_an_emoji_takes_two_units_and_never_straddles_two_parts() -> None:
    assert segments("😀" * 35) == 1
    assert segments("😀" * 36) == 2
    assert segments("😀" * 66) == 2
    assert segments("😀" * 67) == 3


def test_greek_capitals_of_the_basic_alphabet_stay_gsm_7() -> None:
    assert segments("ΔΦΓΛΩΠΨΣΘΞ" * 16) == 1


def test_a_no_break_space_is_not_gsm_7() -> None:
    assert segments("a" * 100) == 1
    assert segments("a" * 99 + "\xa0") == 2
