"""The journal: every kind of record comes back, from a running simulator and line by line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.simulator.store import Message, Provider, Store, Table
from tests.sandbox.simulator.conftest import PHONE, SENDER
from tests.sandbox.simulator.wechat_client import OPENID, send_template
from tests.simulator import Simulator, running_simulator

SECRET = "whsec_c2VjcmV0"
ROWS: list[tuple[Table, str, dict[str, Any]]] = [
    (Table.FOLLOWERS, OPENID, {"name": "小店", "following": True}),
    (Table.OPT_OUTS, PHONE, {"word": "STOP"}),
    (Table.SECRETS, "shop", {"secret": SECRET}),
    (Table.SEEN, PHONE, {"count": 3}),
]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "simulator.jsonl"


@pytest.fixture
def kept(journal: Path) -> Iterator[Simulator]:
    with running_simulator(journal=journal) as simulator:
        yield simulator


def message(sid: str = "SM1", **changes: Any) -> Message:
    return Message(sid, Provider.TWILIO, PHONE, SENDER, "你好", "queued", **changes)


def written(journal: Path, *lines: str) -> Path:
    journal.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return journal


def read(journal: Path) -> Store:
    store = Store(journal)
    store.close()
    return store


def put(sid: str) -> str:
    return json.dumps({"table": "messages", "put": vars(message(sid))}, ensure_ascii=False)


def test_every_table_comes_back(journal: Path, subtests: pytest.Subtests) -> None:
    for table, key, row in ROWS:
        with subtests.test(table=table, key=key, row=row):
            journal.unlink(missing_ok=True)
            store = Store(journal)
            store.put(table, key, row)
            store.close()
            assert read(journal).tables == store.tables
            assert read(journal).tables[table][key] == row


def test_every_provider_has_its_messages_again_in_order(journal: Path) -> None:
    store = Store(journal)
    for provider in Provider:
        for number in range(3):
            store.add(Message(f"{provider}-{number}", provider, "to", "from", "x", "queued"))
    store.close()
    again = read(journal)
    for provider in Provider:
        newest = [row.sid for row in again.newest_first(provider, "to")]
        assert newest == [f"{provider}-{number}" for number in (2, 1, 0)]
        assert again.people(provider) == ["to"]


def test_a_record_that_nobody_wrote_is_named_by_its_line(
    journal: Path, subtests: pytest.Subtests
) -> None:
    for line in [
        '{"table": "messages", "key": "SM9", "set": {"status": "sent"}}',
        '{"table": "messages", "put": {"sid": "SM2"}}',
        '{"table": "messages", "put": {"colour": "red"}}',
        '{"table": "unheard_of", "key": "a"}',
        '{"table": "notes"}',
        '{"put": {}}',
        "null",
        "7",
        '"text"',
        "",
        "\x00\x00",
    ]:
        with subtests.test(line=line):
            journal.unlink(missing_ok=True)
            before = written(journal, put("SM1"), put("SM2"), line, put("SM3")).read_bytes()
            with pytest.raises(ValueError, match="line 3 cannot be read"):
                Store(journal)
            assert journal.read_bytes() == before


FOUR = "".join(f"{put(f'SM{number}')}\n" for number in range(4)).encode()


@settings(deadline=None, max_examples=40)
@given(st.integers(0, len(FOUR)))
def test_a_journal_torn_anywhere_keeps_every_whole_line(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    journal = tmp_path_factory.mktemp("torn") / "journal"
    journal.write_bytes(FOUR[:cut])
    whole = FOUR[:cut].count(b"\n")
    assert list(read(journal).messages) == [f"SM{number}" for number in range(whole)]


def test_a_template_message_under_way_is_finished_after_a_kill(kept: Simulator) -> None:
    kept.control("PUT", "config", {"wechat_receipt_ms": 60_000})
    kept.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    send_template(kept)
    assert kept.messages(to=OPENID)[0]["status"] == "queued"
    kept.kill()
    kept.start()
    kept.wait_for(lambda rows: rows[0]["status"] == "delivered", to=OPENID)
