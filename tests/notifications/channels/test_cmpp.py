"""SMS through CMPP, over the simulator's gateway."""

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.carriers import cmpp_text
from notifications.channels.carriers.carrier import drawn
from notifications.channels.carriers.cmpp_frames import Deliver, Report
from notifications.channels.outcomes import (
    Accepted,
    Callback,
    Failed,
    InboundAction,
    NotSent,
    Reason,
    ReceiptState,
    Unknown,
)
from notifications.channels.sms_text import MAX_PARTS
from notifications.event_loop import process_loop
from tests.notifications.channels.builders import bulletin, message, send
from tests.product import eventually
from tests.simulator import Simulator

CMPP = find_provider("cmpp")
PHONE = "+8613800138000"
LONG = "【演示支付】" + "到账延迟，请留意。" * 20


@pytest.fixture(autouse=True)
def version(carrier: Simulator, settings) -> None:
    settings.CMPP_VERSION = "3.0"


@contextmanager
def heard() -> Iterator[list[Callback]]:
    """Listen, and yield what comes, in the order in which it came."""
    told: list[Callback] = []

    async def take(name: str, callback: Callback) -> None:
        assert name == "cmpp"
        told.append(callback)

    before = CMPP._sink
    CMPP.report_to(take)
    listening = asyncio.run_coroutine_threadsafe(CMPP.listen(), process_loop())
    try:
        yield told
    finally:
        listening.cancel()
        CMPP.report_to(before)


def receipts(told: list[Callback]) -> list:
    return [one for callback in told for one in callback.receipts]


@pytest.mark.parametrize("version_name", ["2.0", "3.0"])
@pytest.mark.parametrize("text", ["【演示支付】测试。", "DemoPay: a test [1].", LONG, "x" * 200])
def test_a_message_arrives_and_is_reported(carrier, settings, version_name, text) -> None:
    settings.CMPP_VERSION = version_name
    with heard() as told:
        [outcome] = send(CMPP, message(PHONE, text))
        assert isinstance(outcome, Accepted)
        [sent] = carrier.wait_for(lambda rows: rows, to=PHONE, provider="cmpp")
        assert sent["body"] == text
        names = outcome.part_ids or (outcome.provider_id,)
        assert sent["details"]["parts"] == [*names]
        assert eventually(lambda: len(receipts(told)) == len(names), bool)
    for one in receipts(told):
        assert one.provider_id in names
        assert (one.state, one.address) == (ReceiptState.DELIVERED, PHONE)
        assert one.submitted_at is not None


def test_a_number_abroad_is_never_taken_for_a_strangers_at_home(carrier) -> None:
    # +1 415 555 0100 without its plus sign is a mobile number of the mainland.
    assert send(CMPP, message("+14155550100")) == [NotSent(Reason.OTHER, "ambiguous number")]
    assert carrier.messages(to="+8614155550100") == []


def test_a_hundred_messages_share_few_connections(carrier, settings) -> None:
    settings.CMPP_CONNECTIONS, settings.CMPP_WINDOW = 2, 4
    carrier.switch("delay", provider="cmpp", ms=50)
    batch = [message(f"+86139{n:08d}", delivery_id=n) for n in range(1, 101)]
    with heard():
        outcomes = send(CMPP, *batch)
    assert all(isinstance(one, Accepted) for one in outcomes)
    assert len({one.provider_id for one in outcomes}) == 100


