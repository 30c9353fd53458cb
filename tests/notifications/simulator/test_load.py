"""Many messages at once: none lost, none twice, every receipt told."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from requests.auth import HTTPBasicAuth

from notifications.simulator.testing import Simulator, running_simulator
from tests.notifications.simulator.conftest import SENDER
from tests.notifications.simulator.receiver import Receiver

MESSAGES = 300
THREADS = 8


@pytest.fixture
def post(simulator: Simulator, receiver: Receiver) -> Callable[[int], int]:
    """Send the message of that number; the HTTP status, or 0 when the connection broke."""
    return poster(simulator, receiver.url)


def poster(simulator: Simulator, callback: str) -> Callable[[int], int]:
    url = f"{simulator.url}/2010-04-01/Accounts/{simulator.account_sid}/Messages.json"
    auth = HTTPBasicAuth(simulator.account_sid, simulator.auth_token)

    def post(number: int) -> int:
        form = {
            "To": f"+86138{number:08}",
            "From": SENDER,
            "Body": f"第 {number} 条",
            "StatusCallback": callback,
        }
        try:
            return requests.post(url, form, auth=auth, timeout=30).status_code
        except requests.ConnectionError:
            return 0

    return post


def send_all(post: Callable[[int], int]) -> Counter[int]:
    with ThreadPoolExecutor(THREADS) as pool:
        return Counter(pool.map(post, range(MESSAGES)))


def test_many_at_once_are_all_accepted_delivered_and_told(
    simulator: Simulator, receiver: Receiver, post: Callable[[int], int]
) -> None:
    assert send_all(post) == {201: MESSAGES}
    told = Counter(
        (one.form["MessageSid"], one.form["MessageStatus"])
        for one in receiver.wait_for(2 * MESSAGES)
    )
    rows = simulator.wait_for(lambda rows: all(len(row["attempts"]) == 2 for row in rows))
    sids = {row["sid"] for row in rows}
    assert len(sids) == MESSAGES
    assert told == {(sid, status): 1 for sid in sids for status in ("sent", "delivered")}
    assert {row["body"] for row in rows} == {f"第 {number} 条" for number in range(MESSAGES)}
    assert simulator.control("GET", "counts")["callbacks"] == {
        "tried": 2 * MESSAGES,
        "taken": 2 * MESSAGES,
    }


def test_a_fraction_of_dropped_answers_loses_no_message(
    simulator: Simulator, post: Callable[[int], int]
) -> None:
    simulator.switch("drop_after", fraction=0.2, seed=7)
    answers = send_all(post)
    assert set(answers) == {0, 201}
    assert len(simulator.messages()) == MESSAGES


def test_a_fraction_of_dropped_requests_is_not_accepted(
    simulator: Simulator, post: Callable[[int], int]
) -> None:
    simulator.switch("drop_before", fraction=0.2, seed=7)
    answers = send_all(post)
    assert set(answers) == {0, 201}
    assert len(simulator.messages()) == answers[201]


def test_whatever_was_answered_survives_a_kill(tmp_path: Path, receiver: Receiver) -> None:
    with running_simulator(journal=tmp_path / "journal") as simulator:
        assert send_all(poster(simulator, receiver.url)) == {201: MESSAGES}
        simulator.kill()
        simulator.start()
        rows = simulator.wait_for(lambda rows: all(row["status"] == "delivered" for row in rows))
        assert len({row["sid"] for row in rows}) == MESSAGES
