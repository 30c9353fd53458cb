"""A disruption shown on the page is never contradicted by another box: every box is walked."""

import re
from collections.abc import Callable
from datetime import time
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client

from statuspage.components.statuses import HEADLINES
from statuspage.notices.services import notice_publish
from statuspage.pages.badge import COLOURS
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.calendar.factories import load
from tests.statuspage.pages.story import (
    ago,
    ahead,
    moved,
    noticed,
    opened,
    path_of,
    resolved,
    scheduled,
)
from tests.statuspage.settlement.rules.factories import make_rule

pytestmark = pytest.mark.django_db

PAGES = (
    "/",
    "/elder/",
    "/arrival/",
    "/arrival/?category=micro",
    "/arrival/?category=industry",
    "/uptime/",
    "/history/",
    "/notices/",
    "/subscribe/",
)
MACHINES = (
    "/badge.svg",
    "/api/v2/status.json",
    "/api/v2/summary.json",
    "/history.rss",
    "/history.atom",
    "/feed.json",
)
# What may never be said while something is wrong.
ALL_IS_WELL = ("running normally", "运行正常", "as usual", "照常", "All Systems Operational")
# And while payouts stand still: the rule's date as a promise.
PROMISES = ("Expected to", "预计", "正常到账", "正常结算")
# Classes that say the same by colour. A service's own badge and the key say it of one service.
GREEN = re.compile(r"(badge|step)-(operational|settles|result)|answer")
OWN = ("board", "day-key", "days", "timeline", "months", "bar")


