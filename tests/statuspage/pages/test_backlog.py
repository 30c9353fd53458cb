"""The backlog on its incident's page: figures, bars, and the table that says the same."""

import re
from datetime import date

import pytest
from django.test import Client

from statuspage.statements.services import statement_withdraw
from tests.factories import open_incident, text
from tests.statuspage.settlement.backlog.factories import cell, tell

pytestmark = pytest.mark.django_db


def page(client: Client, incident: str, language: str = "/en") -> str:
    return client.get(f"{language}/incidents/{incident}/").content.decode()


def widths(shown: str) -> list[tuple[int, int]]:
    found = re.findall(r'backlog-(?:affected|open)"[^>]* width="(\d+)"', shown)
    return list(zip(map(int, found[::2]), map(int, found[1::2]), strict=True))


def test_figures_and_bars_stand_in_proportion(client: Client) -> None:
    incident = open_incident().subject_id
    few = cell(3, 3, day=date(2025, 2, 19))
    tell(incident, cell(1000, 250), cell(500, 500, category="industry"), few)
    shown = page(client, incident)
    assert "49% has arrived" in shown
    assert "1,000 affected, 250 pending" in shown
    assert "&lt;5 affected, &lt;5 pending" in shown
    assert widths(shown) == [(500, 500), (1000, 250), (4, 4)]
    figures = re.findall(r"<td[^>]*>([\d,.]+)</td>", shown)
    row = figures.index("1,000")
    assert figures[row : row + 4] == ["1,000", "10,000.00", "250", "2,500.00"]
    assert "To protect individual merchants, fewer than" in shown
    assert " style=" not in shown


def test_the_newest_that_stands_is_shown(client: Client) -> None:
    incident = open_incident().subject_id
    tell(incident, cell(1000, 1000))
    newer = tell(incident, cell(1000, 100), hours=1)
    assert "90% has arrived" in page(client, incident)
    statement_withdraw(statement=newer, body=text("统计有误"), author=None)
    assert "0% has arrived" in page(client, incident)


def test_an_incident_without_one_shows_none(client: Client) -> None:
    incident = open_incident().subject_id
    assert 'id="backlog"' not in page(client, incident)


def test_it_does_not_crowd_the_first_page_nor_the_list_of_notices_on_the_incident(
    client: Client,
) -> None:
    incident = open_incident().subject_id
    said = tell(incident, cell())
    assert f"/notices/{said.subject_id}/" not in client.get("/en/").content.decode()
    assert 'id="related"' not in page(client, incident)
    assert f"/notices/{said.subject_id}/" in client.get("/en/notices/").content.decode()


def test_its_notice_has_a_page_of_its_own(client: Client) -> None:
    said = tell(open_incident().subject_id, cell(1000, 430))
    shown = client.get(f"/en/notices/{said.subject_id}/").content.decode()
    assert "Payout progress: 57% has arrived" in shown
    assert "By transaction date and merchant category" in shown


def test_figures_have_a_unit_and_one_is_singular(client: Client) -> None:
    incident = open_incident().subject_id
    said = tell(incident, cell(20, 1))
    assert "1 is pending." in said.content["body"]["en"]
    assert "1 is pending." in said.content["brief"]["en"]
    shown = page(client, incident, "")
    assert "<dd>20 笔</dd>" in shown
    assert "<dd>1 笔</dd>" in shown
    chinese = {one["label"]: one["text"] for one in said.content["details"]["zh-hans"]}
    assert chinese["受影响交易"] == "20 笔"


def test_a_feed_does_not_say_twice_what_the_title_begins_with(client: Client) -> None:
    tell(open_incident().subject_id, cell(20, 1))
    titles = [one["title"] for one in client.get("/feed.json").json()["items"]]
    assert "到账进度：已到账 95%" in titles
