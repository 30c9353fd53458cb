"""The setting of a chain."""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.escalation.chain import Level, begun, read_chain

NOON = datetime(2025, 2, 20, 12, tzinfo=UTC)


def test_levels_are_read_in_order() -> None:
    assert read_chain("15:boss@example.com, staff ; -10:staff;0:staff;") == [
        Level(-10, ("staff",)),
        Level(0, ("staff",)),
        Level(15, ("boss@example.com", "staff")),
    ]
    assert read_chain(" ") == []


@pytest.mark.parametrize(
    "value", ["soon:staff", "5", "5:", "5:,", "5:nobody", "5:staff;5:boss@example.com", ":staff"]
)
def test_what_cannot_be_read_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match=r"whole number|names|neither"):
        read_chain(value)


@pytest.mark.parametrize(
    ("late", "levels"), [(-11, []), (-10, [-10]), (-1, [-10]), (0, [-10, 0]), (99, [-10, 0, 15])]
)
def test_a_level_begins_at_its_minute(late: int, levels: list[int]) -> None:
    chain = read_chain("-10:staff;0:staff;15:staff")
    found = begun(chain, NOON, NOON + timedelta(minutes=late))
    assert [one.minutes for one in found] == levels