class Box(HTMLParser):
    """All texts of a page's main part, and every tone that is not a single service's own."""

    VOID = frozenset({"img", "input", "link", "meta", "br", "hr"})

    def __init__(self) -> None:
        super().__init__()
        self.text, self.tones = "", set[str]()
        self.within: list[tuple[str, tuple[str, ...]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = tuple((dict(attrs).get("class") or "").split())
        if tag not in self.VOID:
            self.within.append((tag, classes))
        if not self.is_own:
            self.tones |= set(classes)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take no notice of drawings, which have no tones."""

    @property
    def is_own(self) -> bool:
        """Whether this is about one service alone, or a statement of the past."""
        inside = [one for _tag, many in self.within for one in many]
        return any(one == own or one.startswith(f"{own}-") for one in inside for own in OWN)

    def handle_endtag(self, tag: str) -> None:
        while self.within and self.within.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text += "" if self.is_own else f" {data}"


def _box(client: Client, path: str) -> Box:
    response = client.get(path, follow=True)
    assert response.status_code == 200, path
    html = response.content.decode()
    found = Box()
    head, _main, rest = html.partition("<main")
    found.feed((re.findall(r"<title>.*?</title>", head) or [""])[0])
    found.feed("<main" + rest.partition("</main>")[0] if rest else html)
    return found


def _green(box: Box) -> set[str]:
    tones = {one for one in box.tones if GREEN.fullmatch(one)}
    return tones - {"answer"} if box.tones & {"answer-late", "answer-open"} else tones


class World:
    """Rules for both kinds of merchant, and services of which one pays out to micro merchants."""

    def __init__(self) -> None:
        load(2024, 2025)
        make_rule("T+1", "micro", usual_arrival=time(18))
        make_rule("D+1", "industry", usual_arrival=time(18))
        self.cards = make_component("刷卡交易", "Card payments")
        self.t1 = make_component(pays_out=True, pays_out_to=["micro"])
        self.hidden = make_component("内部清算", "Clearing files", visible=False, pays_out=True)

    def with_a_delay_of_others(self) -> Statement:
        everybody = make_component("出款", "Payouts", pays_out=True)
        said = opened(everybody, next_update_by=ahead(hours=1))
        self.delay(said, by="2025-02-26", audience={"categories": ["industry"]})
        return said

    def taken_back_resolved(self) -> Statement:
        said = self.payouts_down()
        resolved(said)
        statement_withdraw(
            statement=Statement.objects.latest("number"), body=text("误发。"), author=None
        )
        return said

    def without_component(self) -> Statement:
        return opened(impact="critical", components={})

    def payouts_down(self) -> Statement:
        return opened(self.t1, next_update_by=ahead(hours=1))

    def with_a_delay_notice(self) -> Statement:
        said = self.payouts_down()
        self.delay(said, by="2025-02-26")
        return said

    def only_hidden(self) -> Statement:
        return opened(self.hidden, components={self.hidden.public_id: "major_outage"})

    def hidden_and_without_impact(self) -> Statement:
        return opened(
            self.hidden, components={self.hidden.public_id: "partial_outage"}, impact="none"
        )

    def two_incidents(self) -> Statement:
        opened(self.cards, components={self.cards.public_id: "degraded_performance"})
        return self.payouts_down()

    def slow(self) -> Statement:
        return opened(self.t1, components={self.t1.public_id: "degraded_performance"})

    def maintenance(self) -> Statement:
        said = scheduled(self.cards, scheduled_for=ago(minutes=30))
        moved(said, "in_progress")
        return said

    def since_weeks(self) -> Statement:
        return opened(self.t1, published_at=ago(days=40))

    def resolved_and_still_late(self) -> Statement:
        said = self.payouts_down()
        self.delay(said)
        resolved(said)
        return said

    def recovered_and_still_late(self) -> Statement:
        said = self.resolved_and_still_late()
        noticed(
            kind="recovery",
            payload={"restored_at": ago(minutes=20).isoformat(), "backlog_by": "2025-02-26"},
            incident_id=said.subject_id,
            published_at=ago(minutes=15),
        )
        return said

    def delay(self, said: Statement, by: str | None = None, **values: Any) -> None:
        notice_publish(
            kind="delay",
            title=text("到账延迟", "Payouts are late"),
            body=text("详情见下。", "Details below."),
            payload={"transactions_from": ago(days=2).isoformat(), "arrives_by": by},
            incident_id=said.subject_id,
            author=None,
            published_at=ago(minutes=40),
            **values,
        )


WORLDS: dict[str, tuple[Callable[[World], Statement], str, bool]] = {
    # The world, the indicator, and whether micro merchants' payouts stand still or are late.
    "a critical incident without a service": (World.without_component, "critical", False),
    "payouts down without a notice": (World.payouts_down, "major", True),
    "payouts down for weeks": (World.since_weeks, "major", True),
    "payouts down with a delay notice": (World.with_a_delay_notice, "major", True),
    "payouts down with a delay notice of others": (World.with_a_delay_of_others, "major", False),
    "a withdrawn Resolved": (World.taken_back_resolved, "major", True),
    "only a hidden service down": (World.only_hidden, "critical", True),
    "a hidden service down, without impact": (World.hidden_and_without_impact, "minor", True),
    "two incidents": (World.two_incidents, "major", True),
    "payouts slow": (World.slow, "minor", False),
    "maintenance in progress": (World.maintenance, "maintenance", False),
    "resolved with payouts still late": (World.resolved_and_still_late, "minor", True),
    "recovered with payouts still late": (World.recovered_and_still_late, "minor", False),
}


# A date is said, and not in green.
DOUBTFUL = ("payouts down with a delay notice of others", "payouts slow")


@pytest.mark.parametrize("name", WORLDS)
def test_a_disruption_shown_on_the_page_is_never_contradicted(client: Client, name: str) -> None:
    make, indicator, late = WORLDS[name]
    said = make(World())
    own = path_of(said, "zh-hans")
    boxes = {
        path: _box(client, prefix + path)
        for prefix in ("", "/en")
        for path in (*PAGES, own)
        if not (prefix and path.startswith("/elder"))
    }
    for path, box in boxes.items():
        assert [one for one in ALL_IS_WELL if one in box.text] == [], (name, path)
        arrival = late or name in DOUBTFUL or not path.startswith("/arrival")
        if "industry" not in path and arrival:
            assert _green(box) == set(), (name, path)
    for path in (*MACHINES, *(f"{one}?lang=en" for one in MACHINES)):
        body = client.get(path).content.decode()
        assert [one for one in ALL_IS_WELL if one in body] == [], (name, path)
        assert COLOURS["none"] not in body
    status = client.get("/api/v2/status.json").json()["status"]
    assert status["indicator"] == indicator
    if late:
        _no_promise(client, boxes)


def _no_promise(client: Client, boxes: dict[str, Box]) -> None:
    answer = client.get("/api/v1/arrival/?category=micro&at=2025-02-21T10:00:00%2B08:00").json()
    assert answer["late"]
    assert answer["arrival_date"] != "2025-02-24"
    said = boxes["/arrival/?category=micro"]
    assert "answer-late" in said.tones
    assert [one for one in PROMISES if one in said.text.partition("原因")[0]] == []


def test_every_world_speaks_one_headline_everywhere(client: Client) -> None:
    World().without_component()
    title = "1 critical incident is open"
    html = client.get("/en/").content.decode()
    assert f"<title>{title} ·" in html
    assert f'og:title" content="{title} ·' in html
    assert f'data-title="{title}"' in html
    assert title in client.get("/badge.svg?lang=en").content.decode()
    assert client.get("/feed.json?lang=en").json()["description"].startswith(title)
    for feed in ("/history.rss?lang=en", "/history.atom?lang=en"):
        assert title in client.get(feed).content.decode()
    status = client.get("/api/v2/summary.json").json()["status"]
    assert status == {"indicator": "critical", "description": "Major System Outage"}
    assert str(HEADLINES["Major System Outage"]) not in html


def test_when_all_is_over_the_page_says_so_again(client: Client) -> None:
    world = World()
    resolved(world.payouts_down())
    assert client.get("/api/v2/status.json").json()["status"]["indicator"] == "none"
    assert "All services are running normally" in client.get("/en/").content.decode()
