"""What survives when the simulator ends, or is killed."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from notifications.simulator.store import Message, Provider, Store, Table
from notifications.simulator.testing import Simulator, running_simulator
from tests.notifications.simulator.conftest import PHONE, SENDER, SimulatorHttp

OPENID = "oFollower0000000000000000001"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "simulator.jsonl"


@pytest.fixture
def kept(journal: Path) -> Iterator[Simulator]:
    with running_simulator(journal=journal) as simulator:
        yield simulator


@pytest.fixture
def client(kept: Simulator) -> Iterator[Client]:
    http = SimulatorHttp(kept.url)
    yield Client(kept.account_sid, kept.auth_token, http_client=http)
    http.session.close()


def message(**changes: Any) -> Message:
    return Message(
        **{
            "sid": "SM1",
            "provider": Provider.TWILIO,
            "to": PHONE,
            "sender": SENDER,
            "body": "你好",
            "status": "queued",
            **changes,
        }
    )


def test_a_killed_simulator_remembers_phones_and_ledger(kept: Simulator, client: Client) -> None:
    sid = client.messages.create(to=PHONE, from_=SENDER, body="你好").sid
    before = kept.wait_for(lambda rows: rows[0]["status"] == "delivered")
    kept.kill()
    kept.start()
    assert kept.messages() == before
    assert client.messages(sid).fetch().body == "你好"
    assert "你好" in kept.request("GET", "/phones/%2B8613800001234")[1].decode()


def test_a_restart_remembers_who_opted_out_and_who_follows(kept: Simulator, client: Client) -> None:
    kept.control("POST", "inbound", {"from": PHONE, "text": "STOP"})
    kept.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    kept.stop()
    kept.start()
    with pytest.raises(TwilioRestException, match="unsubscribed"):
        client.messages.create(to=PHONE, from_=SENDER, body="x")
    assert kept.control("GET", "wechat/followers")[OPENID]["following"] is True


def test_a_message_under_way_is_delivered_after_the_restart(
    kept: Simulator, client: Client
) -> None:
    kept.control("PUT", "config", {"sent_ms": 60_000})
    client.messages.create(to=PHONE, from_=SENDER, body="queued")
    kept.kill()
    kept.start()
    kept.wait_for(lambda rows: rows[0]["status"] == "delivered")


def test_a_sent_message_is_delivered_after_the_restart(kept: Simulator, client: Client) -> None:
    kept.control("PUT", "config", {"delivered_ms": 60_000})
    client.messages.create(to=PHONE, from_=SENDER, body="sent")
    kept.wait_for(lambda rows: rows[0]["status"] == "sent")
    kept.kill()
    kept.start()
    kept.wait_for(lambda rows: rows[0]["status"] == "delivered")


def test_a_reset_is_remembered_too(kept: Simulator, client: Client) -> None:
    client.messages.create(to=PHONE, from_=SENDER, body="x")
    kept.control("POST", "reset")
    client.messages.create(to=PHONE, from_=SENDER, body="after")
    kept.kill()
    kept.start()
    assert [row["body"] for row in kept.messages()] == ["after"]


def test_everything_of_a_message_comes_back(journal: Path) -> None:
    store = Store(journal)
    written = message(client_msg_id="7", details={"data": {"a": {"value": "甲"}}})
    store.add(written)
    store.change(written, status="sent", sent_at=12.5, attempts=[{"http": 200}])
    store.note("odd")
    store.close()
    again = Store(journal)
    assert vars(again.messages["SM1"]) == vars(written)
    assert list(again.newest_first(Provider.TWILIO, PHONE)) == [again.messages["SM1"]]
    assert [note["text"] for note in again.notes] == ["odd"]
    again.close()


def test_rows_that_were_dropped_stay_dropped(journal: Path) -> None:
    store = Store(journal)
    store.put(Table.OPT_OUTS, PHONE, {"word": "STOP"})
    store.put(Table.OPT_OUTS, "+8613900005678", {"word": "STOP"})
    store.drop(Table.OPT_OUTS, PHONE)
    store.drop(Table.OPT_OUTS, "never there")
    store.close()
    again = Store(journal)
    assert list(again.tables[Table.OPT_OUTS]) == ["+8613900005678"]
    again.close()


def test_a_torn_last_line_is_cut_off(journal: Path) -> None:
    store = Store(journal)
    store.add(message())
    store.close()
    with journal.open("a", encoding="utf-8") as file:
        file.write('{"table": "messages", "put": {"sid": "SM2", "prov')
    again = Store(journal)
    assert list(again.messages) == ["SM1"]
    again.add(message(sid="SM3"))
    again.close()
    third = Store(journal)
    assert list(third.messages) == ["SM1", "SM3"]
    third.close()


@pytest.mark.parametrize("line", ["no json", "{}", "[]", '{"table": "unheard of", "put": {}}'])
def test_a_file_that_is_no_journal_is_refused_by_its_line(journal: Path, line: str) -> None:
    store = Store(journal)
    store.add(message())
    store.close()
    with journal.open("a", encoding="utf-8") as file:
        file.write(f"{line}\n")
    with pytest.raises(ValueError, match="line 2 cannot be read"):
        Store(journal)


def test_a_file_that_is_no_journal_stops_the_start(journal: Path) -> None:
    journal.parent.mkdir()
    journal.write_text("somebody's letter\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="did not start"), running_simulator(journal=journal):
        pass
    assert journal.read_text(encoding="utf-8") == "somebody's letter\n"


def test_the_journal_is_lines_of_json(journal: Path) -> None:
    store = Store(journal)
    store.add(message())
    store.close()
    (line,) = journal.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["put"]["body"] == "你好"


def test_a_change_to_a_forgotten_message_does_not_break_the_journal(journal: Path) -> None:
    store = Store(journal)
    forgotten = message()
    store.add(forgotten)
    store.reset()
    store.change(forgotten, status="delivered")
    store.close()
    again = Store(journal)
    assert again.messages == {}
    again.close()
