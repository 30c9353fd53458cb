"""What of a backlog may be said, and when it has moved."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.settlement.backlog import moved, settled_percent
from tests.statuspage.settlement.backlog.factories import cell

FEWEST = 5


def test_a_cell_of_many_is_shown_exactly():
    shown = cell(1000, 300, open_amount=Decimal("3000.05")).shown(FEWEST)
    assert (shown["affected"], shown["open"]) == (1000, 300)
    assert (shown["affected_amount"], shown["open_amount"]) == ("10000.00", "3000.05")


@pytest.mark.parametrize(
    ("affected", "open_", "counts", "amounts"),
    [
        (4, 4, (None, None), (None, None)),
        (5, 5, (5, 5), ("50.00", "50.00")),
        (5, 0, (5, 0), ("50.00", "0.00")),
        (100, 4, (100, None), ("1000.00", None)),
        (100, 97, (100, 97), ("1000.00", None)),  # the difference would be that of three
        (100, 95, (100, 95), ("1000.00", "950.00")),
    ],
)
def test_nothing_exact_is_said_of_a_few(affected, open_, counts, amounts):
    shown = cell(affected, open_).shown(FEWEST)
    assert (shown["affected"], shown["open"]) == counts
    assert (shown["affected_amount"], shown["open_amount"]) == amounts


def test_many_transactions_of_one_merchant_show_no_amount():
    shown = cell(500, 500, merchants=1, open_merchants=1).shown(FEWEST)
    assert (shown["affected"], shown["open"]) == (500, 500)
    assert (shown["affected_amount"], shown["open_amount"]) == (None, None)


@given(st.integers(0, 50), st.data())
def test_no_amount_is_of_fewer_than_the_fewest(affected, data):
    open_ = data.draw(st.integers(0, affected))
    shown = cell(affected, open_).shown(FEWEST)
    if shown["affected_amount"] is not None:
        assert affected == 0 or affected >= FEWEST
    if shown["open_amount"] is not None:
        assert all(one == 0 or one >= FEWEST for one in (affected, open_, affected - open_))


@pytest.mark.parametrize(
    ("affected", "open_", "percent"), [(1000, 1000, 0), (1000, 1, 99), (3, 1, 66), (1000, 0, 100)]
)
def test_everything_has_arrived_only_once_nothing_is_open(affected, open_, percent):
    assert settled_percent(affected, open_) == percent


def test_nothing_affected_is_no_division():
    assert settled_percent(0, 0) == 0


@pytest.mark.parametrize(
    ("said", "now", "step", "news"),
    [
        (None, 0, 10, True),
        (0, 9, 10, False),
        (0, 10, 10, True),
        (0, 57, 10, True),
        (57, 59, 10, False),
        (57, 60, 10, True),
        (99, 100, 30, True),
        (100, 100, 10, False),
        (30, 29, 10, False),  # it sways
        (30, 21, 10, False),
        (30, 20, 10, True),  # a whole step back
        (57, 40, 10, True),
    ],
)
def test_a_step_is_news(said, now, step, news):
    before = None if said is None else Decimal(said)
    assert moved(before, Decimal(now), step) is news


@given(st.lists(st.integers(0, 100), max_size=40), st.integers(1, 50))
def test_a_share_that_only_grows_is_told_at_most_once_a_step(shares, step):
    said, told = None, 0
    for now in sorted(shares):
        if moved(said, Decimal(now), step):
            said, told = Decimal(now), told + 1
    assert told <= 100 // step + 2
