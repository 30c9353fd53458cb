"""Texts: Chinese is required, English falls back to it, and bad ones are refused clearly."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from statuspage.statements.ids import ALPHABET, LENGTH, new_id
from statuspage.statements.texts import clean_text, in_language


def test_each_reader_gets_their_language():
    text = {"zh-hans": "到账", "en": "Arrived"}
    assert in_language(text, "en") == "Arrived"
    assert in_language(text, "zh-hans") == "到账"


@pytest.mark.parametrize("language", ["en", "fr", ""])
def test_a_missing_translation_falls_back_to_chinese(language):
    assert in_language({"zh-hans": "到账"}, language) == "到账"


def test_white_space_around_and_empty_translations_are_dropped():
    assert clean_text({"zh-hans": "  到账\n", "en": "  "}) == {"zh-hans": "到账"}


def test_what_cannot_be_used_is_refused_with_its_reason(subtests: pytest.Subtests) -> None:
    for value, code in [
        ("到账", "shape"),
        (None, "shape"),
        (["到账"], "shape"),
        ({"zh-hans": 1}, "shape"),
        ({"zh-hans": None}, "shape"),
        ({"en": "Arrived"}, "required"),
        ({"zh-hans": "   "}, "required"),
        ({}, "required"),
        ({"zh-hans": "到账", "fr": "Arrivé"}, "language"),
        ({"zh-hans": "到\x00账"}, "nul"),
        ({"zh-hans": "到\ud800账"}, "nul"),
        ({"zh-hans": "账" * 11}, "length"),
    ]:
        with subtests.test(value=value, code=code):
            with pytest.raises(ValidationError) as refusal:
                clean_text(value, max_length=10)
            assert refusal.value.code == code
            assert refusal.value.messages[0]


@given(st.dictionaries(st.text(), st.none() | st.text() | st.integers() | st.lists(st.text())))
def test_no_mapping_makes_it_fail_otherwise(value):
    try:
        cleaned = clean_text(value)
    except ValidationError:
        return
    assert cleaned["zh-hans"]
    assert set(cleaned) <= {"zh-hans", "en"}


def test_identifiers_are_short_opaque_and_different():
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == LENGTH and set(one) <= set(ALPHABET) for one in made)
    assert not set(ALPHABET) & set("aeiou01lo")
