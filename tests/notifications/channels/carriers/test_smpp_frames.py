"""SMPP's frames, texts and receipts; a second implementation (aiosmpplib) reads and writes them."""

import random
from datetime import UTC, datetime

import pytest
from aiosmpplib import DeliverSm, PhoneNumber, SubmitSm
from aiosmpplib.protocol import BindTransceiver, SmppMessage
from aiosmpplib.state import SmppCommandStatus

from notifications.channels import sms_text
from notifications.channels.carriers import gsm, smpp_frames, smpp_receipts, smpp_text
from notifications.channels.carriers.dialect import MalformedFrame, Splitter, UnknownCommand
from notifications.channels.carriers.smpp_frames import Command, Party, Pdu, ShortMessage, Tag
from notifications.channels.carriers.smpp_receipts import Habits, Ids
from notifications.channels.carriers.smpp_text import LongForm, Part
from notifications.channels.outcomes import Reason, ReceiptState

SOURCE, DESTINATION = Party("10690", 3, 0), Party("8613800138000", 1, 1)
PLAIN = Habits(Ids.SAME, UTC)
ENGLISH = "DemoPay: payouts are late [12] {ok} ~5€"
CHINESE = "【演示支付】10:42起部分小微商户到账延迟，资金安全。"
LONG = {"gsm": "Payouts are late. " * 20, "ucs2": CHINESE * 8, "pairs": "😀到账" * 60}
TEXT_RECEIPT = (
    "id:{id} sub:001 dlvrd:001 submit date:2611302200 done date:2611302201 "
    "stat:{stat} err:{err} text:{text}"
)


def read_by_the_library(pdu: Pdu) -> SmppMessage:
    """What the library makes of a frame of ours."""
    frame = smpp_frames.encode(pdu, 7)
    header = SmppMessage.parse_header(frame)
    assert header.pdu_length == len(frame)
    kinds = {Command.SUBMIT_SM: SubmitSm, Command.BIND_TRANSCEIVER: BindTransceiver}
    return kinds[Command(pdu.command)].from_pdu(frame, header, "gsm0338")


def submission(part: Part) -> Pdu:
    """The request for one part."""
    message = ShortMessage(
        *(SOURCE, DESTINATION, part.data_coding, part.text, part.esm_class),
        registered=1,
        options=part.options,
    )
    return Pdu(Command.SUBMIT_SM, body=message.pack())


def deliver(text: bytes = b"", esm_class: int = 0x04, coding: int = 0, **options: bytes):
    """What a centre sends."""
    tags = {Tag[name.upper()]: value for name, value in options.items()}
    return ShortMessage(DESTINATION, SOURCE, coding, text, esm_class, options=tags)


def answered_id(text: str, ids: Ids) -> str:
    """The id of an answer that says so."""
    return smpp_receipts.answered_id(Pdu(0x80000004, body=f"{text}\0".encode()), ids)


def receipt_text(stat: str, err: str = "000", text: str = "", id: str = "123") -> bytes:  # noqa: A002
    """The text of a receipt, as appendix B has it."""
    return TEXT_RECEIPT.format(id=id, stat=stat, err=err, text=text).encode()


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, "a\n@£"])
def test_the_library_reads_a_text_of_ours(text):
    (part,) = smpp_text.parts(text, 1, LongForm.HEADER)

    read = read_by_the_library(submission(part))

    assert read.short_message == text
    assert (read.source.number, read.source.ton, read.source.npi) == ("10690", 3, 0)
    assert (read.destination.number, read.destination.ton) == ("8613800138000", 1)
    assert read.registered_delivery == 1


@pytest.mark.parametrize("form", [LongForm.HEADER, LongForm.OPTIONS])
@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_the_library_reads_the_parts_of_a_long_text(text, form):
    made = smpp_text.parts(text, 1000 + 37, form)

    read = [read_by_the_library(submission(one)) for one in made]

    assert "".join(one.short_message for one in read) == text
    reference = 1037 if form == LongForm.OPTIONS else 1037 % 256
    assert [one.get_segmentation_data() for one in read] == [
        (reference, place, len(made)) for place in range(1, len(made) + 1)
    ]
    assert len(made) == sms_text.segments(text), "as many as are billed"


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_the_library_reads_a_long_text_that_goes_as_one(text):
    (part,) = smpp_text.parts(text, 1, LongForm.PAYLOAD)

    assert read_by_the_library(submission(part)).message_payload == text


