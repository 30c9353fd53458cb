"""The page of how well the operator keeps its word, and its data."""

import csv
import io
import json
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from statuspage.pages.transparency.page import row_of
from statuspage.transparency.figures import LoggedStatement, months
from tests.statuspage.notices import samples
from tests.statuspage.pages.story import (
    ago,
    noticed,
    opened,
    resolved,
    updated,
    words_of,
)

pytestmark = pytest.mark.django_db


def a_month() -> None:
    """An incident with its end, a waiver, and a delivery report."""
    first = opened(detected_at=ago(minutes=65), next_update_by=ago(minutes=30))
    updated(first)
    resolved(first)
    samples.world()
    samples.publish("fee_waiver")
    samples.publish("delivery_report")


def test_each_figure_stands_on_the_page_in_both_languages(client: Client) -> None:
    a_month()
    page = words_of(client.get("/en/transparency/"))
    assert "Updates on time 100.0% (1 of 1)" in page
    assert "5 min (median)" in page
    month = timezone.localtime(ago(minutes=65))
    assert f"{month:%B %Y}" in page
    assert "Notified within 5 minutes 99.0% (990 of 1000)" in page
    assert "Waivers and compensation promised" in page
    chinese = client.get("/transparency/")
    assert chinese.status_code == 200
    assert "Updates on time" not in chinese.content.decode()
    assert "（1 次中 1 次）" in words_of(chinese)
    assert f"{month.year}年{month.month}月" in words_of(chinese)


def test_with_an_empty_log_there_is_nothing_to_count(client: Client) -> None:
    assert "Nothing has been published yet, so there are no figures." in words_of(
        client.get("/en/transparency/")
    )
    assert client.get("/transparency/data.json").json()["months"] == []


def test_the_data_are_the_same_rows_in_both_forms(client: Client) -> None:
    a_month()
    rows = client.get("/transparency/data.json").json()["months"]
    answer = client.get("/transparency/data.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [
        {name: "" if value is None else str(value) for name, value in row.items()} for row in rows
    ] == table
    assert rows[0]["updates_counted"] == 1


def said_of(document: dict[str, Any]) -> LoggedStatement:
    """Return a line of the downloaded log."""
    return LoggedStatement(
        number=document["number"],
        kind=document["kind"],
        subject=document["subject"]["id"],
        corrects=document["corrects"],
        at=datetime.fromisoformat(document["published_at"]),
        content=document["content"],
    )


def test_anyone_can_compute_the_same_from_the_downloaded_log(client: Client) -> None:
    a_month()
    lines = client.get("/log/statements.jsonl").getvalue().decode().splitlines()
    leaves = [json.loads(line) for line in lines]
    log = [said_of(one.get("document", one)) for one in leaves]
    found = months(log, timezone.now(), timezone.get_current_timezone())
    rows = client.get("/transparency/data.json").json()["months"]
    assert [json.loads(json.dumps(row_of(one))) for one in found] == rows


def test_the_figures_take_one_query_however_long_the_log_is(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    noticed()
    with django_assert_num_queries(1):
        client.get("/transparency/data.json")
    for _ in range(5):
        resolved(opened())
    with django_assert_num_queries(1):
        client.get("/transparency/data.json")
