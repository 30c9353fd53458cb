"""Whoever follows by feed, by e-mail or by webhook is told the same."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.channels import medium
from notifications.delivery.render import bulletin_of
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import ahead, noticed, opened, resolved, scheduled, updated

pytestmark = pytest.mark.django_db


def corrected() -> Statement:
    """Return a correction."""
    body = text("是D+1,不是T+1。", "It is D+1, not T+1.")
    return statement_correct(statement=opened(), body=body, author=None)


def withdrawn() -> Statement:
    """Return a withdrawal."""
    body = text("误发,请忽略。", "Published by mistake.")
    return statement_withdraw(statement=opened(), body=body, author=None)


def delayed() -> Statement:
    """Return a notice with details of its own."""
    payload = {
        "transactions_from": "2025-02-20T00:00:00+08:00",
        "transactions_until": "2025-02-21T00:00:00+08:00",
        "arrives_by": (timezone.localdate() + timedelta(days=3)).isoformat(),
    }
    return noticed(kind="delay", payload=payload)


KINDS: dict[str, Callable[[], Statement]] = {
    "opened": lambda: opened(next_update_by=ahead(minutes=45)),
    "promised for tomorrow": lambda: opened(next_update_by=ahead(days=1)),
    "updated": lambda: updated(opened()),
    "resolved": lambda: resolved(opened()),
    "scheduled": scheduled,
    "noticed": noticed,
    "delayed": delayed,
    "corrected": corrected,
    "withdrawn": withdrawn,
}


def sentences(said: str) -> set[str]:
    """Return what is said, one sentence or line at a time, however it is set."""
    parts = re.split(r"[\n。.]+", said)
    return {re.sub(r"\W+", "", part) for part in parts} - {""}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_and_a_webhook_say_what_the_feed_says(
    client: Client, kind: str, language: str
) -> None:
    statement = KINDS[kind]()
    item = client.get("/feed.json", {"lang": language}).json()["items"][0]
    bulletin = bulletin_of(statement.document, language)
    letter = medium("email").leading().compose(bulletin)
    hook = json.loads(medium("webhook").leading().compose(bulletin).text)["data"]

    body = statement.content["body"][language]
    for said in (item["content_text"], letter.text, hook["body"]):
        assert body in said
    assert item["title"] == (
        f"{hook['status_label']}{'：' if language == 'zh-hans' else ': '}{hook['name']}"
    )
    assert hook["name"] in letter.subject
    assert item["url"].partition("#")[0] == hook["url"]
    assert hook["url"] in letter.text
    # Where a statement answers another one, each says so in its own words, with its number.
    feed = item["content_text"].rpartition(body)[2]
    assert sentences(feed) <= sentences(letter.text)
    if statement.corrects_id:
        assert str(statement.corrects_id) in item["content_text"]
        assert str(statement.corrects_id) in letter.text
        assert hook["statement"]["corrects"] == statement.corrects_id


def test_the_promise_and_the_details_are_in_the_feed(client: Client) -> None:
    opened(next_update_by=ahead(minutes=45))
    delayed()
    notice, incident = (
        one["content_text"] for one in client.get("/feed.json?lang=en").json()["items"]
    )
    assert incident.endswith("Next update by 15:15.")
    assert "24 Feb" in notice
    rss = client.get("/history.rss?lang=en").content.decode()
    assert "Next update by 15:15." in rss
