"""SMS over SMPP 3.4: what a message centre is asked, what it answers, reports and passes on."""

import asyncio
import time
from collections.abc import Callable, Iterator

import pytest

from notifications.channels import provider as find_provider
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
from notifications.channels.sms.smpp import ERRORS, Smpp
from notifications.channels.sms_text import segments
from notifications.event_loop import process_loop
from tests.notifications.channels.builders import closed_port, message, send
from tests.simulator import Simulator, running_simulator

PHONE = "+8613800138000"
LONG = "结算延迟，资金安全。" * 20
WITHIN_SECONDS = 20.0


class Told(list[Callback]):
    """What the provider has told, in order; while `broken`, nothing can be stored."""

    broken = False

    async def take(self, name: str, callback: Callback) -> None:
        """The sink."""
        assert name == "smpp"
        if self.broken:
            raise OSError("the database is away")
        self.append(callback)

    def until(self, wanted: Callable[["Told"], object]) -> "Told":
        """It, once `wanted` holds of it."""
        deadline = time.monotonic() + WITHIN_SECONDS
        while not wanted(self):
            assert time.monotonic() < deadline, f"it never came to it: {list(self)}"
            time.sleep(0.01)
        return self

    @property
    def receipts(self) -> list:
        """All receipts."""
        return [one for callback in self for one in callback.receipts]

    @property
    def inbound(self) -> list:
        """All that phones wrote."""
        return [one for callback in self for one in callback.inbound]


@pytest.fixture(scope="module")
def centre() -> Iterator[Simulator]:
    """A message centre for these tests."""
    with running_simulator(smpp_resend_ms=300) as simulator:
        yield simulator


@pytest.fixture
def simulator(centre: Simulator, settings) -> Simulator:
    """It, empty and without faults; the provider is set up for it."""
    centre.control("POST", "reset")
    centre.control("PUT", "config", {"smpp_ids": "same", "smpp_receipts": "both"})
    settings.SMPP_HOST, settings.SMPP_PORT = "127.0.0.1", centre.smpp_port
    settings.SMPP_SYSTEM_ID, settings.SMPP_PASSWORD = centre.smpp_system_id, centre.smpp_password
    settings.SMPP_SOURCE_ADDR = "10690"
    settings.DELIVERY_TIMEOUT_SECONDS = 5.0
    return centre


@pytest.fixture
def smpp(simulator: Simulator) -> Iterator[Smpp]:
    """The provider, and nobody who would store what it tells."""
    found = find_provider("smpp")
    assert isinstance(found, Smpp)
    sink = found._sink
    found.report_to(_forget)
    yield found
    found.report_to(sink)


async def _forget(name: str, callback: Callback) -> None:
    """Take what nobody asks for in a test."""


@pytest.fixture
def told(smpp: Smpp) -> Iterator[Told]:
    """What it tells while it listens."""
    heard = Told()
    smpp.report_to(heard.take)
    listening = asyncio.run_coroutine_threadsafe(smpp.listen(), process_loop())
    yield heard
    listening.cancel()


def on_its_loop(work):
    """Do something on the loop of this process."""
    return asyncio.run_coroutine_threadsafe(work, process_loop()).result(WITHIN_SECONDS)


def kept(simulator: Simulator) -> list[dict]:
    """What the phone got."""
    return simulator.messages(provider="smpp")


@pytest.mark.parametrize("text", ["Payouts are late [12] ~5€", "【演示支付】结算延迟。", LONG])
@pytest.mark.parametrize("form", ["udh", "sar", "payload"])
def test_a_text_arrives_as_it_was_written(simulator, smpp, settings, text, form):
    settings.SMPP_LONG = form

    (outcome,) = send(smpp, message(PHONE, text))

    (got,) = simulator.wait_for(lambda rows: rows, provider="smpp")
    assert (got["body"], got["to"], got["sender"]) == (text, PHONE, "10690")
    assert isinstance(outcome, Accepted)
    parts = segments(text) if form != "payload" else 1
    assert got["details"]["parts"] == [*(outcome.part_ids or (outcome.provider_id,))]
    assert len(got["details"]["parts"]) == parts


def test_many_messages_share_a_connection(simulator, smpp, settings):
    settings.SMPP_WINDOW = 16
    batch = [message(f"+86138001{number:05}", delivery_id=number + 1) for number in range(200)]

    outcomes = send(smpp, *batch)

    assert all(isinstance(one, Accepted) for one in outcomes)
    assert len({one.provider_id for one in outcomes}) == 200
    assert len(kept(simulator)) == 200


