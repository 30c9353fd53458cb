"""Texts in two languages, placeholders and times, as forms read them."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError
from django.forms import ChoiceField
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from statuspage.console.forms.fields import DayField, MomentFormField
from statuspage.console.forms.notices import NoticeForm
from statuspage.console.forms.payload_inputs import input_for
from statuspage.incidents.placeholders import time_fact
from statuspage.notices.kind import every_kind
from statuspage.statements.forms import TextPairField
from statuspage.statements.placeholders import check_filled_in, filled, placeholders_in

word = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r"), max_size=50
)


@given(chinese=word, english=word)
def test_any_text_comes_back_as_it_was_written_or_is_refused(chinese: str, english: str) -> None:
    field = TextPairField(required=False)
    try:
        text = field.clean([chinese, english])
    except ValidationError:
        assert not chinese.strip()
        return
    assert text.get("zh-hans", "") == chinese.strip()
    assert text.get("en", "") == english.strip()


@given(chinese=word.filter(str.strip), english=word)
def test_what_the_widget_shows_is_what_the_field_read(chinese: str, english: str) -> None:
    field = TextPairField()
    text = field.clean([chinese, english])
    assert field.clean(field.widget.decompress(text)) == text


def test_an_empty_pair_is_refused_only_where_it_is_required() -> None:
    assert TextPairField(required=False).clean(["", ""]) == {}
    with pytest.raises(ValidationError):
        TextPairField().clean(["", ""])


def test_english_alone_is_refused() -> None:
    with override("en"), pytest.raises(ValidationError, match="Chinese text"):
        TextPairField(required=False).clean(["", "English"])


def test_each_part_has_a_label_a_language_and_its_escaped_text() -> None:
    field = TextPairField(long=True)
    value = {"zh-hans": "<b>", "en": "x"}
    with override("en"):
        html = field.widget.render("body", value, {"id": "id_body"})
    assert '<label for="id_body_0">Chinese</label>' in html
    assert '<label for="id_body_1">English</label>' in html
    assert 'lang="zh-Hans"' in html
    assert 'lang="en"' in html
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_placeholders_are_found(subtests: pytest.Subtests) -> None:
    for written, found in [
        ("{时间}起", ["{时间}"]),
        ("{产品}和{时间}", ["{产品}", "{时间}"]),
        ("{a} {a}", ["{a}"]),
        ("{}", ["{}"]),
        ("\uff5b时间\uff5d起", ["\uff5b时间\uff5d"]),
        ("{时间\uff5d", ["{时间\uff5d"]),
        ("没有", []),
        ("a } b { c", []),
        ("{跨\n行}", []),
        ("{" + "长" * 61 + "}", ["{" + "长" * 61 + "}"]),
    ]:
        with subtests.test(written=written, found=found):
            assert placeholders_in({"zh-hans": written}) == found


@given(before=word, name=st.text("abc时间", max_size=20), after=word)
def test_a_placeholder_anywhere_is_never_let_through(before: str, name: str, after: str) -> None:
    with pytest.raises(ValidationError):
        check_filled_in({"zh-hans": f"{before}{{{name}}}{after}"})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{time}起延迟", "10:42起延迟"),
        ("\uff5btime\uff5d起延迟", "10:42起延迟"),
        ("{time}-{time}", "10:42-10:42"),
        ("{时间}起延迟", "{时间}起延迟"),
        ("{times} {Time} { time }", "{times} {Time} 10:42"),
        ("time", "time"),
        ("", ""),
    ],
)
def test_only_the_time_fills_itself_in(written: str, read: str) -> None:
    now = datetime(2025, 2, 21, 2, 42, 59, tzinfo=UTC)
    text = {"zh-hans": written, "en": f"Since {written}"}
    assert filled(text, time_fact(now)) == {"zh-hans": read, "en": f"Since {read}"}


def test_the_time_is_beijing_time_also_beyond_midnight_and_in_a_missing_language() -> None:
    known = time_fact(datetime(2025, 2, 21, 16, 5, tzinfo=UTC))
    assert filled({"zh-hans": "{time}"}, known) == {"zh-hans": "00:05"}


@given(chinese=word, english=word)
def test_filling_in_the_time_leaves_the_template_as_it_was(chinese: str, english: str) -> None:
    template = {"zh-hans": chinese, "en": f"{{time}}{english}"}
    before = dict(template)
    said = filled(template, time_fact(datetime(2025, 2, 21, tzinfo=UTC)))
    assert template == before
    assert said["en"].startswith("08:00")
    assert "{time}" not in placeholders_in(said)


def test_a_time_is_beijing_time() -> None:
    assert MomentFormField().clean("2025-02-21T11:15") == datetime(2025, 2, 21, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    "value", ["0001-01-01T00:00", "9999-12-31T23:59", "1999-12-31T23:59", "2025-02-30T00:00", "x"]
)
def test_times_that_cannot_be_meant_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        MomentFormField().clean(value)


@pytest.mark.parametrize("value", ["1999-12-31", "2100-01-02", "2025-02-30", "tomorrow"])
def test_days_that_cannot_be_meant_are_refused(value: str) -> None:
    with pytest.raises(ValidationError):
        DayField().clean(value)


@pytest.mark.django_db
def test_a_choice_left_open_is_no_answer() -> None:
    """“None” beside “Merchants’ funds and payouts” would say that they are not affected."""
    with override("en"):
        fields = [
            input_for(one)
            for kind in every_kind()
            for one in kind.fields
            if not (one.derived or one.required or one.empty)
        ]
        open_ones = [dict(one.choices)[""] for one in fields if type(one) is ChoiceField]
        assert set(map(str, open_ones)) == {"Not chosen"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words", "refusal"),
    [("en", "Please choose", "This field is required."), ("zh-hans", "请选择", "此项必填。")],
)
def test_no_option_that_must_be_chosen_is_chosen_before(
    language: str, words: str, refusal: str, subtests: pytest.Subtests
) -> None:
    """The first option of a list that its author left alone would go out to merchants."""
    with override(language):
        for kind in every_kind():
            form = NoticeForm(None, kind=kind, incidents=[])
            form.begin({})
            asked = [one for one in kind.fields if one.required and not one.derived]
            for one in filter(lambda field: field.value.choices, asked):
                field = form.fields[f"payload_{one.name}"]
                if type(field) is not ChoiceField:
                    continue
                with subtests.test(f"{kind.name}.{one.name}"):
                    assert [*map(str, next(iter(field.choices)))] == ["", words]
                    assert not form[f"payload_{one.name}"].value()
                    with pytest.raises(ValidationError, match=refusal):
                        field.clean("")
