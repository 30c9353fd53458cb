"""A date is said with the verb of the rule that it comes from: paid out, or credited."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils.translation import override

from statuspage.notices.kind import notice_kind
from statuspage.notices.phrases import joined
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.arrival.tenses import (
    LATE_REASON,
    NO_NEW_DATE_UNTIL,
    PASSED,
    TO_COME,
    TODAY,
    no_date,
    step_words,
)
from statuspage.settlement.arrival.words import Code, DateStatus
from statuspage.settlement.cycle_change.planning import CycleChange, planned
from statuspage.settlement.cycle_change.words import Story
from statuspage.settlement.holiday.cards import cards_of
from statuspage.settlement.models import SINCE_EVER, DateMeans
from statuspage.settlement.rules import rule_add
from statuspage.settlement.verbs import Verb
from statuspage.statements.texts import LANGUAGES
from tests.factories import text
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.notices.samples import publish, right_payload
from tests.statuspage.settlement.rules.factories import beijing

NOW = beijing("2026-03-03 12:00")

CREDITED = re.compile(r"到账|arriv", re.IGNORECASE)
PAID_OUT = re.compile(r"划付|补划|paid out|made by", re.IGNORECASE)
# What a sentence must not say, by the verb of the rules that it comes from.
WRONG: Mapping[Verb, re.Pattern[str]] = {
    Verb.CREDIT: PAID_OUT,
    Verb.PAYOUT: CREDITED,
    Verb.SETTLED: re.compile(f"{CREDITED.pattern}|{PAID_OUT.pattern}", re.IGNORECASE),
}
# About what a payout costs, and not about when it comes.
FEES = frozenset({Code.FEE_PER_PAYOUT})
# Of what a rule promises; a payout date among them is worked out, or meets that promise.
DATED_KINDS = ("delay", "recovery", "holiday_schedule", "settlement_rule", "channel_closure")


@pytest.mark.parametrize("means", DateMeans)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_of_an_answer_has_the_verb_of_its_rule(language: str, means: DateMeans) -> None:
    with override(language):
        for code in Code:
            for past in (False, True):
                said = step_words(code, means, past=past)
                assert code in FEES or not WRONG[Verb(means)].search(said), (code, past)


@pytest.mark.parametrize("means", DateMeans)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_headline_has_the_verb_of_its_rule(language: str, means: DateMeans) -> None:
    wrong, right = WRONG[Verb(means)], PAID_OUT if means is DateMeans.PAYOUT else CREDITED
    with override(language):
        for tense in (TO_COME, TODAY, PASSED):
            said = [str(words) for (_how, of), words in tense.items() if of is means]
            assert len(said) == len(tense) / 2
            assert all(right.search(one) and not wrong.search(one) for one in said)
        for status in set(DateStatus) - {DateStatus.KNOWN}:
            assert not wrong.search(no_date(status, means))
        assert not wrong.search(str(NO_NEW_DATE_UNTIL[means]))
        assert not wrong.search(str(LATE_REASON[means]))


@pytest.fixture
def rules(db: None) -> Any:
    """Add rules that promise the one or the other, for each category."""

    def add(micro: DateMeans, industry: DateMeans) -> None:
        reviewed(2024, 2025, 2026)
        for category, means in (("micro", micro), ("industry", industry)):
            rule_add(category=category, cycle="T+1", date_means=means, known_from=SINCE_EVER)

    return add


def derived(content: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what a notice's kind says, without the words of its author."""
    for line in content["details"].get(language, []):
        yield f"{line['label']} {line['text']}"
    for table in content.get("tables", {}).get(language, []):
        yield from (
            table["caption"],
            *table["columns"],
            *(cell for r in table["rows"] for cell in r),
        )
    yield content.get("brief", {}).get(language, "")
    if content["payload"].get("table"):
        yield from (
            content["body"][language],
            *(one[language] for one in content["short"].values()),
        )
        with override(language):
            for card in cards_of(content["payload"], {}):
                yield joined([card.usual, card.cutoff, *(part.others for part in card.parts)])


@pytest.mark.parametrize("means", DateMeans)
def test_every_notice_about_dates_has_the_verb_of_its_merchants_rules(
    rules: Any, means: DateMeans
) -> None:
    rules(means, means)
    for kind in DATED_KINDS:
        payloads = [right_payload(kind)]
        if kind == "delay":
            payloads.append({**payloads[0], "arrives_by": None})
        for payload in payloads:
            own = {"title": None, "body": None} if notice_kind(kind).generates else {}
            content = publish(kind, payload, **own).content
            for language in LANGUAGES:
                for said in derived(content, language):
                    assert not WRONG[Verb(means)].search(said), kind


def test_a_notice_for_merchants_of_both_promises_says_neither_wrongly(rules: Any) -> None:
    rules(DateMeans.CREDIT, DateMeans.PAYOUT)
    for kind in ("delay", "recovery", "channel_closure"):
        content = publish(kind).content
        for language in LANGUAGES:
            for said in derived(content, language):
                assert not WRONG[Verb.SETTLED].search(said), kind
    # Of one kind of merchant alone it has the verb of their rule.
    micro = publish("delay", audience={"categories": ["micro"]}).content
    assert "到账" in micro["brief"]["zh-hans"]
    industry = publish("delay", audience={"categories": ["industry"]}).content
    assert "划付" in industry["brief"]["zh-hans"]


def test_a_schedule_for_merchants_of_both_promises_names_each_column(rules: Any) -> None:
    rules(DateMeans.CREDIT, DateMeans.PAYOUT)
    content = publish("holiday_schedule", title=None, body=None).content
    for language, paid_out in (("zh-hans", "划付"), ("en", "paid out")):
        [table] = content["tables"][language]
        assert not WRONG[Verb.SETTLED].search(table["caption"])
        assert [paid_out in one for one in table["columns"]].count(True) == 1


@pytest.mark.parametrize(
    ("industry", "verb"), [(DateMeans.PAYOUT, Verb.PAYOUT), (DateMeans.CREDIT, Verb.SETTLED)]
)
def test_the_drafts_of_a_longer_cycle_have_the_verb_of_the_rules(
    rules: Any, industry: DateMeans, verb: Verb
) -> None:
    rules(DateMeans.PAYOUT, industry)
    begins = NOW - timedelta(hours=1)
    change = CycleChange(["micro", "industry"], ["T+1"], begins, new_cycle="T+5")
    story = Story(planned(change, NOW), text("系统升级。", "The system is upgraded."))
    for part in (story.delay_body, story.rule_body, story.incident_body, story.agents_body):
        for language in LANGUAGES:
            assert not WRONG[verb].search(part[language])


@pytest.mark.parametrize("means", DateMeans)
def test_an_answer_gives_every_step_and_caveat_the_verb_of_the_rule_that_decided(
    rules: Any, means: DateMeans
) -> None:
    rules(means, means)
    for days in (400, 1, 0):
        answer = arrival("micro", "", NOW - timedelta(days=days), as_of=NOW)
        assert {one.means for one in (*answer.steps, *answer.caveats)} == {means}