def test_messages_that_come_after_a_pause_have_every_place_again() -> None:
    """A batch that follows while the last messages are on their way is as fast as the first."""
    waiting, open_now, most = deque(range(8)), 0, []

    class Feed:
        def __iter__(self) -> "Feed":
            return self

        def __next__(self):
            if not waiting:
                raise StopIteration
            return message(PHONE, delivery_id=1 + waiting.popleft())

    async def send_one(one) -> Accepted:
        nonlocal open_now
        open_now += 1
        most.append(open_now)
        await asyncio.sleep(0.001 if one.delivery_id < 8 else 0.05)
        open_now -= 1
        if one.delivery_id == 8:  # the only one that is left
            waiting.extend(range(100, 140))
        return Accepted(str(one.delivery_id))

    async def send_all() -> int:
        return len([one async for one in drawn(Feed(), send_one, 8)])

    assert asyncio.run(send_all()) == 48
    assert max(most[8:]) == 8


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        (1, NotSent(Reason.UNKNOWN_CODE, "1")),
        (3, NotSent(Reason.PROVIDER_ERROR, "3")),
        (5, NotSent(Reason.NO_CREDENTIALS, "5")),
        (6, Failed(Reason.REFUSED_CONTENT, "6")),
        (8, NotSent(Reason.RATE_LIMITED, "8")),
        (9, NotSent(Reason.NO_CREDENTIALS, "9")),
        (10, NotSent(Reason.NO_CREDENTIALS, "10")),
        (13, Failed(Reason.BAD_ADDRESS, "13")),
        (77, NotSent(Reason.UNKNOWN_CODE, "77")),
    ],
)
def test_what_results_mean(carrier, code: int, outcome) -> None:
    carrier.switch("refuse", provider="cmpp", code=code)
    assert send(CMPP, message(PHONE)) == [outcome]


def test_in_2_0_a_result_above_8_says_nothing_about_the_number(carrier, settings) -> None:
    settings.CMPP_VERSION = "2.0"
    carrier.switch("refuse", provider="cmpp", code=13)
    assert send(CMPP, message(PHONE)) == [NotSent(Reason.UNKNOWN_CODE, "13")]


def test_flow_control_is_not_sent(carrier) -> None:
    carrier.switch("rate_limited", provider="cmpp", count=1)
    assert send(CMPP, message(PHONE)) == [NotSent(Reason.RATE_LIMITED, "8")]
    assert isinstance(send(CMPP, message(PHONE))[0], Accepted)


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_connection_that_breaks_after_a_submit_leaves_it_unknown(carrier, fault: str) -> None:
    carrier.switch(fault, provider="cmpp", count=1)
    assert send(CMPP, message(PHONE)) == [Unknown(Reason.CONNECTION)]
    assert isinstance(send(CMPP, message(PHONE))[0], Accepted)


