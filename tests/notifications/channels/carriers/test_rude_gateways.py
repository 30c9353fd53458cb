"""Gateways that are silent, wrong, late or broken: every message has the outcome that is true."""

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Iterator

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Callback, NotSent, Reason, Unknown
from notifications.delivery import listening
from notifications.event_loop import process_loop
from tests.notifications.channels.builders import message, send
from tests.notifications.channels.carriers.rude import ANSWER, CMPP, SMPP, Peer, Speech, gateway

LOST = Unknown(Reason.CONNECTION)


@pytest.fixture(params=[CMPP, SMPP], ids=["cmpp", "smpp"])
def speech(request: pytest.FixtureRequest) -> Speech:
    """Each protocol in turn."""
    return request.param


@pytest.fixture(autouse=True)
def quick(settings, speech: Speech) -> Iterator[None]:
    """Short waits, and nobody who would store what a gateway tells."""
    settings.DELIVERY_TIMEOUT_SECONDS = 2.0
    settings.CMPP_CONNECTIONS = settings.SMPP_CONNECTIONS = 1
    found = find_provider(speech.provider)
    sink, connected = found._sink, found._connected
    found.report_to(_forget)
    yield
    found.report_to(sink, connected)


async def _forget(name: str, callback: Callback) -> None:
    """Take what nobody asks for."""


def batch(count: int):
    return [message(f"+86138001{number:05}", delivery_id=number) for number in range(1, count + 1)]


