"""The demonstration's words: one for every moment, complete, and short enough for a message."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from notifications.channels.sms_text import GSM, segments
from sandbox.demo.seeding import TEMPLATES
from statuspage.console.examples import example_facts, example_of
from statuspage.incidents.models import Template
from statuspage.incidents.moments import moments, unknown_placeholders
from statuspage.incidents.services.templates import cleaned_words
from statuspage.notices.kind import notice_kind
from statuspage.statements.placeholders import placeholders_in
from statuspage.statements.short import LIMITS
from statuspage.statements.texts import LANGUAGES
from tests.factories import make_component

pytestmark = pytest.mark.django_db
HOTLINE = "400-000-0000"


def texts(row: dict[str, Any]) -> list[dict[str, str]]:
    return [row.get("name", {}), row["body"], *row.get("short", {}).values()]


def unsaved(row: dict[str, Any]) -> Template:
    return Template(**{name: value for name, value in row.items() if name != "components"})


@pytest.fixture(autouse=True)
def operator(settings: Any) -> None:
    settings.OPERATOR_HOTLINE, settings.WECHAT_TEMPLATE_ID = HOTLINE, "demo"
    # With its brackets English messages too take the alphabet of which few characters fit.
    settings.SMS_SIGNATURE = "演示支付"
    make_component("T+1 结算", "T+1 settlement")


def test_every_moment_and_every_kind_of_notice_has_words():
    assert {row["use"] for row in TEMPLATES} == {use for use, _label in moments()}


def test_all_of_them_could_be_saved_in_the_console_and_are_in_both_languages():
    for row in TEMPLATES:
        cleaned_words({**row, "components": []})
        for said in texts(row):
            assert not said or set(said) == set(LANGUAGES), row["title"]
            assert unknown_placeholders(row["use"], said) == []


def test_every_placeholder_resolves_and_none_is_left(subtests: pytest.Subtests):
    now: datetime = timezone.now()
    for row in TEMPLATES:
        with subtests.test(title=row["title"]):
            words = unsaved(row).words(now, example_facts(row["use"], now))
            said = [words["name"], words["body"], *words["short"].values()]
            assert not [left for one in said for left in placeholders_in(one)]
            for medium, text in words["short"].items():
                assert max(map(len, text.values())) <= LIMITS[medium], text


def test_every_sms_is_within_two_segments_and_no_wechat_remark_is_cut(subtests: pytest.Subtests):
    for row in TEMPLATES:
        kind = row["use"].partition(".")
        # The kind says the SMS of a notice from its fields; a correction is as long as it must be.
        own = kind[0] != "notice" or not notice_kind(kind[2]).fields
        for one in example_of(unsaved(row)).messages:
            with subtests.test(title=row["title"], channel=one.channel.name, by=one.language):
                if one.channel.name == "sms" and own:
                    assert segments(one.content.text) <= 2, one.content.text
                if one.channel.name == "wechat" and "wechat" in row.get("short", {}):
                    assert "…" not in one.content.data["data"]["thing4"]["value"]


# What has more to say than one part holds, by the moment or kind.
TWO_PARTS = {
    *("incident.after_resolved", "notice.delay", "notice.fee_waiver", "notice.payout_progress"),
    *("notice.holiday_schedule", "notice.channel_closure", "notice.agent_policy"),
    *("notice.security_warning", "notice.yearly_disclosure", "notice.penalty_disclosure"),
}


def test_to_the_mainland_a_chinese_sms_is_one_part_where_it_can_be(subtests: pytest.Subtests):
    for row in TEMPLATES:
        for one in example_of(unsaved(row)).messages:
            if (one.channel.name, one.language) == ("sms", "zh-hans"):
                most = 2 if row["use"] in TWO_PARTS else 1
                with subtests.test(title=row["title"]):
                    assert segments(one.content.text) <= most, one.content.text


def test_abroad_an_english_sms_costs_no_part_more_and_needs_no_costly_alphabet(
    subtests: pytest.Subtests,
):
    for row in TEMPLATES:
        for one in example_of(unsaved(row)).messages:
            if (one.channel.name, one.language) == ("sms", "en"):
                with subtests.test(title=row["title"]):
                    abroad = one.content.to("+85291234567")
                    assert GSM.issuperset(abroad.text), abroad.text
                    assert abroad.segments <= one.content.segments


def test_chinese_is_written_with_chinese_punctuation():
    for row in TEMPLATES:
        for said in texts(row):
            chinese = said.get("zh-hans", "")
            assert not set(chinese) & set(',;!?()"'), chinese
            assert "  " not in chinese


def test_a_message_of_new_hours_says_them_once(subtests: pytest.Subtests):
    (row,) = (one for one in TEMPLATES if one["use"] == "maintenance.rescheduled")
    for one in example_of(unsaved(row)).messages:
        if one.channel.name == "sms":
            with subtests.test(language=one.language):
                clocks = re.findall(r"\d{1,2}:\d\d", one.content.text)
                # From and until, as it is now and as it was.
                assert len(clocks) == 4, one.content.text
