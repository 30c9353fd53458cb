"""A notice's page says each fact once, and what of it is over."""

import html
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from statuspage.notices.kind import NoticeState, every_kind, notice_kind
from statuspage.pages.rendering.due import after_a_minute
from statuspage.statements.services import statement_withdraw
from statuspage.statements.times import midnight
from tests.factories import text
from tests.statuspage.notices.samples import ahead, publish, right_payload, world
from tests.statuspage.settlement.rules.factories import beijing

ROW = re.compile(r"<div><dt>(.*?)</dt><dd[^>]*>(.*?)</dd></div>", re.DOTALL)
PATHS = {"zh-hans": "/notices/{}/", "en": "/en/notices/{}/"}
BADGES = {
    NoticeState.TO_COME: ("尚未生效", "Not in effect yet"),
    NoticeState.OVER: ("已结束", "Ended"),
    NoticeState.REPLACED: ("已不再适用", "No longer in effect"),
    NoticeState.PASSED: ("所述日期已过", "Date has passed"),
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _world() -> Iterator[None]:
    """Time stands still after what the samples say has happened."""
    with time_machine.travel(beijing("2025-03-03 12:00"), tick=False):
        world()
        yield


def page(public_id: str, language: str) -> str:
    return Client().get(PATHS[language].format(public_id)).content.decode()


def shown(public_id: str) -> set[NoticeState]:
    """Return the states that the pages point out, the same in both languages."""
    chinese, english = page(public_id, "zh-hans"), page(public_id, "en")
    found = {state for state, (zh, _en) in BADGES.items() if f'badge">{zh}<' in chinese}
    assert found == {state for state, (_zh, en) in BADGES.items() if f'badge">{en}<' in english}
    return found


def facts(public_id: str, language: str) -> list[tuple[str, str]]:
    """Return the label and the text of each row of facts."""
    bare = (
        tuple(html.unescape(re.sub(r"<[^>]*>", "", part)).strip() for part in row)
        for row in ROW.findall(page(public_id, language))
    )
    return [(label, said) for label, said in bare]


def test_no_two_facts_of_any_kind_of_notice_say_the_same(subtests: pytest.Subtests) -> None:
    for kind in every_kind():
        public_id = publish(kind.name).subject_id
        for language in PATHS:
            with subtests.test(kind.name, language=language):
                rows = facts(public_id, language)
                assert rows
                assert len({label for label, _said in rows}) == len(rows)
                assert len({said for _label, said in rows}) == len(rows)
                # The days are those of the kind's own rows.
                assert not {"In effect from", "In effect until"} & {label for label, _said in rows}


def test_a_window_of_its_author_s_is_shown() -> None:
    begins = midnight(date(2025, 2, 1))
    said = publish("general", effective_from=begins, effective_until=begins + timedelta(days=3))
    labels = [label for label, _said in facts(said.subject_id, "en")]
    assert {"In effect from", "In effect until"} <= {*labels}
    assert shown(said.subject_id) == {NoticeState.OVER}


def states(kind: str, **values: Any) -> list[NoticeState | None]:
    """Return where its dates stand a day ago, and in 300 days."""
    of = notice_kind(kind)
    payload = of.clean({**right_payload(kind), **values})
    return [of.state(payload, timezone.now() + timedelta(days=days)) for days in (-1, 300)]


def test_what_is_over_is_said_of_every_kind_that_ends() -> None:
    to_come, over, passed = NoticeState.TO_COME, NoticeState.OVER, NoticeState.PASSED
    assert states("promotion") == [to_come, over]
    assert states("limit_change") == [to_come, over]
    assert states("limit_change", last_day=None) == [to_come, None]
    assert states("channel_closure") == [None, over]
    assert states("channel_closure", ends=None) == [None, None]
    assert states("replacement") == [to_come, over]
    assert states("terminal_retirement") == [None, over]
    assert states("settlement_rule") == [to_come, None]
    assert states("settlement_rule", valid_until=ahead(9)) == [to_come, over]
    assert states("delay") == [None, passed]
    assert states("delay", arrives_by=None) == [None, None]
    assert states("recovery") == [None, passed]
    assert states("fee_change") == [to_come, None]
    assert states("price_list") == [to_come, None]
    assert states("agent_policy") == [to_come, None]
    # The public ledger follows what is paid of these.
    assert states("fee_waiver") == [None, None]
    assert states("fee_waiver", promised_total=None) == [None, passed]
    assert states("compensation") == [None, None]
    assert states("holiday_schedule") == [None, over]


def test_a_promotion_that_ended_says_so_on_its_page() -> None:
    said = publish("promotion")
    assert shown(said.subject_id) == set()
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        assert shown(said.subject_id) == {NoticeState.OVER}


def test_a_price_list_and_a_rule_that_were_replaced_say_so() -> None:
    today = timezone.localdate().isoformat()
    rule = {**right_payload("settlement_rule"), "valid_from": today}
    found = {}
    for kind, payload in (
        ("price_list", {**right_payload("price_list"), "valid_from": today}),
        ("settlement_rule", rule),
    ):
        found[kind] = publish(kind, payload).subject_id, publish(kind, payload).subject_id
    for first, second in found.values():
        assert shown(first) == {NoticeState.REPLACED}
        assert shown(second) == set()
        due = after_a_minute(timezone.now(), timezone.now())
        assert PATHS["zh-hans"].format(first) in due


def test_pages_are_made_again_when_a_date_of_theirs_has_come() -> None:
    said = publish("delay")
    address = PATHS["zh-hans"].format(said.subject_id)
    assert turns(address, days=3)
    assert not turns(address, days=30)


def turns(address: str, *, days: int) -> bool:
    """Return whether a page is made again at the midnight after so many days, and only then."""
    day = timezone.localtime() + timedelta(days=days)
    begins = day.replace(hour=0, minute=0, second=0, microsecond=0)
    with time_machine.travel(begins, tick=False):
        found = address in after_a_minute(begins - timedelta(minutes=1), begins)
    noon = begins + timedelta(hours=12)
    with time_machine.travel(noon, tick=False):
        assert address not in after_a_minute(noon - timedelta(minutes=1), noon)
        # The renderer did not run in between.
        assert (address in after_a_minute(begins - timedelta(minutes=1), noon)) is found
    return found


@pytest.mark.parametrize("act", ["another list", "its withdrawal"])
def test_an_old_price_list_is_made_again_when_another_takes_its_place_or_gives_it_back(
    act: str,
) -> None:
    payload = {**right_payload("price_list"), "valid_from": timezone.localdate().isoformat()}
    first = publish("price_list", payload)
    second = publish("price_list", payload) if act == "its withdrawal" else None
    address = PATHS["zh-hans"].format(first.subject_id)
    with time_machine.travel(timezone.now() + timedelta(days=9, hours=1), tick=False):
        now = timezone.now()
        assert address not in after_a_minute(now - timedelta(minutes=1), now)
        if second:
            statement_withdraw(statement=second, body=text("误发"), author=None)
        else:
            publish("price_list", {**payload, "valid_from": timezone.localdate().isoformat()})
        assert address in after_a_minute(now - timedelta(minutes=1), now)
