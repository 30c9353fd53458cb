"""Everything the log serves, recomputed by someone who has only what is served."""

import hashlib
import json

import pytest
from cryptography.exceptions import InvalidSignature
from django.test import Client

from statuspage.statements.models import Statement
from tests.statuspage.pages.log.auditor import (
    client_get,
    json_of,
    read_checkpoint,
    say,
    say_many,
    verify_note,
    whole_log,
)
from tests.statuspage.statements import naive

pytestmark = pytest.mark.django_db


def test_the_checkpoint_is_signed_by_the_published_key(client: Client) -> None:
    say()
    response = client.get("/log/checkpoint")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert "max-age=0" in response["Cache-Control"]
    assert response["Access-Control-Allow-Origin"] == "*"
    note, key = response.content.decode(), client.get("/log/vkey").content.decode()
    verify_note(note, key)
    assert read_checkpoint(note).origin == key.split("+")[0] == "127.0.0.1:8000/log"
    with pytest.raises(InvalidSignature):
        verify_note(note.replace("\n1\n", "\n2\n"), key)


@pytest.mark.parametrize("size", [1, 2, 7, 255, 256, 257, 600])
def test_the_root_follows_from_the_entries_alone(client: Client, size: int) -> None:
    say_many(size)
    get = client_get(client)
    seen = read_checkpoint(get("/log/checkpoint").decode())
    entries = whole_log(get, seen.size)
    assert seen.size == len(entries) == size
    assert naive.mth(entries) == seen.root
    assert [json.loads(one)["number"] for one in entries] == list(range(1, size + 1))


def test_every_statement_gets_a_checkpoint_and_every_one_fits_the_last(client: Client) -> None:
    notes = []
    for _number in range(9):
        say()
        notes.append(client.get("/log/checkpoint").content.decode())
    get = client_get(client)
    entries = whole_log(get, 9)
    for size, note in enumerate(notes, 1):
        seen = read_checkpoint(note)
        assert (seen.size, seen.root) == (size, naive.mth(entries[:size]))


def test_tiles_hold_the_hashes_of_whole_subtrees(client: Client) -> None:
    say_many(600)
    get = client_get(client)
    entries = whole_log(get, 600)
    leaves = [naive.sha256(b"\x00" + one) for one in entries]
    assert get("/log/tile/0/000") == b"".join(leaves[:256])
    assert get("/log/tile/0/001") == b"".join(leaves[256:512])
    assert get("/log/tile/0/002.p/88") == b"".join(leaves[512:])
    assert get("/log/tile/1/000.p/2") == naive.mth(entries[:256]) + naive.mth(entries[256:512])


def test_what_never_changes_may_be_kept_for_ever(client: Client) -> None:
    say_many(257)
    for path in ("0/000", "0/001.p/1", "entries/000", "entries/000.p/12", "1/000.p/1"):
        response = client.get(f"/log/tile/{path}")
        assert response["Cache-Control"] == "public, max-age=31536000, immutable", path
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Access-Control-Allow-Origin"] == "*"
        again = client.get(f"/log/tile/{path}", headers={"If-None-Match": response["ETag"]})
        assert (again.status_code, again["Cache-Control"]) == (304, response["Cache-Control"])


def test_a_partial_tile_stays_when_the_tile_is_full(client: Client) -> None:
    say_many(256)
    get = client_get(client)
    assert get("/log/tile/0/000.p/200") == get("/log/tile/0/000")[: 200 * 32]


def test_a_tile_that_is_not_there_is_a_404_that_nobody_keeps(
    client: Client, subtests: pytest.Subtests
) -> None:
    for _number in range(7):
        say()
    for path in [
        "0/001",  # not full yet
        "0/000.p/8",  # not there yet
        "1/000.p/1",
        "0/000.p/0",
        "0/000.p/256",
        "0/000.p/07",
        "0/0",
        "0/0000",
        "00/000",
        "64/000",
        "0/x000/000",
        "0/x999/x999/x999/x999/x999/x999/999",
        "63/000.p/1",
        "0/-01",
        "0/000/",
        "0/000.p/",
        "entries/001",
        "Entries/000.p/1",
        "entries/000.p/8",
        "0/٠٠٠",
        "",
        "0/" + "x000/" * 400 + "000",
    ]:
        with subtests.test(path=path):
            response = client.get(f"/log/tile/{path}")
            assert response.status_code == 404
            assert "immutable" not in response.get("Cache-Control", "")


@pytest.mark.parametrize(("number", "size"), [(1, 1), (1, 12), (5, 12), (12, 12), (8, 9)])
def test_a_proof_of_inclusion_holds(client: Client, number: int, size: int) -> None:
    for _number in range(12):
        say()
    get = client_get(client)
    proof = json_of(get, f"/log/proof/inclusion?number={number}&size={size}")
    entry = get(f"/log/{number}.json")
    hashes = [naive.b64(one) for one in proof["hashes"]]
    assert naive.b64(proof["leaf_hash"]) == naive.sha256(b"\x00" + entry)
    assert proof["index"] == number - 1
    root = naive.b64(proof["root"])
    assert naive.includes(naive.b64(proof["leaf_hash"]), number - 1, size, hashes, root)
    signed = read_checkpoint(proof["checkpoint"])
    assert (signed.size, signed.root) == (size, root)


