"""Writing a holiday schedule through both doors: generated, edited, found wrong, and explained."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override

from notifications.channels import medium
from notifications.delivery.render import bulletin_of
from statuspage.approvals.models import Proposal
from statuspage.calendar.selectors import profile_of
from statuspage.notices.kind import notice_kind
from statuspage.notices.models import Product
from statuspage.settlement.holiday.generating import cards_for, words_for
from statuspage.settlement.rules import rule_add
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES
from tests.factories import text
from tests.statuspage.api.client import Caller, caller
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.console.browser import form_of, press, publish, signed_in, words
from tests.statuspage.notices.samples import publish as publish_notice

pytestmark = pytest.mark.django_db

PATH = "/console/notices/compose/holiday_schedule/"
CHOSEN = {"payload_holiday": "national_day", "payload_year": "2026"}
API = {"kind": "holiday_schedule", "payload": {"holiday": "national_day", "year": 2026}}
WRONG = "9月30日至10月7日的T+1交易于10月9日到账。"


@pytest.fixture(autouse=True)
def _world() -> Any:
    with time_machine.travel(datetime(2026, 9, 1, 2, tzinfo=UTC), tick=False):
        reviewed(2025, 2026)
        reviewed(2025, 2026, profile="fx")
        names = text("境外卡", "Foreign cards")
        Product.objects.create(code="foreign_card", name=names, profile=profile_of("fx"))
        for category, cycle in (("micro", "T+1"), ("industry", "D+1")):
            rule_add(category=category, cycle=cycle)
        yield


@pytest.fixture
def api() -> Caller:
    return caller()


def test_over_the_api_title_and_text_may_be_left_out(api: Caller) -> None:
    assert api.post("notices/", API).status_code == 201
    content = Statement.objects.get().content
    made = words_for("national_day", 2026)
    assert (content["name"], content["body"], content["short"]) == made
    assert content["name"]["zh-hans"] == "关于2026年国庆节假期结算安排的公告"
    # What the SMS says is what the kind says in brief.
    assert content["brief"] == content["short"]["sms"]


def test_a_second_schedule_of_the_same_days_has_to_be_confirmed(api: Caller) -> None:
    assert api.post("notices/", API).status_code == 201
    with override("en"):
        refusal = api.post("notices/", API)
    assert refusal.status_code == 400
    assert "A schedule of this holiday was published on 1 Sep." in refusal.content.decode()
    other = {**API, "payload": {"holiday": "mid_autumn", "year": 2026}}
    assert api.post("notices/", other).status_code == 201
    assert api.post("notices/", {**API, "confirmed": True}).status_code == 201


def test_another_kind_needs_them(api: Caller) -> None:
    answer = api.post("notices/", {"kind": "general"})
    assert answer.status_code == 400
    assert {"title", "body"} <= set(answer.json()["error"]["fields"])


def test_what_the_caller_writes_is_kept_and_the_rest_is_made(api: Caller) -> None:
    title = text("国庆结算")
    api.post("notices/", {**API, "title": title})
    content = Statement.objects.get().content
    assert content["name"] == title
    assert "10月8日" in content["body"]["zh-hans"]
    # Shorter words of the kind would not fit a text of one's own.
    api.post("notices/", {**API, "body": text("见附件。"), "confirmed": True})
    assert "short" not in Statement.objects.latest("number").content


def test_a_finding_is_no_dead_end_but_needs_a_reason(api: Caller) -> None:
    body = {**API, "body": text(WRONG)}
    for more in ({}, {"confirmed": True}, {"confirmed": True, "confirmed_reason": "  "}):
        answer = api.post("notices/", {**body, **more})
        assert answer.status_code == 400, more
    assert "not 9 Oct" in str(api.post("notices/", body).json())
    reason = "人行临时安排"
    answer = api.post("notices/", {**body, "confirmed": True, "confirmed_reason": reason})
    assert answer.status_code == 201
    entry = AuditEntry.objects.get(act="finding.confirmed")
    assert entry.after["reason"] == reason
    assert "9 Oct" in str(entry.after["findings"]) or "10月9日" in str(entry.after["findings"])
    assert entry.target == f"#{Statement.objects.get().number}"
    assert reason not in str(Statement.objects.get().content)


def test_a_reason_without_a_finding_leaves_no_trace(api: Caller) -> None:
    api.post("notices/", {**API, "confirmed_reason": "以防万一"})
    assert not AuditEntry.objects.filter(act="finding.confirmed").exists()


class TestConsole:
    def test_words_are_filled_in_once_holiday_and_year_are_chosen(self, author: Client) -> None:
        assert form_of(author.get(PATH))["body_zh"] == ""
        page = press(author, PATH, "preview", **CHOSEN)
        form = form_of(page)
        made = words_for("national_day", 2026)
        assert form["title_zh"] == made.title["zh-hans"]
        assert form["body_en"] == made.body["en"]
        assert form["short_sms_zh"] == made.short["sms"]["zh-hans"]
        assert form["short_wechat_en"] == made.short["wechat"]["en"]

    def test_another_holiday_replaces_what_nobody_edited(self, author: Client) -> None:
        form = form_of(press(author, PATH, "preview", **CHOSEN))
        edited = {**form, "title_zh": "我写的标题", "payload_holiday": "mid_autumn"}
        page = form_of(author.post(PATH, {**edited, "step": "preview"}))
        assert page["title_zh"] == "我写的标题"
        assert "中秋节假期为" in page["body_zh"]
        again = form_of(author.post(PATH, {**page, "step": "generate"}))
        assert again["title_zh"] == words_for("mid_autumn", 2026).title["zh-hans"]

    def test_the_scripted_preview_brings_the_fields_along(self, author: Client) -> None:
        sent = {**form_of(author.get(PATH)), **CHOSEN, "step": "preview"}
        page = words(author.post(PATH, sent, headers={"HX-Request": "true"}))
        assert page.count('hx-swap-oob="true"') == 5  # four texts, and what was generated
        assert "关于2026年国庆节假期结算安排的公告" in page
        form = form_of(press(author, PATH, "preview", **CHOSEN))
        unchanged = author.post(PATH, {**form, "step": "preview"}, headers={"HX-Request": "true"})
        assert "hx-swap-oob" not in words(unchanged)

    def test_it_is_published_as_it_was_generated(self, author: Client) -> None:
        publish(author, PATH, **CHOSEN)
        assert Statement.objects.get().content["body"] == words_for("national_day", 2026).body

    def test_a_wrong_pair_is_shown_and_needs_a_reason(self, author: Client) -> None:
        values = {**CHOSEN, "title_zh": "国庆", "body_zh": WRONG}
        page = words(press(author, PATH, "confirm", **values))
        assert "not 9 Oct" in page
        assert "Why the text is right" in page
        page = words(press(author, PATH, "confirm", **values, confirmed="on"))
        assert "Say why the text is right all the same, or change it." in page
        values |= {"confirmed": "on", "confirmed_reason": "人行临时安排"}
        publish(author, PATH, **values)
        assert AuditEntry.objects.get(act="finding.confirmed").after["reason"] == "人行临时安排"

    def test_who_approves_sees_finding_and_reason(self, settings: Any, author: Client) -> None:
        settings.FOUR_EYES_KINDS = ["holiday_schedule"]
        values = {**CHOSEN, "title_zh": "国庆", "body_zh": WRONG, "confirmed": "on"}
        publish(author, PATH, **values, confirmed_reason="人行临时安排")
        waiting = Proposal.objects.get()
        page = words(signed_in("approver").get(f"/console/notices/proposals/{waiting.pk}/"))
        assert "人行临时安排" in page
        assert "not 9 Oct" in page


def test_the_page_has_cards_and_keeps_the_whole_table(client: Client) -> None:
    said = publish_notice("holiday_schedule", API["payload"])
    page = words(client.get(f"/notices/{said.subject_id}/"))
    assert 'id="merchants-micro"' in page
    assert 'href="#merchants-industry"' in page
    assert "9月30日–10月7日的交易" in page
    assert page.index("merchants-micro") < page.index('<details class="full-table">')
    assert page.count('<th scope="row"') == len(said.content["payload"]["table"]["rows"])


def test_an_old_statement_is_shown_by_cards_as_well(client: Client) -> None:
    """A table of an earlier release does not say what its cut-off means."""
    rule_add(category="micro", cycle="T+1", cutoff=datetime(2026, 1, 1, 23).time())
    said = publish_notice("holiday_schedule", API["payload"])
    content = said.content
    for column in content["payload"]["table"]["columns"]:
        del column["after_cutoff"]
    with override("zh-hans"):
        micro, *_others = notice_kind("holiday_schedule").cards(content["payload"])
    assert micro.cutoff == "以上日期适用于23:00前的交易。"


@pytest.mark.parametrize("holiday", ["national_day", "mid_autumn"])
def test_cards_for_a_holiday_by_name(holiday: str) -> None:
    with override("zh-hans"):
        assert [one.title for one in cards_for(holiday, 2026)] == ["小微商户", "行业商户"]


def test_an_sms_says_no_day_twice_and_fits_one_part() -> None:
    said = publish_notice("holiday_schedule", API["payload"])
    for language in LANGUAGES:
        sms = medium("sms").leading().compose(bulletin_of(said.document, language))
        assert "About settlement" not in sms.text
        # The signature is Chinese: an English SMS has but the room of a Chinese one.
        assert sms.segments == (1 if language == "zh-hans" else 2)


def test_a_rule_that_promises_the_payout_is_worded_so() -> None:
    rule_add(category="micro", cycle="T+1", date_means="payout")
    made = words_for("national_day", 2026)
    assert "划付" in made.short["sms"]["zh-hans"]
    assert "到账" not in made.short["sms"]["zh-hans"]
    assert "are paid out" in made.body["en"]
