"""Canonical JSON: one byte sequence for one document, whatever its order or origin."""

import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statuspage.statements.canonical import NotCanonical, canonical, digest

SAFE = 2**53 - 1
storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
scalars = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | st.floats(-1e15, 1e15) | storable
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(storable, inner, max_size=4),
    max_leaves=20,
)
documents = st.dictionaries(storable, values, max_size=6)


@given(documents)
def test_reading_it_back_gives_the_same_document(document):
    assert json.loads(canonical(document)) == document


@given(documents)
def test_writing_what_was_read_gives_the_same_bytes(document):
    data = canonical(document)
    assert canonical(json.loads(data)) == data


@given(documents, st.randoms())
def test_the_order_of_keys_makes_no_difference(document, random):
    keys = list(document)
    random.shuffle(keys)
    assert canonical({key: document[key] for key in keys}) == canonical(document)


@given(documents, storable, scalars)
def test_any_change_changes_the_digest(document, key, value):
    changed = {**document, key: value}
    same = key in document and json.dumps(document[key]) == json.dumps(value)
    if not same and canonical(changed) != canonical(document):
        assert digest(canonical(changed)) != digest(canonical(document))


def test_the_example_of_the_rfc_comes_out_to_the_byte():
    # RFC 8785, section 3.2.2 and 3.2.3
    document = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000f\u000aA'\u0042\u0022\u005c\\\"/",
        "literals": [None, True, False],
    }
    assert canonical(document) == (
        b'{"literals":[null,true,false],'
        b'"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        b'"string":"\xe2\x82\xac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


def test_keys_are_sorted_by_utf_16_units():
    # U+10000 is D800 DC00 in UTF-16 and comes before U+FB33, though its code point is higher.
    assert canonical({"\ufb33": 1, "\U00010000": 2}) == '{"\U00010000":2,"\ufb33":1}'.encode()


def test_what_json_or_postgresql_cannot_carry_exactly_is_refused(subtests: pytest.Subtests) -> None:
    for value in [math.nan, math.inf, 2**53 + 1, "\ud800", "a\x00b", ["\x00"], {"\x00": 1}]:
        with subtests.test(value=value), pytest.raises(NotCanonical):
            canonical({"value": value})


def test_a_backslash_before_u0000_is_ordinary_text():
    assert json.loads(canonical({"value": "\\u0000"})) == {"value": "\\u0000"}


def test_the_digest_is_sha_256_in_hexadecimal():
    assert digest(b"abc") == hashlib.sha256(b"abc").hexdigest()
    assert len(digest(b"")) == 64
