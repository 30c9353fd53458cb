"""Reading one line: what people and their spreadsheets write, and nothing else."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from statuspage.settlement.affected.hashes import lookup_key, merchant_key, normalised, row_key
from statuspage.settlement.affected.rows import (
    COLUMNS,
    PROBLEMS,
    TransactionRow,
    TransactionTable,
    read_amount,
    read_time,
)
from statuspage.settlement.cycles import SHANGHAI
from tests.statuspage.settlement.affected.lists import ROW

NOW = datetime(2025, 3, 1, tzinfo=UTC)


TABLE = TransactionTable(NOW)


def read(**values):
    return TABLE.row(COLUMNS, [*{**ROW, **values}.values()])


def codes(cells, columns=COLUMNS):
    """By column, why the cells make no row; none where they do."""
    try:
        TABLE.row(columns, cells)
    except ValidationError as error:
        return [(name, one.code) for name, errors in error.error_dict.items() for one in errors]
    return []


def test_a_good_line_is_read_with_every_value():
    row = read(fee_waived="6.00")
    assert row.happened_at == datetime(2025, 2, 20, 10, 42, tzinfo=SHANGHAI)
    assert (row.amount, row.fee_waived) == (Decimal("1000.00"), Decimal("6.00"))
    assert (row.category, row.status, row.settled_at) == ("micro", "pending", None)


def test_no_number_is_in_it_in_clear():
    shown = repr(read())
    assert ROW["merchant"] not in shown
    assert ROW["reference"] not in shown


def test_what_is_wrong_is_named_by_column(subtests: pytest.Subtests) -> None:
    for values, expected in [
        ({"merchant": " "}, [("merchant", "missing")]),
        ({"merchant": "8" * 65}, [("merchant", "length")]),
        ({"reference": ""}, [("reference", "missing")]),
        ({"phone": "123"}, [("phone", "digits")]),
        ({"phone": "12345"}, [("phone", "digits")]),
        ({"phone": "１２３４"}, [("phone", "digits")]),
        ({"category": "tiny"}, [("category", "category")]),
        ({"time": "yesterday"}, [("time", "time")]),
        ({"time": "1999-12-31 10:00"}, [("time", "time")]),
        ({"time": "2025-02-30 10:00"}, [("time", "time")]),
        ({"time": "2025-03-02 10:00"}, [("time", "future")]),
        ({"amount": "-1"}, [("amount", "amount")]),
        ({"amount": "1.001"}, [("amount", "amount")]),
        ({"amount": "NaN"}, [("amount", "amount")]),
        ({"amount": "1000000000000"}, [("amount", "amount")]),
        ({"amount": "1e3"}, [("amount", "amount")]),
        ({"state": "lost"}, [("state", "state")]),
        ({"state": "settled"}, [("settled_at", "missing")]),
        ({"settled_at": "2025-02-21 10:00"}, [("settled_at", "open")]),
        ({"state": "settled", "settled_at": "2025-02-19 10:00"}, [("settled_at", "early")]),
        ({"state": "settled", "settled_at": "2025-03-02 10:00"}, [("settled_at", "future")]),
        ({"fee_waived": "1000.01"}, [("fee_waived", "waived")]),
        ({"amount": "x", "phone": "y"}, [("phone", "digits"), ("amount", "amount")]),
        ({"merchant": "\ufffd"}, [("", "encoding")]),
        ({"merchant": "8\0"}, [("", "encoding")]),
    ]:
        with subtests.test(values=values, expected=expected):
            assert codes([*{**ROW, **values}.values()]) == expected


def test_times_as_spreadsheets_and_systems_write_them(subtests: pytest.Subtests) -> None:
    for written in [
        "2025-02-20 10:42",
        "2025-02-20T10:42:00",
        "2025/2/20 10:42:00",
        "2025.02.20 10:42",
        "2025-02-20T02:42:00Z",
        "2025-02-20 10:42+08:00",
    ]:
        with subtests.test(written=written):
            assert read_time(written) == datetime(2025, 2, 20, 2, 42, tzinfo=UTC)


def test_an_early_hour_without_its_nought():
    assert read_time("2025/2/3 9:05").hour == 9


@pytest.mark.parametrize(
    ("written", "expected"),
    [("1,234.56", "1234.56"), ("¥12", "12"), ("￥ 1".replace(" ", ""), "1"), ("0", "0")],
)
def test_amounts_as_people_write_them(written, expected):
    assert read_amount(written) == Decimal(expected)


def test_chinese_words_do_as_well():
    row = read(category="小微商户", state="已到账", settled_at="2025-02-21 15:30")
    assert (row.category, row.status) == ("micro", "settled")


def test_chinese_headings_in_any_order_do_as_well():
    header = ["\ufeff金额", "商户号", "参考号", "手机尾号", "商户类别", "交易时间", "状态"]
    columns = TABLE.columns(header)
    row = TABLE.row(columns, ["5", "1", "2", "8001", "行业", "2025-02-20 1:02", "未到账"])
    assert (row.amount, row.category) == (Decimal(5), "industry")


def test_what_the_header_lacks_is_named():
    with pytest.raises(ValidationError) as refused:
        TABLE.columns(["merchant", "reference", "nonsense"])
    assert [*refused.value.error_dict] == ["phone", "category", "time", "amount", "state"]


def test_more_cells_than_columns_are_no_guess():
    assert codes([*ROW.values(), "x"]) == [("", "cells")]


@given(st.lists(st.text(max_size=20), max_size=12))
def test_whatever_a_line_holds_it_is_a_row_or_a_list_of_reasons(cells):
    reasons = [code for _column, code in codes(cells)]
    assert set(reasons) <= {*PROBLEMS, None}
    assert reasons or isinstance(TABLE.row(COLUMNS, cells), TransactionRow)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30)))
def test_any_time_that_is_written_in_iso_is_read_as_that_time(moment):
    spoken = moment.replace(microsecond=0)
    assert read_time(spoken.isoformat(" ")) - spoken.replace(tzinfo=SHANGHAI) == timedelta()


@given(st.decimals(0, 10**9, places=2))
def test_any_amount_in_fen_is_read_exactly(amount):
    assert read_amount(f"{amount:f}") == amount


def test_a_time_with_nothing_in_it_is_none():
    with pytest.raises(ValidationError):
        read_time("")


class TestHashes:
    def test_spaces_width_and_case_make_no_difference_and_dashes_do(self):
        assert normalised(" 8882 9005 ８１２ ab") == "88829005812AB"
        assert row_key("88 82", "ref 1") == row_key("8882", "REF1")
        assert row_key("8882", "1-23") != row_key("8882", "12-3")

    def test_each_part_counts_and_no_two_run_together(self):
        keys = {
            lookup_key("12", "3", "8001"),
            lookup_key("1", "23", "8001"),
            lookup_key("12", "3", "8002"),
            row_key("12", "3"),
            merchant_key("12", "3"),
        }
        assert len(keys) == 5

    def test_with_another_key_they_are_others(self, settings):
        before = merchant_key("1", "8001")
        settings.TRANSACTION_KEY = "another key of the operator's own"
        assert merchant_key("1", "8001") != before
        assert len(before) == 32
