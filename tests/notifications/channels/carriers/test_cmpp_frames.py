"""CMPP's frames, beside those of two other implementations, and whatever is no frame."""

import random
import struct
import tracemalloc

import pytest

from notifications.channels.carriers import cmpp_bytes
from notifications.channels.carriers.cmpp_frames import (
    ActiveTestAnswer,
    Bare,
    Body,
    Command,
    ConnectAnswer,
    Deliver,
    DeliverAnswer,
    Format,
    Report,
    Submit,
    SubmitAnswer,
    Version,
)
from notifications.channels.carriers.dialect import (
    ANSWER,
    MalformedFrame,
    Splitter,
    UnknownCommand,
)

V2, V3 = Version.V2, Version.V3
SECRET = "shared-secret"
TEXT = "【演示支付】T+1到账延迟。"
MESSAGE_ID = 0xC0_9B_4E_11_22_33_44_55
BOTH = pytest.mark.parametrize("version", [V2, V3])


def submit(**values) -> Submit:
    given = {"content": TEXT.encode("utf-16-be"), "format": Format.UCS2, **values}
    return Submit(service_id="PAY", source="901234", sender="10690001", to="13800138000", **given)


# Made once, with these values, by two other implementations on PyPI, both too old to depend on:
# pycmpp 2.0.2 speaks 2.0 (and names its version 2.1), cmppy 0.3 speaks 3.0.
THEIRS = {
    "pycmpp: CONNECT": (
        V2,
        cmpp_bytes.connect("901234", SECRET, 0x21, "0129093005"),
        "00000027000000010000000139303132333433976420984f88e5a7d695c7d41fc42c2107b1cd8d",
    ),
    "cmppy: CONNECT": (
        V3,
        cmpp_bytes.connect("901234", SECRET, 0x30, "0129093005"),
        "00000027000000010000000239303132333433976420984f88e5a7d695c7d41fc42c3007b1cd8d",
    ),
    "pycmpp: SUBMIT": (
        V2,
        submit(),
        "000000bb000000040000000200000000000000000101010050415900000000000000020000000000"
        "00000000000000000000000000000000000008393031323334303130303030303000000000000000"
        "00000000000000000000000000000000000000000000000000000031303639303030310000000000"
        "0000000000000000013133383030313338303030000000000000000000001c30106f14793a652f4e"
        "d830110054002b003152308d265ef68fdf30020000000000000000",
    ),
    "cmppy: SUBMIT": (
        V3,
        submit(),
        "000000df000000040000000300000000000000000101010050415900000000000000020000000000"
        "00000000000000000000000000000000000000000000000000000000000008393031323334303130"
        "30303030300000000000000000000000000000000000000000000000000000000000000000000031"
        "30363930303031000000000000000000000000000131333830303133383030300000000000000000"
        "00000000000000000000000000001c30106f14793a652f4ed830110054002b003152308d265ef68f"
        "df30020000000000000000000000000000000000000000",
    ),
    "pycmpp: first of two parts": (
        V2,
        submit(
            content=bytes([5, 0, 3, 77, 2, 1]) + "第一段".encode("utf-16-be"),
            part=1,
            parts=2,
            udhi=True,
        ),
        "000000ab000000040000000300000000000000000201010050415900000000000000020000000000"
        "00000000000000000000000000000000000108393031323334303130303030303000000000000000"
        "00000000000000000000000000000000000000000000000000000031303639303030310000000000"
        "0000000000000000013133383030313338303030000000000000000000000c0500034d02017b2c4e"
        "006bb50000000000000000",
    ),
    "pycmpp: ACTIVE_TEST": (V2, Bare(Command.ACTIVE_TEST), "0000000c0000000800000004"),
    "cmppy: TERMINATE": (V3, Bare(Command.TERMINATE), "0000000c0000000200000004"),
}


@pytest.mark.parametrize(("version", "body", "theirs"), THEIRS.values(), ids=THEIRS)
def test_our_frames_are_those_of_other_implementations(
    version: int, body: Body, theirs: str
) -> None:
    frame = bytes.fromhex(theirs)
    sequence = int.from_bytes(frame[8:12], "big")
    assert cmpp_bytes.encode(body, sequence, version) == frame
    assert cmpp_bytes.decode(frame, version).body == body


