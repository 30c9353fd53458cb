"""What survives when the simulator ends, or is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from twilio.rest import Client

from sandbox.simulator.store import Message, Provider
from tests.sandbox.simulator.conftest import PHONE, SENDER, SimulatorHttp
from tests.simulator import Simulator, running_simulator

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


def test_a_message_under_way_is_delivered_after_the_restart(
    kept: Simulator, client: Client
) -> None:
    kept.control("PUT", "config", {"sent_ms": 60_000})
    client.messages.create(to=PHONE, from_=SENDER, body="queued")
    kept.kill()
    kept.start()
    kept.wait_for(lambda rows: rows[0]["status"] == "delivered")


def test_a_file_that_is_no_journal_stops_the_start(journal: Path) -> None:
    journal.parent.mkdir()
    journal.write_text("somebody's letter\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="did not start"), running_simulator(journal=journal):
        pass
    assert journal.read_text(encoding="utf-8") == "somebody's letter\n"
