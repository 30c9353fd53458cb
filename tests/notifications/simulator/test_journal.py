"""The journal: every kind of record comes back, from a running simulator and line by line."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.simulator.store import Message, Provider, Store, Table
from notifications.simulator.testing import Simulator, running_simulator
from tests.notifications.simulator.conftest import PHONE, SENDER
from tests.notifications.simulator.pages import PHONE_PATH, get
from tests.notifications.simulator.wechat_client import OPENID, send_template, token_of
from tests.notifications.simulator.wire import FORM, credentials, messages_path, raw

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


@pytest.mark.parametrize(("table", "key", "row"), ROWS)
def test_every_table_comes_back(journal: Path, table: Table, key: str, row: dict[str, Any]) -> None:
    store = Store(journal)
    store.put(table, key, row)
    store.close()
    assert read(journal).tables == store.tables
    assert read(journal).tables[table][key] == row


@pytest.mark.parametrize(("table", "key", "row"), ROWS)
def test_every_table_forgets_for_good(
    journal: Path, table: Table, key: str, row: dict[str, Any]
) -> None:
    store = Store(journal)
    store.put(table, key, row)
    store.drop(table, key)
    store.close()
    assert read(journal).tables[table] == {}


def test_a_row_that_was_put_twice_is_the_later_one(journal: Path) -> None:
    store = Store(journal)
    for count in (1, 2):
        store.put(Table.SEEN, PHONE, {"count": count})
    store.close()
    assert read(journal).tables[Table.SEEN] == {PHONE: {"count": 2}}


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


def test_notes_come_back_with_their_time(journal: Path) -> None:
    store = Store(journal)
    store.note("first")
    store.note("第二")
    store.close()
    assert read(journal).notes == store.notes
    assert [note["text"] for note in read(journal).notes] == ["first", "第二"]


def test_reading_a_journal_changes_nothing_of_it(journal: Path) -> None:
    store = Store(journal)
    store.add(message())
    store.note("x")
    store.close()
    before = journal.read_bytes()
    read(journal)
    assert journal.read_bytes() == before


def test_without_a_journal_nothing_is_written(tmp_path: Path) -> None:
    store = Store()
    store.add(message())
    store.reset()
    store.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "line",
    [
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
    ],
)
def test_a_record_that_nobody_wrote_is_named_by_its_line(journal: Path, line: str) -> None:
    before = written(journal, put("SM1"), put("SM2"), line, put("SM3")).read_bytes()
    with pytest.raises(ValueError, match="line 3 cannot be read"):
        Store(journal)
    assert journal.read_bytes() == before


@pytest.mark.parametrize("torn", ["{", '{"table"', put("SM2")[:-1], put("SM2"), "\x00"])
def test_a_line_without_its_end_was_never_written(journal: Path, torn: str) -> None:
    written(journal, put("SM1"))
    whole = journal.read_bytes()
    with journal.open("a", encoding="utf-8") as file:
        file.write(torn)
    assert list(read(journal).messages) == ["SM1"]
    assert journal.read_bytes() == whole


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


def test_webhook_secrets_survive_a_kill(kept: Simulator) -> None:
    kept.control("PUT", "webhooks/shop", {"secret": SECRET})
    kept.kill()
    kept.start()
    raw(kept, "POST", "/webhook-sink/shop", b"{}")
    assert kept.messages()[0]["details"]["signature_valid"] is False


def test_what_was_seen_stays_seen_after_a_kill(kept: Simulator) -> None:
    kept.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE, "event": False})
    send_template(kept)
    assert "1 未读" in get(kept, "/")
    get(kept, PHONE_PATH)
    kept.kill()
    kept.start()
    assert "未读" not in get(kept, "/")


def test_a_template_message_under_way_is_finished_after_a_kill(kept: Simulator) -> None:
    kept.control("PUT", "config", {"wechat_receipt_ms": 60_000})
    kept.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    send_template(kept)
    assert kept.messages(to=OPENID)[0]["status"] == "queued"
    kept.kill()
    kept.start()
    kept.wait_for(lambda rows: rows[0]["status"] == "delivered", to=OPENID)


def test_old_tokens_are_void_after_a_kill(kept: Simulator) -> None:
    kept.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    old = token_of(kept)
    kept.kill()
    kept.start()
    assert send_template(kept, old)["errcode"] == 40001
    assert send_template(kept)["errcode"] == 0


def test_a_header_that_is_not_text_does_not_tear_the_journal(kept: Simulator) -> None:
    status, _ = raw(kept, "POST", "/webhook-sink/shop", b"\xff\xfe", {"X-Odd": b"\xff"})
    assert status == 204
    before = kept.messages()
    kept.kill()
    kept.start()
    assert kept.messages() == before
    assert before[0]["details"]["headers"]["X-Odd"] == "\ufffd"


def test_notes_of_refused_callbacks_survive_a_kill(kept: Simulator) -> None:
    body = b"To=%2B8613800001234&From=%2B15005550006&Body=x&StatusCallback=http://192.0.2.1/"
    headers = {**credentials(kept), "Content-Type": FORM}
    assert raw(kept, "POST", messages_path(kept), body, headers)[0] == 400
    kept.kill()
    kept.start()
    (note,) = kept.control("GET", "ledger")["notes"]
    assert "http://192.0.2.1/" in note["text"]