@pytest.mark.parametrize(("old", "size"), [(0, 5), (1, 12), (5, 12), (8, 12), (12, 12), (3, 7)])
def test_a_proof_of_consistency_holds(client: Client, old: int, size: int) -> None:
    for _number in range(12):
        say()
    proof = json_of(client_get(client), f"/log/proof/consistency?from={old}&to={size}")
    hashes = [naive.b64(one) for one in proof["hashes"]]
    before, after = naive.b64(proof["from_root"]), naive.b64(proof["to_root"])
    entries = whole_log(client_get(client), 12)
    assert (before, after) == (naive.mth(entries[:old]), naive.mth(entries[:size]))
    if old:
        assert naive.grew(old, size, hashes, before, after)
    assert read_checkpoint(proof["checkpoint"]).root == after


def test_a_proof_is_against_the_present_log_unless_told(client: Client) -> None:
    for _number in range(3):
        say()
    get = client_get(client)
    assert json_of(get, "/log/proof/inclusion?number=2")["size"] == 3
    assert json_of(get, "/log/proof/consistency?from=2")["to"] == 3


def test_a_question_that_makes_no_sense_gets_a_sentence(
    client: Client, subtests: pytest.Subtests
) -> None:
    for _number in range(3):
        say()
    for query, status, sentence in [
        ("inclusion", 400, "number must be a whole number."),
        ("inclusion?number=x", 400, "number must be a whole number."),
        ("inclusion?number=0", 400, "number must be a whole number."),
        ("inclusion?number=-1", 400, "number must be a whole number."),
        ("inclusion?number=1.0", 400, "number must be a whole number."),
        ("inclusion?number=4", 404, "number can be at most 3, the present size of the log."),
        ("inclusion?number=3&size=2", 404, "number can be at most 2, the present size of the log."),
        ("inclusion?number=1&size=4", 404, "size can be at most 3, the present size of the log."),
        ("inclusion?number=1&size=", 400, "size must be a whole number."),
        ("inclusion?number=" + "9" * 400, 400, "number must be a whole number."),
        ("consistency", 400, "from must be a whole number."),
        ("consistency?from=3&to=2", 404, "from can be at most 2, the present size of the log."),
        ("consistency?from=1&to=99", 404, "to can be at most 3, the present size of the log."),
        ("consistency?from=1&to=%00", 400, "to must be a whole number."),
    ]:
        with subtests.test(query=query, status=status, sentence=sentence):
            query += ("&" if "?" in query else "?") + "lang=en"
            response = client.get(f"/log/proof/{query}")
            assert response.status_code == status
            assert response.json()["error"].startswith(sentence)
            assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("number", [1, 2, 6, 7])
def test_a_proof_file_proves_its_statement(client: Client, number: int) -> None:
    for _number in range(7):
        say()
    response = client.get(f"/log/{number}.tlog-proof")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    head, _, note = response.content.decode().partition("\n\n")
    header, index, *hashes = head.split("\n")
    assert header == "c2sp.org/tlog-proof@v1"
    assert index == f"index {number - 1}"
    verify_note(note, client.get("/log/vkey").content.decode())
    seen = read_checkpoint(note)
    leaf = naive.sha256(b"\x00" + client.get(f"/log/{number}.json").content)
    assert naive.includes(leaf, number - 1, seen.size, list(map(naive.b64, hashes)), seen.root)


@pytest.mark.parametrize(
    "path", ["0.tlog-proof", "2.tlog-proof", "99999999999999999999.tlog-proof"]
)
def test_a_proof_of_what_was_never_said_is_a_404(client: Client, path: str) -> None:
    say()
    assert client.get(f"/log/{path}").status_code == 404


@pytest.mark.parametrize("path", ["checkpoint", "1.tlog-proof", "tile/0/000.p/1"])
def test_before_the_first_statement_there_is_nothing_to_serve(client: Client, path: str) -> None:
    assert client.get(f"/log/{path}").status_code == 404


def test_the_whole_log_is_a_line_a_statement(client: Client) -> None:
    say_many(520)
    response = client.get("/log/statements.jsonl")
    assert response["Content-Type"] == "application/jsonl; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="statements.jsonl"'
    lines = response.getvalue().splitlines()
    digests = Statement.objects.order_by("number").values_list("sha256", flat=True)
    assert [hashlib.sha256(one).hexdigest() for one in lines] == list(digests)


def test_an_empty_log_is_an_empty_file(client: Client) -> None:
    assert client.get("/log/statements.jsonl").getvalue() == b""


def test_two_keys_sign_side_by_side_while_one_replaces_the_other(client: Client, settings) -> None:
    say()
    old = settings.LOG_SIGNING_KEY
    new = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    settings.LOG_SIGNING_KEY = f"{old}, {new}"
    say()
    keys = client.get("/log/vkey").content.decode().splitlines()
    assert len(keys) == 2
    note = client.get("/log/checkpoint").content.decode()
    body, _, lines = note.rpartition("\n\n")
    for line, key in zip(lines.splitlines(), keys, strict=True):
        verify_note(f"{body}\n\n{line}\n", key)


@pytest.mark.parametrize("path", ["checkpoint", "vkey", "statements.jsonl", "verify_log.py"])
def test_nothing_can_be_posted_to_the_log(client: Client, path: str) -> None:
    assert client.post(f"/log/{path}").status_code == 405


def test_the_program_can_be_downloaded(client: Client) -> None:
    response = client.get("/log/verify_log.py")
    assert response["Content-Disposition"] == 'attachment; filename="verify_log.py"'
    assert response.getvalue().startswith(b"#!/usr/bin/env python3\n")
