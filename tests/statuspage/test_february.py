"""The February story: 19 payouts stop, 20 the first word, 21 recovery with a waiver of fees.

It is entered long afterwards, through the console and over the API, and read everywhere.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from django.test import Client

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.notices.models import Notice
from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.rules import rule_add
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_address, make_component, make_staff, text
from tests.february import AT, BEIJING, BODIES, NAME, incident
from tests.statuspage.api.client import Caller
from tests.statuspage.approvals.test_answers import decide
from tests.statuspage.calendar.factories import reviewed
from tests.statuspage.console.browser import browser_of, publish, words

pytestmark = pytest.mark.django_db
# Each notice: its kind, the day of its first publication, its audience and its facts.
NOTICES: Final = (
    (
        "delay",
        "2025-02-20",
        [],
        {"transactions_from": "2025-02-19T00:00", "transactions_until": "2025-02-21T00:00"},
    ),
    (
        "recovery",
        "2025-02-21",
        ["micro"],
        {"restored_at": "2025-02-21T00:00", "backlog_by": "2025-02-24"},
    ),
    (
        "recovery",
        "2025-02-21",
        ["industry"],
        {"restored_at": "2025-02-21T00:00", "backlog_by": "2025-02-22"},
    ),
    (
        "fee_waiver",
        "2025-02-21",
        [],
        {
            "transactions_from": "2025-02-19T00:00",
            "transactions_until": "2025-02-21T00:00",
            "percent_waived": "100",
        },
    ),
)
TITLES: Final = {
    "delay": text("关于到账延迟的通知", "Payouts are late"),
    "recovery": text("关于结算恢复的公告", "Settlement is restored"),
    "fee_waiver": text("关于全额减免手续费的公告", "Fees are waived in full"),
}
BODY: Final = text("详见下文，无需申请。", "Details below. Nothing to do.")


def through_the_api(component: Component) -> None:
    owner = make_staff(Role.APPROVER)
    scopes = ["read", "publish", "alone"]
    api = Caller(token_issue(name="x", staff=owner, scopes=scopes, confirmed=True))
    said = incident(component)
    updates = [{**one, "at": one["at"].isoformat()} for one in said["updates"]]
    body = {**said, "started_at": AT[0].isoformat(), "updates": updates}
    answer = api.post("incidents/backfills/", body)
    assert answer.status_code == 201, answer.content.decode()
    for kind, day, categories, facts in NOTICES:
        notice = {
            "kind": kind,
            "title": TITLES[kind],
            "body": BODY,
            "payload": {name: _offset(value) for name, value in facts.items()},
            "audience": {"categories": categories},
            "incident": answer.json()["id"],
            "originally": {"published_on": day},
            "confirmed": True,
        }
        published = api.post("notices/", notice)
        assert published.status_code == 201, published.content.decode()


def _offset(value: str) -> str:
    return f"{value}:00+08:00" if "T" in value else value


def through_the_console(component: Component) -> None:
    author, second = browser_of(make_staff()), make_staff(Role.APPROVER)
    state = f"component_{component.public_id}"
    local = [f"{one:%Y-%m-%dT%H:%M}" for one in AT]
    publish(
        author,
        "/console/incidents/backfill/",
        **_pair("name", NAME),
        **_pair("body", BODIES[2]),
        started_at=local[0],
        resolved_at=local[2],
        **{state: "major_outage"},
        update_0_at=local[0],
        update_0_status="investigating",
        **_pair("update_0_body", BODIES[0]),
        update_1_at=local[1],
        update_1_status="identified",
        **_pair("update_1_body", BODIES[1]),
        **{f"update_1_{state}": "partial_outage"},
    )
    for kind, day, categories, facts in NOTICES:
        page = publish(
            author,
            f"/console/notices/compose/{kind}/",
            **_pair("title", TITLES[kind]),
            **_pair("body", BODY),
            **{f"payload_{name}": value for name, value in facts.items()},
            categories=categories,
            incident=Incident.objects.get().public_id,
            published_on=day,
            confirmed="on",
        )
        decide(second, str(page.redirect_chain[0][0]))


def _pair(name: str, said: dict[str, str]) -> dict[str, str]:
    return {f"{name}_zh": said["zh-hans"], f"{name}_en": said["en"]}


@pytest.fixture(params=[through_the_console, through_the_api], ids=["console", "api"])
def entered(request: pytest.FixtureRequest) -> Component:
    reviewed(2025)
    rule_add(category="micro", cycle="T+1")
    rule_add(category="industry", cycle="D+1")
    component = make_component(start_date=date(2025, 1, 1))
    enter: Callable[[Component], None] = request.param
    make_address()
    make_address("demo@example.com", "email")
    enter(component)
    return component


def asked(category: str, **values: Any) -> Any:
    at = AT[0] + timedelta(hours=3)
    return arrival(category, "", at, Decimal(1000), **values)


def test_the_february_story_is_entered_and_reads_well(entered: Component, client: Client) -> None:
    statements = list(Statement.objects.order_by("number"))
    assert [one.kind for one in statements] == [
        "incident.backfilled",
        "incident.backfilled_update",
        "incident.backfilled_update",
        *(f"notice.{kind}" for kind, *_rest in NOTICES),
    ]
    told_nobody()
    public_id = Incident.objects.get().public_id
    reads_in_order(client, public_id)
    stands_in_history_and_uptime(client)
    stands_in_the_v2_api(client)
    is_known_to_arrival(client, statements[0])


def told_nobody() -> None:
    for number in Statement.objects.values_list("number", flat=True):
        expand(number)
    assert not Delivery.objects.exists()


def reads_in_order(client: Client, public_id: str) -> None:
    page = words(client.get(f"/en/incidents/{public_id}/"))
    shown = re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", page))
    timeline = shown[shown.rindex("Timeline") :]
    assert timeline.count("(entered afterwards, on ") == 3
    places = [timeline.index(f"{day} Feb 2025") for day in (21, 20, 19)]
    assert places == sorted(places)
    # The page names its notices, and each notice its incident.
    for notice in Notice.objects.all():
        assert f"/en/notices/{notice.public_id}/" in page
        assert f"/en/incidents/{public_id}/" in words(
            client.get(f"/en/notices/{notice.public_id}/")
        )
    assert "Settlement is restored" in words(client.get("/en/notices/"))


def stands_in_history_and_uptime(client: Client) -> None:
    assert NAME["en"] in words(client.get("/en/history/?month=2025-02"))
    assert NAME["en"] not in words(client.get("/en/history/"))
    uptime = words(client.get("/en/uptime/?month=2025-02"))
    assert "Major outage" in uptime
    assert "Partial outage" in uptime
    # It was no live update, so the figures of what was promised do not count it.
    figures = client.get("/transparency/data.json").json()
    assert "incidents" in str(figures)
    assert all(not month["incidents"] for month in figures["months"])
    feed = client.get("/feed.json?lang=en").json()["items"]
    past = [item for item in feed if "backfilled" in item["tags"][0]]
    assert [item["date_published"][:10] for item in past] == [
        "2025-02-21",
        "2025-02-20",
        "2025-02-19",
    ]


def stands_in_the_v2_api(client: Client) -> None:
    [found] = client.get("/api/v2/incidents.json?lang=en").json()["incidents"]
    assert found["started_at"] == found["created_at"] == "2025-02-19T09:00:00.000+08:00"
    assert found["resolved_at"] == "2025-02-21T16:00:00.000+08:00"
    updates = found["incident_updates"]
    assert [one["status"] for one in updates] == ["resolved", "identified", "investigating"]
    for one, at in zip(updates, reversed(AT), strict=True):
        assert one["display_at"] == one["created_at"] == at.isoformat(timespec="milliseconds")
        assert one["deliver_notifications"] is False


def is_known_to_arrival(client: Client, first: Statement) -> None:
    for category, day in (("micro", date(2025, 2, 24)), ("industry", date(2025, 2, 22))):
        answer = asked(category)
        assert answer.arrival_date == day
        assert answer.charge.waived == answer.charge.fee if answer.charge else True
        codes = [step.code.value for step in answer.steps]
        assert {"delay_without_date", "backlog", "fee_waiver"} <= {*codes}
        query = {"category": category, "date": "2025-02-19", "time": "12:00"}
        assert f"{day:%a} {day.day} Feb 2025" in words(client.get("/en/arrival/", query))
        # What was known is decided by when it was published, not by what it tells of.
        before = asked(category, as_of=first.published_at - timedelta(milliseconds=1))
        assert before.arrival_date == date(2025, 2, 20)
        assert "backlog" not in [step.code.value for step in before.steps]
        then = asked(category, as_of=AT[1].astimezone(BEIJING))
        assert [step.code.value for step in then.steps] == ["no_rule"]
