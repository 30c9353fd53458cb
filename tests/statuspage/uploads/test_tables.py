"""CSV files as people and their spreadsheets write them."""

import io
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.uploads.tables import Problem, UploadLine, UploadTable, best_encoding, one_of


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    with override("en"):
        yield


def whole(cell: str) -> int:
    if not cell.isdecimal():
        raise ValidationError("Write a number.")
    return int(cell)


class Prices(UploadTable[tuple[str, int]]):
    """What costs how much."""

    headings = {"价格": "price"}
    optional = ("kind",)

    def __init__(self) -> None:
        self.readers = {
            "name": str,
            "price": whole,
            "kind": one_of({"": "", "fruit": "f"}, "Write fruit.", "kind"),
        }

    def build(self, values: Mapping[str, Any]) -> tuple[str, int]:
        if values["name"] == "free" and values["price"]:
            raise ValidationError({"price": ["It is free.", "It costs nothing."]})
        return values["name"], values["price"]


def read(content: str | bytes, after: int = 0) -> list[UploadLine[tuple[str, int]]]:
    data = content.encode() if isinstance(content, str) else content
    encoding = best_encoding(io.BytesIO(data))
    return [*Prices().lines(io.BytesIO(data), encoding, after)]


def rows(content: str | bytes) -> list[tuple[str, int]]:
    return [one.row for one in read(content) if one.row]


def test_columns_may_stand_in_any_order_under_any_known_heading() -> None:
    assert rows("x, 价格 ,NAME\n-,3,pear\n") == [("pear", 3)]


def test_an_empty_line_is_neither_a_row_nor_a_problem() -> None:
    assert read("name,price\n , \n") == [UploadLine(2, None, [])]


def test_everything_wrong_with_a_line_is_said_by_column() -> None:
    (line,) = read("name,price,kind\npear,x,Stone\n")
    assert line.problems == [
        Problem(2, "price", "Write a number."),
        Problem(2, "kind", "Write fruit."),
    ]


def test_each_reason_is_a_problem_of_its_own() -> None:
    (line,) = read("name,price\nfree,3\n")
    assert [one.message for one in line.problems] == ["It is free.", "It costs nothing."]


def test_a_missing_cell_is_an_empty_one() -> None:
    (line,) = read("name,price\npear\n")
    assert [one.column for one in line.problems] == ["price"]


def test_lines_are_those_of_the_file_also_behind_a_broken_cell() -> None:
    found = read('name,price\n"two\nlines",3\n\npear,4\n')
    assert [(one.number, one.row) for one in found] == [
        (2, ("two\nlines", 3)),
        (4, None),
        (5, ("pear", 4)),
    ]


def test_lines_that_were_read_before_are_passed_over() -> None:
    assert [one.number for one in read("name,price\na,1\nb,2\nc,3\n", after=3)] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_bytes_are_read_as_spreadsheets_save_them(encoding: str, end: str) -> None:
    text = f"name,price{end}小微,1{end}梨,2{end}"
    assert rows(text.encode(encoding)) == [("小微", 1), ("梨", 2)]


def test_bytes_that_are_no_text_spoil_their_own_line_only() -> None:
    good = "name,price\n小微,1\n梨,2\n".encode()
    assert rows(good + b"\xff\xff\xfe\x81,\xff\n") == [("小微", 1), ("梨", 2)]


def test_a_line_that_csv_cannot_hold_spoils_no_other() -> None:
    found = read(f'name,price\n"{"x" * 200_000}",1\npear,2\n')
    assert found[0].problems == [Problem(2, "", "This line is not valid CSV.")]
    assert found[-1].row == ("pear", 2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"hello",
        b"\x00" * 1000,
        b"PK\x03\x04" + bytes(range(256)) * 20,
        b"a" * 1_000_000,
    ],
)
def test_a_file_of_another_kind_lacks_its_columns(content: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        read(content)
    missing = ["This column is missing."]
    assert refused.value.message_dict == {"name": missing, "price": missing}


def test_two_columns_that_say_the_same_are_no_guess() -> None:
    with pytest.raises(ValidationError) as refused:
        read("name,price,价格\n")
    assert refused.value.message_dict == {"price": ["Two columns mean the same. Keep one of them."]}


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_each_line_is_a_row_or_a_problem_or_empty(content: bytes) -> None:
    for line in read(b"name,price\n" + content):
        assert not (line.row and line.problems)
        assert all(one.line == line.number and one.message for one in line.problems)