def test_a_slow_centre_has_no_more_open_than_the_window(simulator, smpp, settings):
    settings.SMPP_WINDOW = 4
    simulator.switch("delay", provider="smpp", ms=200)

    began = time.monotonic()
    send(smpp, *(message(PHONE, delivery_id=number + 1) for number in range(8)))

    assert time.monotonic() - began >= 0.4, "two rounds of four"


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (0x0B, Failed(Reason.BAD_ADDRESS, "0x0000000B")),
        (0x01, Failed(Reason.REFUSED_CONTENT, "0x00000001")),
        (0x58, NotSent(Reason.RATE_LIMITED, "0x00000058")),
        (0x14, NotSent(Reason.RATE_LIMITED, "0x00000014")),
        (0x0A, NotSent(Reason.NO_CREDENTIALS, "0x0000000A")),
        (0x08, NotSent(Reason.UNAVAILABLE, "0x00000008", retry_after=60.0)),
        (0x40B, NotSent(Reason.UNKNOWN_CODE, "0x0000040B")),
        (0xFF, NotSent(Reason.UNKNOWN_CODE, "0x000000FF")),
    ],
)
def test_a_refusal_is_the_readers_fault_only_where_it_is_about_number_or_text(
    simulator, smpp, code, wanted
):
    simulator.switch("refuse", provider="smpp", code=code)

    assert send(smpp, message(PHONE)) == [wanted]
    assert not kept(simulator)


def test_nothing_but_number_and_text_is_a_failure():
    assert {code for code, one in ERRORS.items() if isinstance(one, Failed)} == {0x01, 0x0B}
    assert not any(one.suppress for one in ERRORS.values())


def test_a_wrong_password_is_the_operators_fault(simulator, smpp, settings):
    settings.SMPP_PASSWORD = "wrong"

    assert send(smpp, message(PHONE)) == [NotSent(Reason.NO_CREDENTIALS, "0x0000000E")]


def test_where_nobody_listens_nothing_was_sent(simulator, smpp, settings):
    settings.SMPP_PORT = closed_port()

    assert send(smpp, message(PHONE)) == [NotSent(Reason.CONNECTION)]


@pytest.mark.parametrize("fault", ["drop_before", "drop_after"])
def test_a_connection_that_breaks_after_the_message_left_says_nothing(simulator, smpp, fault):
    simulator.switch(fault, provider="smpp", count=1)

    (outcome,) = send(smpp, message(PHONE))

    assert outcome == Unknown(Reason.CONNECTION)
    assert len(kept(simulator)) == (fault == "drop_after")


@pytest.mark.parametrize("fault", ["timeout_before", "timeout_after"])
def test_no_answer_in_time_says_nothing(simulator, smpp, settings, fault):
    settings.DELIVERY_TIMEOUT_SECONDS = 0.5
    simulator.switch(fault, provider="smpp", count=1)

    (outcome,) = send(smpp, message(PHONE))

    assert outcome == Unknown(Reason.TIMEOUT)


def test_one_lost_connection_does_not_hold_up_the_others(simulator, smpp):
    simulator.switch("drop_after", provider="smpp", to=PHONE, count=1)
    others = [message(f"+86138001{number:05}", delivery_id=number + 2) for number in range(50)]

    first, *rest = send(smpp, message(PHONE), *others)

    assert isinstance(first, Unknown)
    # Those that shared its connection may have gone out as well; nobody has failed.
    assert not any(isinstance(one, Failed) for one in rest)
    accepted = [one.provider_id for one in rest if isinstance(one, Accepted)]
    assert set(accepted) <= {one["sid"] for one in kept(simulator)}
    assert len(kept(simulator)) == len({one["to"] for one in kept(simulator)}), "nobody got two"


def test_a_part_that_gets_lost_makes_the_whole_unknown(simulator, smpp, settings):
    settings.SMPP_LONG = "udh"
    simulator.switch("drop_after", provider="smpp", count=1)

    (outcome,) = send(smpp, message(PHONE, LONG))

    assert isinstance(outcome, Unknown)
    assert not kept(simulator), "a phone shows no message of which a part is missing"


@pytest.mark.parametrize("form", ["text", "options", "both"])
@pytest.mark.parametrize("ids", ["same", "hex_then_decimal", "decimal_then_hex"])
def test_a_receipt_names_the_message_that_was_accepted(simulator, smpp, told, settings, form, ids):
    simulator.control("PUT", "config", {"smpp_receipts": form, "smpp_ids": ids})
    settings.SMPP_IDS = ids

    (outcome,) = send(smpp, message(PHONE))

    (receipt,) = told.until(lambda heard: heard.receipts).receipts
    assert isinstance(outcome, Accepted)
    assert receipt.provider_id == outcome.provider_id
    assert (receipt.state, receipt.address) == (ReceiptState.DELIVERED, PHONE)


def test_every_part_has_a_receipt_of_its_own(simulator, smpp, told):
    (outcome,) = send(smpp, message(PHONE, LONG))

    assert isinstance(outcome, Accepted)
    told.until(lambda heard: len(heard.receipts) == len(outcome.part_ids))
    assert {one.provider_id for one in told.receipts} == {*outcome.part_ids}