@pytest.mark.parametrize("text", LONG.values(), ids=LONG)
def test_no_part_is_longer_than_a_phone_takes(text):
    for part in smpp_text.parts(text, 1, LongForm.HEADER):
        septets = part.data_coding == smpp_text.DEFAULT
        assert len(part.text) <= (6 + 153 if septets else 140)


def test_the_library_reads_our_log_in():
    read = read_by_the_library(
        Pdu(Command.BIND_TRANSCEIVER, body=smpp_frames.bind("candor", "pass-8", "VMA"))
    )

    assert (read.system_id, read.password, read.system_type) == ("candor", "pass-8", "VMA")
    assert read.interface_version == 0x34


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_we_read_what_the_library_writes(text):
    written = DeliverSm(
        sequence_num=9,
        short_message=text,
        source=PhoneNumber("8613800138000"),
        destination=PhoneNumber("10690"),
        registered_delivery=0,
    )

    frame = smpp_frames.decode(written.pdu())
    message = ShortMessage.read(frame.body.body)

    assert (frame.sequence, frame.command) == (9, Command.DELIVER_SM)
    assert message.source.number == "8613800138000"
    assert smpp_text.read(message) == text
    assert not smpp_receipts.is_receipt(message)


@pytest.mark.parametrize(
    ("coding", "octets"),
    [
        *((0x08, "退订".encode("utf-16-be")), (0x18, "退订".encode("utf-16-be"))),
        *((0x0F, "退订".encode("gbk")), (0x0F, "退\0订".encode("gbk"))),
    ],
)
def test_a_word_that_stops_is_read_in_any_alphabet_that_centres_pass_on(coding, octets):
    message = deliver(octets, esm_class=0, coding=coding)
    assert smpp_text.read(message) == "退订"


@pytest.mark.parametrize("coding", [0x00, 0x01, 0x03, 0x10, 0xF1])
def test_latin_words_too(coding):
    assert smpp_text.read(deliver(b"TD", esm_class=0, coding=coding)) == "TD"


def test_we_read_a_receipt_of_the_library():
    words = DeliverSm.encode_receipt({"id": "0A1B", "stat": "UNDELIV", "err": 45, "sub": 1})
    written = DeliverSm(
        short_message=words, source=PhoneNumber("86138"), destination=PhoneNumber("1"), esm_class=4
    )

    message = ShortMessage.read(smpp_frames.decode(written.pdu()).body.body)

    assert smpp_receipts.is_receipt(message)
    receipt = smpp_receipts.receipt(message, PLAIN)
    assert receipt is not None
    assert (receipt.provider_id, receipt.code) == ("0A1B", "UNDELIV 045")


def test_every_character_of_the_alphabet_survives():
    whole = "".join(sorted(sms_text.GSM))

    assert gsm.decode(gsm.encode(whole)) == whole
    with pytest.raises(ValueError, match="alphabet"):
        gsm.encode("到")


def test_a_phone_shows_the_basic_character_for_an_unknown_escape():
    assert gsm.decode(b"\x1b\x41\x41") == "AA"
    assert gsm.decode(b"\x1b") == ""


@pytest.mark.parametrize(
    ("stat", "state", "reason"),
    [
        ("DELIVRD", ReceiptState.DELIVERED, None),
        ("EXPIRED", ReceiptState.UNDELIVERED, Reason.UNREACHABLE),
        ("UNDELIV", ReceiptState.UNDELIVERED, Reason.UNREACHABLE),
        ("REJECTD", ReceiptState.UNDELIVERED, Reason.BLOCKED),
        ("DELETED", ReceiptState.UNDELIVERED, Reason.OTHER),
    ],
)
def test_the_words_of_a_receipt_are_its_end(stat, state, reason):
    receipt = smpp_receipts.receipt(deliver(receipt_text(stat, "012")), PLAIN)

    assert receipt is not None
    assert (receipt.state, receipt.reason, receipt.provider_id) == (state, reason, "123")
    assert not receipt.suppress


@pytest.mark.parametrize("stat", ["ENROUTE", "ACCEPTD", "UNKNOWN", "NONSENSE", ""])
def test_what_ends_nothing_is_no_receipt(stat):
    assert smpp_receipts.receipt(deliver(receipt_text(stat)), PLAIN) is None


def test_a_receipt_may_be_options_alone():
    message = deliver(receipted_message_id=b"0a1b\0", message_state=b"\x02", esm_class=0)

    assert smpp_receipts.is_receipt(message)
    receipt = smpp_receipts.receipt(message, PLAIN)
    assert receipt is not None
    assert (receipt.provider_id, receipt.state) == ("0a1b", ReceiptState.DELIVERED)


