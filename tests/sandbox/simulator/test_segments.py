"""How many parts an SMS is billed as."""

import pytest

from sandbox.simulator.segments import segments


def test_parts_are_counted_at_the_borders(subtests: pytest.Subtests) -> None:
    for text, parts in [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("中" * 70, 1),
        ("中" * 71, 2),
        ("中" * 134, 2),
        ("中" * 135, 3),
    ]:
        with subtests.test(text=text, parts=parts):
            assert segments(text) == parts


def test_a_two_septet_letter_never_straddles_two_parts() -> None:
    # 76 pairs fill 152 of 153 septets: the odd one stays empty in both parts.
    assert segments("€" * 152) == 2
    assert segments("€" * 153) == 3


def test_an_emoji_takes_two_units_and_never_straddles_two_parts() -> None:
    assert segments("😀" * 35) == 1
    assert segments("😀" * 36) == 2
    assert segments("😀" * 66) == 2
    assert segments("😀" * 67) == 3
