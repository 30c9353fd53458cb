"""Incident card, incident page and notices link to each other; open ones' notices stay on top."""

import pytest
from django.test import Client

from statuspage.pages.noticed import SHOWN_EACH
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import ago, noticed, opened, path_of, resolved, words_of

pytestmark = pytest.mark.django_db

OLD = {"title": text("旧公告", "Old notice"), "published_at": ago(days=60)}


def _delay(said: Statement) -> Statement:
    payload = {"transactions_from": ago(days=1).isoformat(), "arrives_by": "2025-02-26"}
    about = {"incident_id": said.subject_id, "title": text("延迟公告", "Delay notice")}
    return noticed(kind="delay", payload=payload, published_at=ago(hours=2), **about)


def _link(said: Statement) -> str:
    return f'href="{path_of(said)}"'


def test_incident_card_incident_page_and_notices_link_to_each_other(client: Client) -> None:
    said = opened()
    notice = _delay(said)
    home = client.get("/en/").content.decode()
    card, _article, rest = home.partition("</article>")
    assert _link(notice) in card
    assert _link(notice) in rest
    assert _link(notice) in client.get(path_of(said)).content.decode()
    assert _link(said) in client.get(path_of(notice)).content.decode()
    assert _link(said) in client.get("/en/notices/").content.decode()


def test_the_notice_with_a_date_comes_first(client: Client) -> None:
    said = opened()
    dated = _delay(said)
    newer = noticed(incident_id=said.subject_id, published_at=ago(minutes=5))
    for path in ("/en/", path_of(said)):
        html = client.get(path).content.decode()
        assert html.index(_link(dated)) < html.index(_link(newer))
    statement_withdraw(
        statement=dated,
        body=text("误发。", "In error."),
        author=None,
    )
    html = client.get(path_of(said)).content.decode()
    assert html.index(_link(newer)) < html.index(_link(dated))


def test_notices_of_an_open_incident_stay_on_top_of_the_home_page_whatever_their_age(
    client: Client,
) -> None:
    said = opened(published_at=ago(days=61))
    noticed(**OLD, incident_id=said.subject_id)
    for number in range(6):
        noticed(title=text(f"新公告{number}", f"New notice {number}"))
    page = words_of(client.get("/en/")).partition("Settlement notices")[2]
    assert page.index("About the open incident: T+1 payouts are late") < page.index("Old notice")
    assert page.index("Old notice") < page.index("New notice 5")
    assert "New notice 0" not in page
    resolved(said)
    assert "Old notice" not in words_of(client.get("/en/"))


def test_a_long_list_of_notices_leads_to_the_incident_s_page(client: Client) -> None:
    said = opened()
    for number in range(SHOWN_EACH + 3):
        noticed(title=text(f"进度{number}号"), incident_id=said.subject_id)
    page = words_of(client.get("/en/"))
    assert "3 more notices about it" in page
    assert "进度2号" not in page
    assert "进度2号" in words_of(client.get(path_of(said)))


def test_no_day_of_an_open_incident_is_called_quiet(client: Client) -> None:
    said = opened(published_at=ago(days=20))
    page = words_of(client.get("/en/")).partition("The last 14 days")[2]
    assert "No incidents" not in page
    assert page.count("Ongoing: T+1 payouts are late") == 1
    resolved(said)
    opened(published_at=ago(minutes=5), name=text("另一事件", "Another"))
    page = words_of(client.get("/en/")).partition("The last 14 days")[2]
    assert "No incidents" not in page
