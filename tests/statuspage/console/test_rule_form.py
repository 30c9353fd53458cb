"""The form of a settlement rule: it begins with what is in force, and never drops it silently."""

from datetime import time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from statuspage.settlement.models import SettlementRule
from statuspage.settlement.rules import rule_for
from statuspage.staff.roles import Role
from tests.factories import text
from tests.statuspage.api.client import caller
from tests.statuspage.calendar.factories import load
from tests.statuspage.console.browser import form_of, press, publish, words
from tests.statuspage.settlement.rules.factories import beijing, make_product, make_rule

pytestmark = pytest.mark.django_db
BLANK = "/console/notices/compose/settlement_rule/"
PAGE = f"{BLANK}?category=micro"
WORDS = {"title_zh": "结算规则调整", "body_zh": "见下表。"}
CHANGED = {"payload_valid_from": "2025-03-03", "confirmed": "on"}
LATER = beijing("2025-03-10 12:00")


@pytest.fixture(autouse=True)
def _world() -> None:
    load(2024, 2025, 2026)
    make_product("instant", "秒到", "Instant payout")
    make_rule("T+1", cutoff=time(23), usual_arrival=time(18), minimum=Decimal(100))
    make_rule("D+1", "industry", usual_arrival=time(12))
    make_rule(
        "D+0", product="instant", cutoff=time(22, 30), after_cutoff="base_rule", opens=time(7)
    )


def fields(page: HttpResponse) -> dict[str, Any]:
    """Return the payload's fields as the form holds them."""
    found = form_of(page)
    return {
        name.removeprefix("payload_"): value
        for name, value in found.items()
        if name.startswith("payload_")
    }


def test_it_begins_with_the_rule_in_force(author: Client) -> None:
    found = fields(author.get(PAGE))
    assert (found["category"], found["cycle"]) == ("micro", "T+1")
    assert (found["cutoff"], found["usual_arrival"]) == ("23:00", "18:00")
    assert found["minimum"] == "100.00"
    assert found["date_means"] == "credit"
    assert "without" not in found


def test_the_address_can_name_other_merchants(author: Client) -> None:
    found = fields(author.get(f"{PAGE}&product=instant"))
    assert (found["product"], found["cycle"], found["opens"]) == ("instant", "D+0", "07:00")
    assert found["after_cutoff"] == "base_rule"
    nonsense = fields(author.get(f"{BLANK}?category=giant&product=nothing"))
    assert nonsense["cutoff"] == ""


def test_nobody_is_chosen_before_the_author_chooses(author: Client) -> None:
    page = author.get(BLANK)
    assert set(fields(page).values()) <= {""}
    assert "categories" not in form_of(page)
    chosen = fields(press(author, BLANK, "begin", payload_category="industry"))
    assert (chosen["category"], chosen["cycle"]) == ("industry", "D+1")


def test_other_merchants_bring_their_rule_and_the_words_stay(author: Client) -> None:
    page = press(author, PAGE, "begin", **WORDS, payload_product="instant")
    found = fields(page)
    assert (found["cycle"], found["cutoff"], found["usual_arrival"]) == ("D+0", "22:30", "")
    assert form_of(page)["title_zh"] == WORDS["title_zh"]
    # Those whom the rule concerns are told.
    assert (form_of(page)["categories"], form_of(page)["products"]) == ("micro", "instant")


def test_it_begins_with_what_holds_on_the_first_day(author: Client) -> None:
    today = timezone.localdate()
    make_rule("T+5", valid_from=today, valid_until=today, known_from=timezone.now())
    assert fields(author.get(PAGE))["cycle"] == "T+5"
    tomorrow = (today + timedelta(days=1)).isoformat()
    for first, cycle in ((tomorrow, "T+1"), ("nonsense", "T+5")):
        page = press(author, PAGE, "begin", payload_valid_from=first)
        assert fields(page)["cycle"] == cycle


def test_emptied_fields_drop_nothing(author: Client) -> None:
    empty = {"payload_cutoff": "", "payload_usual_arrival": "", "payload_after_cutoff": ""}
    publish(author, PAGE, **WORDS, **CHANGED, **empty, payload_cycle="T2")
    rule = rule_for("micro", "", LATER)
    assert rule
    assert (rule.cycle, rule.cutoff, rule.usual_arrival) == ("T+2", time(23), time(18))
    assert rule.minimum == Decimal(100)


def test_a_tick_drops_the_cut_off_that_the_form_still_shows(author: Client) -> None:
    publish(author, PAGE, **WORDS, **CHANGED, payload_without=["cutoff"])
    rule = rule_for("micro", "", LATER)
    assert rule
    assert (rule.cutoff, rule.usual_arrival) == (None, time(18))


def test_the_preview_and_the_approver_see_before_after_and_examples(author: Client) -> None:
    values = {**WORDS, **CHANGED, "payload_cutoff": "22:00"}
    page = words(press(author, PAGE, "preview", **values))
    for part in ("Before and after", "Until now", "22:00", "Worked examples", "6 Mar 2025, 22:30"):
        assert part in page


def test_both_doors_make_the_same_rule(author: Client) -> None:
    publish(author, PAGE, **WORDS, **CHANGED, payload_cutoff="22:00", payload_without=["minimum"])
    console = SettlementRule.objects.latest("pk")
    payload = {
        "category": "micro",
        "cycle": "T+1",
        "cutoff": "22:00",
        "without": ["minimum"],
        "valid_from": "2025-03-03",
    }
    body = {"kind": "settlement_rule", "title": text("结算规则调整"), "body": text("见下表。")}
    api = caller(Role.AUTHOR)
    assert api.post("notices/", {**body, "payload": payload, "confirmed": True}).status_code == 201
    other = SettlementRule.objects.latest("pk")
    assert other != console
    for name in ("cycle", "cutoff", "usual_arrival", "minimum", "after_cutoff", "date_means"):
        assert getattr(other, name) == getattr(console, name)
    assert console.minimum is None


def test_the_table_of_rules_says_every_term_and_offers_to_change_each(author: Client) -> None:
    page = author.get("/console/rules/")
    shown = words(page)
    for part in ("follow the merchant's base rule", "open from 07:00", "minimum payout 100 yuan"):
        assert part in shown
    assert "?category=micro&amp;product=instant" in page.content.decode()
