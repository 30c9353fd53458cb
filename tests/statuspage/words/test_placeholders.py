"""Placeholders: a documented set for each moment, filled in from data, and refused where left."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from statuspage.incidents.moments import (
    Moment,
    moments,
    placeholders_of,
    unknown_placeholders,
)
from statuspage.incidents.placeholders import facts_of, payload_facts
from statuspage.notices.kind import kinds, notice_kind
from statuspage.statements.placeholders import clean_said, filled
from statuspage.statements.short import clean_said_short, clean_short, in_short
from tests.factories import text

NOW = datetime(2025, 2, 21, 4, 0, tzinfo=UTC)  # noon in Shanghai


def test_every_kind_of_notice_has_a_moment_without_an_edit_anywhere():
    uses = [use for use, _label in moments()]
    assert len(uses) == len(set(uses))
    assert {f"notice.{one.name}" for one in kinds()} <= set(uses)
    assert set(Moment) <= set(uses)


def test_every_placeholder_of_every_moment_is_documented_and_no_field_hides_another():
    for use, _label in moments():
        assert all(str(meaning) for meaning in placeholders_of(use).values())
    for kind in kinds():
        names = {one.name for one in kind.fields}
        assert not names & {"time", "operator", "hotline", "name"}, kind.name


def test_the_fields_of_a_notice_fill_in_as_its_page_words_them():
    kind = notice_kind("delay")
    payload = {
        "transactions_from": "2025-02-20T16:00:00Z",
        "transactions_until": None,
        "arrives_by": "2025-02-25",
    }
    said = filled(text("{arrives_by}前到账，{transactions_until}止"), payload_facts(kind, payload))
    assert said["zh-hans"].startswith("2025年2月25日前到账")
    assert "{transactions_until}" in said["zh-hans"]  # not known: it stays visible


def test_times_are_those_of_the_clock_today_and_have_their_date_on_other_days():
    tomorrow = datetime(2025, 2, 22, 1, 30, tzinfo=UTC)
    facts = facts_of(now=NOW, next_update=NOW, started=tomorrow, components=[text("扫码", "QR")])
    assert filled(text("{next_update}", "{components}"), facts) == text("12:00", "QR")
    assert "2月22日" in filled(text("{started}"), facts)["zh-hans"]


@pytest.mark.parametrize("use", [Moment.RESOLVED, Moment.AFTER, "notice.general", "correction"])
def test_what_promises_no_update_has_no_placeholder_for_one(use: str):
    assert unknown_placeholders(use, text("{next_update}")) == ["{next_update}"]


def test_a_question_to_the_author_is_known_and_never_filled_in():
    asks = text("原因是{?原因}，{?cause}")
    assert unknown_placeholders(Moment.OPENED, asks) == []
    assert filled(asks, facts_of(now=NOW)) == asks


@pytest.mark.parametrize(
    "left",
    [
        "{{time}}",
        "｛｛time｝｝",
        "{ time }",
        "{?" + "说明原因" * 40 + "}",
        "{?原因：\n其一}",
        "｛？原因}",
    ],
    ids=["doubled", "doubled, full-width", "spaced", "long", "two lines", "full-width"],
)
def test_however_a_placeholder_is_written_it_is_found(left: str):
    assert unknown_placeholders(Moment.OPENED, text(left)) == []
    if "time" in left:
        assert filled(text(left), {"time": text("12:00")}) == text("12:00")
    with pytest.raises(ValidationError):
        clean_said(text(left))


@pytest.mark.parametrize(
    "given",
    [
        {"fax": text("短")},
        {"sms": "短"},
        {"sms": {"en": "short"}},
        {"wechat": text("字" * 21)},
        {"sms": text("字" * 301)},
        "短",
    ],
    ids=["medium", "shape", "chinese", "wechat", "sms", "text"],
)
def test_shorter_words_are_checked_as_bodies_are(given: object):
    with pytest.raises(ValidationError):
        clean_short(given)


def test_shorter_words_left_empty_are_none_and_a_placeholder_in_them_is_refused():
    assert clean_short({"sms": {}, "wechat": None}) == {}
    with pytest.raises(ValidationError):
        clean_said_short({"wechat": text("{arrives_by}前到账")})


def test_a_reader_of_english_gets_the_english_body_rather_than_shorter_chinese():
    content = {"body": text("长", "long"), "short": {"sms": text("短")}}
    assert in_short(content, "en") == {}
    assert in_short(content, "zh-hans") == {"sms": "短"}
    assert in_short({**content, "body": text("长")}, "en") == {"sms": "短"}