def report(number: str = "13800138000", state: str = "DELIVRD") -> Report:
    return Report(MESSAGE_ID, state, "2611302215", "2611302216", number)


def delivered(**values) -> Deliver:
    given = {"message_id": 7, "to": "10690001", "service_id": "PAY", "sender": "13800138000"}
    return Deliver(**{**given, **values})


BODIES = {
    "CONNECT_RESP": ConnectAnswer(0, bytes(range(16)), 0x30),
    "SUBMIT": submit(),
    "SUBMIT_RESP": SubmitAnswer(MESSAGE_ID, 8),
    "DELIVER": delivered(format=Format.UCS2, content="退订".encode("utf-16-be")),
    "DELIVER_RESP": DeliverAnswer(MESSAGE_ID, 0),
    "ACTIVE_TEST": Bare(Command.ACTIVE_TEST),
    "ACTIVE_TEST_RESP": ActiveTestAnswer(),
    "TERMINATE": Bare(Command.TERMINATE),
    "TERMINATE_RESP": Bare(ANSWER | Command.TERMINATE),
}


@BOTH
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_what_is_written_is_read_again(version: int, body: Body) -> None:
    read = cmpp_bytes.decode(cmpp_bytes.encode(body, 0x01020304, version), version)
    assert (read.body, read.sequence, read.command) == (body, 0x01020304, body.command)


@BOTH
def test_a_report_is_read(version: int) -> None:
    frame = cmpp_bytes.encode(delivered(report=report()), 1, version)
    body = cmpp_bytes.decode(frame, version).body
    assert isinstance(body, Deliver)
    assert body.report == report()
    assert body.reported


def test_the_widths_are_those_of_the_standards() -> None:
    lengths = {
        (version, name): len(cmpp_bytes.encode(body, 1, version)) - 12
        for version in (V2, V3)
        for name, body in BODIES.items()
    }
    content, reply = len(submit().content), len("退订".encode("utf-16-be"))
    assert lengths[V2, "SUBMIT"] == 126 + 21 + content
    assert lengths[V3, "SUBMIT"] == 151 + 32 + content
    assert lengths[V2, "DELIVER"] == 73 + reply
    assert lengths[V3, "DELIVER"] == 97 + reply
    assert (lengths[V2, "CONNECT_RESP"], lengths[V3, "CONNECT_RESP"]) == (18, 21)
    assert (lengths[V2, "SUBMIT_RESP"], lengths[V3, "SUBMIT_RESP"]) == (9, 12)
    assert len(cmpp_bytes.encode(delivered(report=report()), 1, V2)) - 12 - 73 == 60
    assert len(cmpp_bytes.encode(delivered(report=report()), 1, V3)) - 12 - 97 == 71


def test_a_report_of_3_0_with_the_width_of_2_0_is_read_all_the_same() -> None:
    narrow = cmpp_bytes.encode(delivered(report=report()), 1, V2)
    content = narrow[12 + 21 + 44 : -8]
    frame = cmpp_bytes.encode(delivered(reported=True, content=content), 1, V3)
    body = cmpp_bytes.decode(frame, V3).body
    assert isinstance(body, Deliver)
    assert body.report == report()


def test_a_report_of_another_length_leaves_the_frame_whole() -> None:
    frame = cmpp_bytes.encode(delivered(reported=True, content=b"short"), 1, V3)
    body = cmpp_bytes.decode(frame, V3).body
    assert isinstance(body, Deliver)
    assert body.report is None
    assert body.reported


def test_an_answer_to_a_heartbeat_without_its_reserved_octet_is_one() -> None:
    bare = struct.pack(">III", 12, ANSWER | Command.ACTIVE_TEST, 3)
    assert cmpp_bytes.decode(bare, V3).body == ActiveTestAnswer()


