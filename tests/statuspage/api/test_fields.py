"""Fields and parsers, for any value there is."""

import contextlib
import io
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.core.exceptions import ValidationError as DjangoValidationError
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError, ValidationError

from statuspage.api.fields import (
    ComponentIdsField,
    ComponentStatusesField,
    MomentSerializerField,
    TextField,
)
from statuspage.api.parsers import CSVParser, StrictJSONParser
from statuspage.statements.canonical import canonical
from statuspage.statements.ids import new_id

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2100, 12, 30), timezones=OFFSETS)
KEPT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=50
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | KEPT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEPT, inner, max_size=3),
    max_leaves=10,
)


@given(moment=MOMENTS)
def test_any_time_with_an_offset_is_read_as_the_same_moment(moment):
    assert MomentSerializerField().to_internal_value(moment.isoformat()) == moment


@given(moment=MOMENTS)
def test_a_time_that_was_shown_is_read_back(moment):
    field = MomentSerializerField()
    shown = field.to_representation(moment)
    assert shown.endswith("Z")
    assert field.to_internal_value(shown) == moment


@given(moment=st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31)))
def test_a_time_without_an_offset_is_never_guessed_at(moment):
    with pytest.raises(ValidationError) as caught:
        MomentSerializerField().to_internal_value(moment.isoformat())
    assert caught.value.get_codes() == ["offset"]


@given(value=st.text() | st.integers() | st.none() | st.lists(st.text()) | st.booleans())
def test_anything_else_is_no_time(value):
    with contextlib.suppress(ValidationError):
        moment = MomentSerializerField().to_internal_value(value)
        assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2025-02-20", "offset"),
        ("2025-02-20T10:42", "offset"),
        ("2025-02-30T10:42:00+08:00", "format"),
        ("2025-02-20T25:00:00+08:00", "format"),
        ("2025-02-20T10:42:00+99:00", "format"),
        ("1999-12-31T23:59:59+08:00", "year"),
        ("2101-01-01T00:00:00Z", "year"),
        ("9999-12-31T23:59:59-14:00", "year"),
        ("now", "format"),
        ("", "format"),
    ],
)
def test_a_time_that_is_none_is_refused_with_the_reason(written, code):
    with pytest.raises(ValidationError) as caught:
        MomentSerializerField().to_internal_value(written)
    assert caught.value.get_codes() == [code]


@given(chinese=KEPT, english=KEPT)
def test_a_text_is_kept_without_stray_white_space(chinese, english):
    value = {"zh-hans": f" {chinese} ", "en": english}
    if not chinese.strip():
        with pytest.raises(DjangoValidationError):
            TextField().to_internal_value(value)
        return
    kept = TextField().to_internal_value(value)
    assert kept["zh-hans"] == chinese.strip()
    assert kept.get("en", "") == english.strip()
    assert TextField().to_representation(kept) == kept


def test_a_text_may_be_as_long_as_its_field_and_no_longer():
    field = TextField(max_length=3)
    assert field.to_internal_value({"zh-hans": "一二三"})
    with pytest.raises(DjangoValidationError):
        field.to_internal_value({"zh-hans": "一二三四"})


def test_any_id_that_we_make_is_an_id():
    ids = [new_id() for _ in range(200)]
    assert ComponentIdsField().run_validation(ids) == ids
    states = dict.fromkeys(ids, "operational")
    assert ComponentStatusesField().run_validation(states) == states


@pytest.mark.parametrize("odd", ["", "A", "a b", "a-b", "é", "a" * 13, "../x", "١"])
def test_odd_ids_are_refused_before_they_reach_a_table(odd):
    for field, value in [
        (ComponentIdsField(), [odd]),
        (ComponentStatusesField(), {odd: "operational"}),
    ]:
        with pytest.raises(ValidationError):
            field.run_validation(value)


@given(value=JSON)
def test_json_that_can_be_kept_is_read_unchanged(value):
    data = json.dumps(value).encode()
    assert StrictJSONParser().parse(io.BytesIO(data)) == value


@given(data=st.binary(max_size=200))
def test_bytes_are_either_refused_or_can_be_written_canonically(data):
    try:
        value = StrictJSONParser().parse(io.BytesIO(data))
    except ParseError:
        return
    assert canonical({"body": value})


@given(data=st.binary(max_size=200))
def test_a_csv_body_is_handed_on_as_it_came(data):
    assert CSVParser().parse(io.BytesIO(data))["file"].read() == data