def test_no_answer_is_unknown_and_the_connection_stays(carrier, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0
    carrier.switch("timeout_after", provider="cmpp", count=1)
    assert send(CMPP, message(PHONE)) == [Unknown(Reason.TIMEOUT)]
    assert isinstance(send(CMPP, message(PHONE))[0], Accepted)


def test_a_late_answer_still_tells_the_name_of_the_message(carrier, settings) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 1.0
    carrier.switch("answer_late", provider="cmpp", count=1, ms=1500)
    carrier.switch("receipts_never", provider="cmpp")
    with heard() as told:
        assert send(CMPP, message(PHONE)) == [Unknown(Reason.TIMEOUT)]
        assert eventually(lambda: receipts(told), bool)
    [sent] = carrier.messages(to=PHONE)
    [one] = receipts(told)
    assert (one.provider_id, one.state, one.address) == (sent["sid"], ReceiptState.SENT, PHONE)


def test_a_refused_log_in_is_about_the_account(carrier, settings) -> None:
    settings.CMPP_SHARED_SECRET = "wrong"
    assert send(CMPP, message(PHONE)) == [NotSent(Reason.NO_CREDENTIALS, "login 3")]
    settings.CMPP_SHARED_SECRET = carrier.cmpp_shared_secret
    carrier.switch("login_refused", provider="cmpp", code=9, count=1)
    assert send(CMPP, message(PHONE)) == [NotSent(Reason.CONNECTION, "login 9")]
    assert isinstance(send(CMPP, message(PHONE))[0], Accepted)


def test_a_later_part_that_is_put_off_is_sent_a_little_later(carrier) -> None:
    carrier.switch("rate_limited", provider="cmpp", fraction=0.5, seed=3)
    outcomes = [send(CMPP, message(PHONE, LONG))[0] for _ in range(6)]
    taken = [one for one in outcomes if isinstance(one, Accepted)]
    assert taken
    assert all(len(one.part_ids) == 3 for one in taken)
    # One whose first part was put off was not sent at all.
    assert set(outcomes) - set(taken) <= {NotSent(Reason.RATE_LIMITED, "8")}
    assert len(carrier.messages(to=PHONE)) == len(taken)


def test_a_message_of_which_a_part_is_lost_is_unknown_and_names_the_others(carrier) -> None:
    carrier.switch("delay", provider="cmpp", ms=100)
    with heard():
        [whole] = send(CMPP, message(PHONE, LONG))
        assert isinstance(whole, Accepted)
        # Its second part is the next but one that the gateway decides on.
        carrier.switch("drop_after", provider="cmpp", fraction=0.5, seed=4, count=1)
        outcomes = [send(CMPP, message(PHONE, LONG, n))[0] for n in range(8)]
    [lost] = [one for one in outcomes if isinstance(one, Unknown)]
    assert len(lost.part_ids) < 3


def test_a_process_whose_lease_is_over_sends_nothing(carrier) -> None:
    late = replace(message(PHONE), ours=lambda: False)
    assert send(CMPP, late) == [NotSent(Reason.OTHER, "lease")]
    assert not carrier.messages(to=PHONE)


def test_a_text_of_a_reader_comes_up(carrier) -> None:
    with heard() as told:
        send(CMPP, message(PHONE))
        carrier.control("POST", "inbound", {"from": PHONE, "text": "退订"})
        assert eventually(lambda: [one for one in told if one.inbound], bool)
    [text] = [one for callback in told for one in callback.inbound]
    assert (text.address, text.action, text.text) == (PHONE, InboundAction.STOP, "退订")
    assert text.message_id


def test_what_is_not_stored_comes_again(carrier) -> None:
    carrier.control("PUT", "config", {"cmpp_resend_ms": 200})
    told: list[Callback] = []

    async def take(_name: str, callback: Callback) -> None:
        told.append(callback)
        if len(told) < 3:
            raise RuntimeError("the database is away")

    with heard():
        CMPP.report_to(take)
        send(CMPP, message(PHONE))
        assert eventually(lambda: len(told) == 3, bool)
        time.sleep(0.5)
    assert len(told) == 3
    assert len({one.key for one in receipts(told)}) == 1
    carrier.control("PUT", "config", {"cmpp_resend_ms": 60_000})


def test_what_came_while_nobody_was_connected_comes_at_the_start(carrier) -> None:
    send(CMPP, message(PHONE))
    asyncio.run_coroutine_threadsafe(CMPP.leave(), process_loop()).result(10)
    carrier.control("POST", "inbound", {"from": PHONE, "text": "TD"})
    with heard() as told:
        assert eventually(lambda: [one for one in told if one.inbound], bool)


def test_a_silent_gateway_is_left_after_three_heartbeats(carrier, settings) -> None:
    settings.CMPP_HEARTBEAT_SECONDS = 0.1
    with heard():
        send(CMPP, message(PHONE))
        carrier.switch("silent", provider="cmpp")
        [pool] = [pool for _key, pool in CMPP._pools.values()]
        [first] = pool._links
        assert eventually(lambda: not first.is_open, bool)
        carrier.control("DELETE", "switches")
        assert eventually(lambda: pool.open_links, bool)
        assert isinstance(send(CMPP, message(PHONE))[0], Accepted)


def test_a_gateway_that_asks_is_answered(carrier) -> None:
    carrier.control("PUT", "config", {"cmpp_active_test_ms": 20})
    with heard():
        send(CMPP, message(PHONE))
        time.sleep(0.2)
        assert isinstance(send(CMPP, message(PHONE))[0], Accepted)
    carrier.control("PUT", "config", {"cmpp_active_test_ms": 180_000})
    assert not [one for one in carrier.control("GET", "ledger")["notes"] if "CMPP" in one["text"]]


def test_a_forked_process_never_uses_its_parents_connections(carrier) -> None:
    with heard():
        send(CMPP, message(PHONE))
        pid = os.fork()
        if pid == 0:
            # Whatever happens, the child ends here: it must not run the rest of the tests as well.
            signal.alarm(30)
            code = 2
            try:
                [outcome] = send(CMPP, message("+8613900000001"))
                code = 0 if isinstance(outcome, Accepted) else 1
            finally:
                os._exit(code)
        assert os.waitpid(pid, 0)[1] == 0
        assert isinstance(send(CMPP, message(PHONE))[0], Accepted)
    assert len(carrier.messages(to="+8613900000001")) == 1


def test_the_gateway_signs_where_the_settings_say_so(carrier, settings) -> None:
    signed = CMPP.compose(bulletin())
    assert signed.text.startswith("【演示支付】")
    settings.CMPP_GATEWAY_SIGNS = True
    unsigned = CMPP.compose(bulletin())
    assert (unsigned.text, unsigned.segments) == (signed.text, signed.segments)
    send(CMPP, message(PHONE, content=unsigned))
    [sent] = carrier.messages(to=PHONE)
    assert f"【演示支付】{sent['body']}" == signed.text


def test_a_gateway_that_does_not_know_the_secret_is_refused(carrier, settings) -> None:
    carrier.control("PUT", "config", {"cmpp_shared_secret": "another"})
    try:
        carrier.switch("login_refused", provider="cmpp", code=0)
        [outcome] = send(CMPP, message(PHONE))
    finally:
        carrier.control("PUT", "config", {"cmpp_shared_secret": carrier.cmpp_shared_secret})
    assert outcome == NotSent(Reason.NO_CREDENTIALS, "login 3")


@pytest.mark.parametrize("sign", ["é", "£", "到"])
def test_a_long_text_is_cut_by_the_parts_of_this_protocol(sign: str) -> None:
    """What phones have in their alphabet and ASCII has not takes as many parts as Chinese here."""
    said = CMPP.compose(bulletin("en", body=f"Payouts to the caf{sign} are late. " * 60))
    assert said.segments == len(cmpp_text.parts(said.text)) == MAX_PARTS
    assert "12" in said.text[-40:], "the statement's number stands at the end"


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("DELIVRD", (ReceiptState.DELIVERED, "", None)),
        ("ACCEPTD", (ReceiptState.SENT, "", None)),
        ("UNKNOWN", (ReceiptState.SENT, "", None)),
        ("UNDELIV", (ReceiptState.UNDELIVERED, "UNDELIV", Reason.UNREACHABLE)),
        ("EXPIRED", (ReceiptState.UNDELIVERED, "EXPIRED", Reason.UNREACHABLE)),
        ("REJECTD", (ReceiptState.UNDELIVERED, "REJECTD", Reason.BLOCKED)),
        ("MK:0001", (ReceiptState.UNDELIVERED, "MK:0001", Reason.UNKNOWN_NUMBER)),
        ("XX:1234", (ReceiptState.UNDELIVERED, "XX:1234", Reason.OTHER)),
        ("", (ReceiptState.UNDELIVERED, "", Reason.OTHER)),
    ],
)
def test_what_reports_mean(state: str, expected) -> None:
    for number in ("13800138000", "8613800138000", "+8613800138000", "008613800138000"):
        report = Report(7, state, "2611302215", "2611302216", number)
        body = Deliver(1, "10690001", "PAY", number, reported=True, report=report)
        [one] = CMPP.dialect().incoming(body).receipts
        assert (one.state, one.code, one.reason) == expected
        assert (one.provider_id, one.address) == ("7", PHONE)
        assert f"{one.submitted_at:%Y-%m-%d %H:%M %z}" == "2026-11-30 22:15 +0800"