@BOTH
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_every_frame_cut_short_or_too_long_is_refused(version: int, body: Body) -> None:
    frame = cmpp_bytes.encode(body, 1, version)
    for length in range(12, len(frame)):
        cut = length.to_bytes(4, "big") + frame[4:length]
        if body == ActiveTestAnswer() and length == 12:
            continue
        with pytest.raises(MalformedFrame):
            cmpp_bytes.decode(cut, version)
    longer = (len(frame) + 1).to_bytes(4, "big") + frame[4:] + b"x"
    with pytest.raises(MalformedFrame):
        cmpp_bytes.decode(longer, version)
    with pytest.raises(MalformedFrame):
        cmpp_bytes.decode(frame + b"x", version)


def test_an_unknown_command_is_named_with_its_number() -> None:
    with pytest.raises(UnknownCommand, match="0x00000006") as refused:
        cmpp_bytes.decode(struct.pack(">III", 12, 6, 77), V3)
    assert refused.value.sequence == 77


def test_a_refusal_quotes_nothing_of_what_came() -> None:
    frame = cmpp_bytes.encode(submit(), 1, V3)
    with pytest.raises(MalformedFrame) as refused:
        cmpp_bytes.decode((len(frame) - 30).to_bytes(4, "big") + frame[4:-30], V3)
    assert "138" not in str(refused.value)


@pytest.mark.parametrize("length", [0, 11, cmpp_bytes.LONGEST + 1, 2**31, 2**32 - 1])
def test_a_length_that_lies_is_refused_at_once(length: int) -> None:
    splitter = Splitter(12, cmpp_bytes.LONGEST)
    with pytest.raises(MalformedFrame):
        list(splitter.feed(length.to_bytes(4, "big")))


def test_frames_are_cut_wherever_the_network_cuts_them() -> None:
    frames = [cmpp_bytes.encode(body, n, V3) for n, body in enumerate(BODIES.values())]
    stream = b"".join(frames)
    for step in (1, 7, 100, len(stream)):
        splitter = Splitter(12, cmpp_bytes.LONGEST)
        pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
        assert [one for piece in pieces for one in splitter.feed(piece)] == frames


def test_what_came_before_a_length_that_lies_counts() -> None:
    frame = cmpp_bytes.encode(submit(), 1, V3)
    came = Splitter(12, cmpp_bytes.LONGEST).feed(frame + bytes(4))
    assert next(came) == frame
    with pytest.raises(MalformedFrame):
        next(came)


def test_no_bytes_take_more_memory_than_one_frame_and_what_arrived() -> None:
    splitter = Splitter(12, cmpp_bytes.LONGEST)
    started = (cmpp_bytes.LONGEST).to_bytes(4, "big")
    tracemalloc.start()
    list(splitter.feed(started))
    for _ in range(cmpp_bytes.LONGEST - 5):
        list(splitter.feed(b"x"))
    assert tracemalloc.get_traced_memory()[1] < 20 * cmpp_bytes.LONGEST
    tracemalloc.stop()


@BOTH
def test_random_bytes_are_a_frame_or_are_refused(version: int) -> None:
    numbers = random.Random(15)  # noqa: S311 - it must repeat
    commands = [*Command, *(ANSWER | one for one in Command), 0, 99]
    read = 0
    for _ in range(5000):
        body = numbers.randbytes(numbers.randrange(250))
        head = struct.pack(">III", 12 + len(body), numbers.choice(commands), 1)
        try:
            cmpp_bytes.decode(head + body, version)
            read += 1
        except MalformedFrame:
            continue
    assert read < 2500


def test_a_field_that_does_not_fit_is_our_fault_and_never_sent() -> None:
    for wrong in ({"content": bytes(141)}, {"to": "1" * 33}, {"service_id": "服务"}):
        given = {**vars(submit()), **wrong}
        with pytest.raises(MalformedFrame):
            cmpp_bytes.encode(Submit(**given), 1, V3)


def test_a_gateway_proves_that_it_knows_the_secret_in_the_width_of_its_version() -> None:
    ours = cmpp_bytes.connect("901234", SECRET, V3, "0129093005").digest
    proofs = {cmpp_bytes.gateway_digest(0, ours, SECRET, one).hex() for one in (V2, V3)}
    assert len(proofs) == 2
    assert cmpp_bytes.gateway_digest(0, ours, "another", V3).hex() not in proofs