def test_a_receipt_says_why_it_did_not_arrive(simulator, smpp, told):
    simulator.switch("outcome", provider="smpp", status="undelivered", code=45)

    send(smpp, message(PHONE))

    (receipt,) = told.until(lambda heard: heard.receipts).receipts
    assert (receipt.state, receipt.reason) == (ReceiptState.UNDELIVERED, Reason.UNREACHABLE)
    assert receipt.code == "UNDELIV 045"


def test_copies_of_a_receipt_have_the_same_key(simulator, smpp, told):
    simulator.switch("receipts_doubled", provider="smpp")

    send(smpp, message(PHONE))

    told.until(lambda heard: len(heard.receipts) == 2)
    assert len({one.key for one in told.receipts}) == 1


def test_a_simulator_that_was_reset_tells_nothing_of_before(simulator, smpp, told):
    for _ in range(2):
        simulator.control("POST", "reset")
        simulator.switch("receipts_late", provider="smpp", ms=200)
        (outcome,) = send(smpp, message(PHONE))

    # The first one's receipt would have come before.
    told.until(lambda heard: heard.receipts)
    assert {one.provider_id for one in told.receipts} == {outcome.provider_id}


def test_what_was_not_stored_is_told_again(simulator, smpp, told):
    told.broken = True
    send(smpp, message(PHONE))
    time.sleep(0.5)
    assert not told

    told.broken = False

    assert told.until(lambda heard: heard.receipts)


def test_a_phone_answers(simulator, smpp, told):
    send(smpp, message(PHONE))

    simulator.control("POST", "inbound", {"from": PHONE, "text": " 退订 "})

    (inbound,) = told.until(lambda heard: heard.inbound).inbound
    assert (inbound.address, inbound.action, inbound.text) == (PHONE, InboundAction.STOP, "退订")


def test_a_phone_cannot_report_a_delivery(simulator, smpp, told):
    send(smpp, message(PHONE))
    told.until(lambda heard: heard.receipts)

    simulator.control("POST", "inbound", {"from": PHONE, "text": "id:1 stat:UNDELIV err:000"})

    (inbound,) = told.until(lambda heard: heard.inbound).inbound
    assert inbound.action == InboundAction.TEXT
    assert len(told.receipts) == 1


def test_an_answer_that_comes_too_late_still_says_that_it_was_taken(
    simulator, smpp, told, settings
):
    settings.DELIVERY_TIMEOUT_SECONDS = 0.3
    simulator.switch("answer_late", provider="smpp", ms=900, count=1)
    simulator.switch("receipts_never", provider="smpp")

    (outcome,) = send(smpp, message(PHONE))

    assert outcome == Unknown(Reason.TIMEOUT)
    (taken,) = told.until(lambda heard: heard.receipts).receipts
    assert (taken.state, taken.address) == (ReceiptState.SENT, PHONE)
    assert taken.provider_id == kept(simulator)[0]["sid"]


def test_a_centre_that_answers_no_heartbeat_is_left(simulator, smpp, told, settings):
    settings.SMPP_ENQUIRE_SECONDS = 0.1
    send(smpp, message(PHONE))
    told.until(lambda heard: heard.receipts)
    simulator.switch("silent", provider="smpp", count=4)

    # It comes back by another connection.
    time.sleep(1.0)
    (outcome,) = send(smpp, message(PHONE, delivery_id=8))

    assert isinstance(outcome, Accepted)
    told.until(lambda heard: len(heard.receipts) == 2)


@pytest.mark.parametrize(
    ("address", "ton", "npi"),
    [("10690", 3, 0), ("+85251234567", 1, 1), ("DemoPay", 5, 0), ("85251234567", 1, 1)],
)
def test_the_type_of_the_sender_follows_from_how_it_is_written(smpp, settings, address, ton, npi):
    settings.SMPP_SOURCE_ADDR = address

    (asked,) = smpp.questions(message(PHONE))

    number = address.removeprefix("+").encode()
    assert asked.body[1:].startswith(bytes([ton, npi]) + number + b"\0")


def test_the_settings_may_say_otherwise(smpp, settings):
    settings.SMPP_SOURCE_TON, settings.SMPP_SOURCE_NPI = 0, 8

    (asked,) = smpp.questions(message(PHONE))

    assert asked.body[1:3] == bytes([0, 8])


def test_it_says_goodbye(simulator, smpp, told):
    send(smpp, message(PHONE))

    on_its_loop(smpp.leave())

    assert not smpp._pools


def test_no_secret_is_shown_where_it_is_quoted(smpp, settings):
    assert settings.SMPP_PASSWORD not in repr(smpp.pool_key())