def test_a_receipt_says_which_number_it_is_about_and_when_it_was_taken():
    message = deliver(receipt_text("DELIVRD"))

    receipt = smpp_receipts.receipt(message, PLAIN, "+8613800138000")

    assert receipt is not None
    assert receipt.address == "+8613800138000"
    assert receipt.submitted_at == datetime(2026, 11, 30, 22, 0, tzinfo=UTC)


def test_a_phone_cannot_write_a_receipt():
    assert not smpp_receipts.is_receipt(deliver(receipt_text("DELIVRD"), esm_class=0))


def test_the_quoted_text_of_a_message_says_nothing_of_it():
    message = deliver(receipt_text("UNDELIV", text="id:999 stat:DELIVRD"))

    receipt = smpp_receipts.receipt(message, PLAIN)

    assert receipt is not None
    assert (receipt.provider_id, receipt.state) == ("123", ReceiptState.UNDELIVERED)


@pytest.mark.parametrize(
    ("ids", "answered", "in_receipt"),
    [
        (Ids.HEX_THEN_DECIMAL, "0001E240", "123456"),
        (Ids.HEX_THEN_DECIMAL, "1e240", "0000123456"),
        (Ids.DECIMAL_THEN_HEX, "123456", "1E240"),
        (Ids.SAME, "a-1/b", "a-1/b"),
    ],
)
def test_a_receipt_finds_its_message_whatever_the_base_of_its_id(ids, answered, in_receipt):
    receipt = smpp_receipts.receipt(
        deliver(receipt_text("DELIVRD", id=in_receipt)), Habits(ids, UTC)
    )

    assert receipt is not None
    assert receipt.provider_id == answered_id(answered, ids)


def test_the_option_repeats_the_id_of_the_answer_whatever_the_text_has():
    message = deliver(receipt_text("DELIVRD", id="123456"), receipted_message_id=b"1E240\0")

    receipt = smpp_receipts.receipt(message, Habits(Ids.HEX_THEN_DECIMAL, UTC))

    assert receipt is not None
    assert receipt.provider_id == answered_id("1E240", Ids.HEX_THEN_DECIMAL)


def test_a_vendors_own_status_is_read():
    with pytest.raises(ValueError, match="1035"):  # the library cannot: docs/adr
        SmppCommandStatus(0x40B)

    frame = smpp_frames.decode(smpp_frames.encode(Pdu(0x80000004, 0x40B), 3))

    assert frame.body.status == 0x40B


def test_frames_are_cut_from_whatever_arrives():
    wanted = [Pdu(Command.ENQUIRE_LINK), submission(Part(0, b"x" * 254)), Pdu(Command.UNBIND)]
    stream = b"".join(smpp_frames.encode(one, place) for place, one in enumerate(wanted))
    splitter, got, at = Splitter(16, smpp_frames.LONGEST_FRAME), [], 0
    chance = random.Random(15)  # noqa: S311

    while at < len(stream):
        size = chance.randint(1, 40)
        got += splitter.feed(stream[at : at + size])
        at += size

    assert len(got) == 3
    assert [frame[16:] for frame in got] == [one.body for one in wanted]


@pytest.mark.parametrize("length", [0, 15, 70_001, 0xFFFFFFFF])
def test_a_length_that_cannot_be_ends_the_connection(length):
    with pytest.raises(MalformedFrame):
        list(Splitter(16, smpp_frames.LONGEST_FRAME).feed(length.to_bytes(4, "big") + bytes(20)))


def test_what_nobody_asks_of_us_is_refused_and_an_unknown_answer_is_not():
    with pytest.raises(UnknownCommand):
        smpp_frames.decode(smpp_frames.encode(Pdu(0x102), 1))
    assert smpp_frames.decode(smpp_frames.encode(Pdu(0x80000000, 3), 1)).is_answer


def test_a_body_that_is_cut_anywhere_is_malformed_or_shorter():
    whole = deliver(receipt_text("DELIVRD"), message_state=b"\x02", receipted_message_id=b"1\0")
    body = whole.pack()

    for end in range(len(body)):
        try:
            read = ShortMessage.read(body[:end])
        except MalformedFrame:
            continue
        assert read.text == whole.text, "only options may be missing"


def test_noise_is_malformed_and_nothing_worse():
    chance = random.Random(15)  # noqa: S311

    for _ in range(3000):
        body = chance.randbytes(chance.randint(0, 90))
        try:
            message = ShortMessage.read(body)
            smpp_text.read(message)
            smpp_text.part_of(message)
            smpp_receipts.receipt(message, Habits(Ids.HEX_THEN_DECIMAL, UTC))
        except MalformedFrame:
            continue
