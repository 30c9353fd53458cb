"""The public log and the exact bytes of each statement."""

import hashlib
import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from statuspage.statements.models import Checkpoint
from statuspage.statements.services import statement_correct
from tests.database.tampering import as_superuser
from tests.factories import make_component, text
from tests.statuspage.pages.story import noticed, opened, path_of, scheduled, words_of

pytestmark = pytest.mark.django_db


def test_every_statement_is_listed_newest_first_with_its_digest(client: Client) -> None:
    statements = [opened(), scheduled(), noticed()]
    response = client.get("/en/log/")
    page = words_of(response)
    places = [page.index(statement.sha256) for statement in reversed(statements)]
    assert places == sorted(places)
    for name in ("T+1 payouts are late", "Clearing upgrade", "Settlement arrangements"):
        assert name in page


def test_a_line_leads_to_the_statement_on_its_subjects_page(client: Client) -> None:
    statement = opened()
    anchor = f"{path_of(statement)}#statement-{statement.number}"
    assert f'href="{anchor}"' in client.get("/en/log/").content.decode()
    assert f'id="statement-{statement.number}"' in client.get(path_of(statement)).content.decode()


def test_a_line_says_what_kind_of_statement_it_is(client: Client) -> None:
    statement = opened()
    statement_correct(statement=statement, body=text("更正"), author=None)
    noticed(kind="general")
    page = words_of(client.get("/en/log/"))
    for label in ("Investigating", "Correction", "General notice"):
        assert label in page


def test_an_empty_log_says_so(client: Client) -> None:
    assert "Nothing has been published yet." in words_of(client.get("/en/log/"))


def test_the_bytes_served_are_those_that_were_hashed(client: Client) -> None:
    statement = opened()
    response = client.get(f"/log/{statement.number}.json")
    assert response["Content-Type"] == "application/json"
    assert hashlib.sha256(response.content).hexdigest() == statement.sha256
    document = json.loads(response.content)
    assert document["number"] == statement.number
    assert document["content"]["name"]["zh-hans"] == "T+1到账延迟"


def test_the_bytes_hold_no_author(client: Client) -> None:
    statement = opened()
    assert b"author" not in client.get(f"/log/{statement.number}.json").content


def test_the_bytes_hold_no_hidden_component(client: Client) -> None:
    statement = opened(make_component("内部对账", "Back office", visible=False))
    assert "内部对账" not in client.get(f"/log/{statement.number}.json").content.decode()


@pytest.mark.parametrize("number", ["0", "2", "999999999999999999999", "9" * 4000])
def test_a_number_that_was_not_given_yet_is_a_404(client: Client, number: str) -> None:
    opened()
    response = client.get(f"/log/{number}.json")
    assert response.status_code == 404


@pytest.mark.parametrize("path", ["/log/x.json", "/log/-1.json", "/log/1.5.json", "/log/1.xml"])
def test_what_is_no_number_is_a_404(client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_long_log_is_leafed_through(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    component = make_component()
    first = opened(component)
    for _number in range(50):
        opened(component)
    with django_assert_num_queries(3):
        newest = client.get("/en/log/")
    assert first.sha256 not in newest.content.decode()
    assert first.sha256 in client.get("/en/log/?page=2").content.decode()


@pytest.mark.parametrize("page", ["0", "-1", "3.5", "x", "9" * 30, "\x00", ""])
def test_a_page_that_does_not_exist_gets_a_sentence(client: Client, page: str) -> None:
    response = client.get("/en/log/", {"page": page})
    assert response.status_code == 404
    assert "Page not found." in words_of(response)


def test_the_page_gives_size_root_and_key_and_says_how_to_check(client: Client) -> None:
    opened()
    page = words_of(client.get("/en/log/"))
    size, root = client.get("/log/checkpoint").content.decode().split("\n")[1:3]
    assert root in page
    assert f"Statements {size} Root {root}" in " ".join(page.split())
    assert client.get("/log/vkey").content.decode().strip() in page
    assert "Run python3 verify_log.py http" in page
    html = client.get("/en/log/").content.decode()
    for address in ("checkpoint", "vkey", "statements.jsonl", "verify_log.py", "1.tlog-proof"):
        assert f'href="/log/{address}"' in html


def test_every_statement_on_a_page_leads_to_its_proof(client: Client) -> None:
    statement = opened()
    correction = statement_correct(statement=statement, body=text("更正"), author=None)
    notice = noticed(incident_id=statement.subject_id)
    planned = scheduled()
    for said in (statement, correction, notice, planned):
        html = client.get(path_of(said)).content.decode()
        assert f'href="/log/{said.number}.tlog-proof"' in html
        assert client.get(f"/log/{said.number}.tlog-proof").status_code == 200


def test_a_page_carries_the_root_as_of_its_newest_statement(client: Client) -> None:
    statement = opened()
    before = client.get(path_of(statement)).content
    root = client.get("/log/checkpoint").content.decode().split("\n")[2]
    assert f"<code>{root[:8]}</code>" in before.decode()
    assert "up to No. 1<" in before.decode()
    scheduled()
    assert client.get(path_of(statement)).content == before, "it need not be rendered anew"
    assert root[:8] not in client.get("/en/").content.decode()
    assert "up to No. 2<" in client.get("/en/").content.decode()


def test_a_page_without_a_root_is_shown_all_the_same(client: Client) -> None:
    statement = opened()
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_checkpoint")
        cursor.execute("DELETE FROM statements_treenode")
    for path in (path_of(statement), "/en/", "/en/log/"):
        response = client.get(path)
        assert response.status_code == 200
        assert "up to No." not in response.content.decode()


def test_a_root_from_before_there_were_checkpoints_is_worked_out(client: Client) -> None:
    statement = opened()
    scheduled()
    root = Checkpoint.objects.get(size=1).root
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_checkpoint WHERE size = 1")
    assert f"<code>{root[:8]}</code>" in client.get(path_of(statement)).content.decode()


@pytest.mark.parametrize("path", ["/en/nothing-here/", "/en/log/?page=99"])
def test_an_error_page_asks_the_database_for_no_root(client: Client, path: str) -> None:
    opened()
    assert "up to No." not in client.get(path).content.decode()


def test_verifying_stands_in_the_site_map(client: Client) -> None:
    sitemap = client.get("/sitemap.xml").content.decode()
    for path in ("/verify/", "/en/verify/", "/log/", "/en/log/"):
        assert f"{path}</loc>" in sitemap