def test_one_that_hangs_after_the_log_in_costs_no_more_than_its_window(speech, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.2
    with gateway(speech, settings, Peer.until_the_end):
        outcomes = send(speech.provider, *batch(12))
    assert outcomes.count(Unknown(Reason.TIMEOUT)) == 4
    assert outcomes.count(NotSent(Reason.CONNECTION, "window")) == 8


def test_one_that_wakes_up_is_used_again(speech, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.3

    def act(peer: Peer) -> None:
        peer.numbers(1)
        [asked] = peer.numbers(1, speech.heartbeat)
        peer.write(speech.heartbeat | ANSWER, asked, b"\0" if speech is CMPP else b"")
        peer.take(*peer.numbers(1))

    with gateway(speech, settings, act):
        assert send(speech.provider, message("+8613800100001")) == [Unknown(Reason.TIMEOUT)]
        [outcome] = send(speech.provider, message("+8613800100002"))
    assert isinstance(outcome, Accepted)


def test_one_that_stays_silent_is_left_after_three_questions(speech, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.1
    left = threading.Event()

    def act(peer: Peer) -> None:
        commands = peer.until_the_end()
        if commands.count(speech.heartbeat) == 3:
            left.set()

    with gateway(speech, settings, act):
        send(speech.provider, message("+8613800100001"))
        assert left.wait(5)


def test_one_that_closes_amid_a_window_leaves_those_unknown_that_it_has_not_answered(
    speech, settings
) -> None:
    def act(peer: Peer) -> None:
        numbers = peer.numbers(4)
        peer.take(numbers[2])
        peer.take(numbers[0])

    with gateway(speech, settings, act):
        outcomes = send(speech.provider, *batch(4))
    assert sorted(type(one).__name__ for one in outcomes) == [
        *("Accepted", "Accepted", "Unknown", "Unknown")
    ]
    assert outcomes.count(LOST) == 2


def test_answers_in_any_order_and_twice_find_their_messages(speech, settings) -> None:
    order: list[int] = []

    def act(peer: Peer) -> None:
        numbers = peer.numbers(4)
        order.extend(numbers)
        for number in reversed(numbers):
            peer.take(number, 7000 + number)
            peer.take(number, 8000 + number)
        peer.until_the_end()

    with gateway(speech, settings, act):
        outcomes = send(speech.provider, *batch(4))
    assert outcomes == [Accepted(str(7000 + number)) for number in order]


def test_an_answer_with_a_wrong_number_is_nobodys(speech, settings) -> None:
    def act(peer: Peer) -> None:
        [number] = peer.numbers(1)
        for wrong in (0, number + 1, number + 1000, 2**32 - 1):
            peer.take(wrong, 5)
        peer.take(number, 6)
        peer.until_the_end()

    with gateway(speech, settings, act):
        assert send(speech.provider, message("+8613800100001")) == [Accepted("6")]


def test_an_answer_to_something_else_with_the_number_of_a_message_is_not_its(
    speech, settings
) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.3

    def act(peer: Peer) -> None:
        [number] = peer.numbers(1)
        peer.write(speech.heartbeat | ANSWER, number, b"\0" if speech is CMPP else b"")
        peer.until_the_end()

    with gateway(speech, settings, act):
        # It may have been taken: not to be sent again blindly.
        assert send(speech.provider, message("+8613800100001")) == [Unknown(Reason.TIMEOUT)]


@pytest.mark.parametrize("length", [0, 5, 2**32 - 1])
def test_a_length_that_cannot_be_ends_the_connection_and_not_what_was_said_before(
    speech, settings, length
) -> None:
    def act(peer: Peer) -> None:
        numbers = peer.numbers(2)
        answer = speech.submit | ANSWER
        peer.send(speech.pack(answer, numbers[0], speech.taken(9)) + length.to_bytes(4, "big"))
        peer.until_the_end()

    with gateway(speech, settings, act):
        assert send(speech.provider, *batch(2)) == [Accepted("9"), LOST]


def test_frames_may_come_byte_by_byte(speech, settings) -> None:
    def act(peer: Peer) -> None:
        numbers = peer.numbers(2)
        answer = speech.submit | ANSWER
        for octet in b"".join(speech.pack(answer, one, speech.taken(one)) for one in numbers):
            peer.send(bytes([octet]))
        peer.until_the_end()

    with gateway(speech, settings, act):
        outcomes = send(speech.provider, *batch(2))
    assert all(isinstance(one, Accepted) for one in outcomes)


def test_one_that_never_answers_the_log_in_has_been_sent_nothing(speech, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.2

    def act(peer: Peer) -> None:
        raise EOFError

    with gateway(speech, settings, act), pytest.MonkeyPatch.context() as patched:
        patched.setattr(Peer, "log_in", lambda peer: peer.until_the_end())
        [outcome] = send(speech.provider, message("+8613800100001"))
    assert isinstance(outcome, NotSent)
    assert outcome.reason == Reason.CONNECTION


def test_a_message_that_gets_no_connection_before_everything_ends_was_not_sent(
    speech, settings
) -> None:
    """Who leaves lets go of those who wait, and of a connection that is just being made."""
    ended = threading.Event()

    def log_in(peer: Peer) -> None:
        peer.until_the_end()
        ended.set()
        raise EOFError

    with gateway(speech, settings, Peer.until_the_end), pytest.MonkeyPatch.context() as patched:
        patched.setattr(Peer, "log_in", log_in)
        leaving = threading.Timer(0.1, listening.leave)
        leaving.start()
        began = time.monotonic()
        [outcome] = send(speech.provider, message("+8613800100001"))
        leaving.join()
        assert ended.wait(5)
    assert isinstance(outcome, NotSent)
    assert time.monotonic() - began < 1.5


def test_who_leaves_says_goodbye_and_leaves_nothing_behind(speech, settings) -> None:
    heard: list[int] = []
    closed = threading.Event()

    def act(peer: Peer) -> None:
        peer.take(*peer.numbers(1))
        heard.extend(peer.until_the_end())
        closed.set()

    with gateway(speech, settings, act):
        send(speech.provider, message("+8613800100001"))
        # Also where nothing is set up any more.
        setattr(settings, f"{speech.provider.upper()}_HOST", "")
        listening.leave()
        assert closed.wait(5)
    assert heard == [speech.goodbye]
    assert not find_provider(speech.provider)._pools
    assert not _tasks()


def test_a_process_that_ends_says_goodbye(speech, settings) -> None:
    """Also a forked one, as the web server's workers are, which has only sent a code."""
    heard: list[int] = []

    def act(peer: Peer) -> None:
        peer.take(*peer.numbers(1))
        heard.extend(peer.until_the_end())

    with gateway(speech, settings, act):
        work = multiprocessing.get_context("fork").Process(
            target=send, args=(speech.provider, message("+8613800100001"))
        )
        work.start()
        work.join(20)
        assert work.exitcode == 0
    assert heard == [speech.goodbye]


def _tasks() -> list[asyncio.Task]:
    """What still runs on the loop of this process, apart from the question itself."""

    async def others() -> list[asyncio.Task]:
        await asyncio.sleep(0)
        return [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]

    return asyncio.run_coroutine_threadsafe(others(), process_loop()).result(5)
