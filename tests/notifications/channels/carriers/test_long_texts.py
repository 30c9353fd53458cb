"""Long texts of readers come in parts, in any order, and are one text where all of them come."""

import asyncio
from collections.abc import Sequence
from itertools import permutations

import pytest

from notifications.channels import provider as find_provider
from notifications.channels.carriers import long_texts, smpp_text
from notifications.channels.carriers.cmpp_frames import Deliver, Format
from notifications.channels.carriers.smpp_frames import Command, Party, Pdu, ShortMessage
from notifications.channels.carriers.smpp_text import LongForm
from notifications.channels.outcomes import Callback, Inbound, InboundAction

PHONE, OTHER = "+8613800138000", "+8613800138001"
TEXT = "我的钱什么时候到账？已经等了三天了，请尽快回复。" * 7
WORDS = "when will my payout arrive, please tell me " * 10


def by_cmpp(text: str, phone: str = PHONE, reference: int = 7) -> list[Inbound]:
    """What the parts are read as."""
    cut = [text[at : at + 67] for at in range(0, len(text), 67)]
    return [
        *find_inbound(
            "cmpp",
            [
                Deliver(
                    *(place, "10690001", "PAY", phone[3:], Format.UCS2, True),
                    content=bytes([5, 0, 3, reference, len(cut), place]) + one.encode("utf-16-be"),
                )
                for place, one in enumerate(cut, 1)
            ],
        )
    ]


def by_smpp(text: str, phone: str = PHONE, reference: int = 7, form=LongForm.OPTIONS):
    """The same, of the other protocol."""
    made = smpp_text.parts(text, reference, form)
    bodies = [
        ShortMessage(
            *(Party(phone[1:], 1, 1), Party("10690"), one.data_coding, one.text, one.esm_class),
            options=one.options,
        )
        for one in made
    ]
    return [*find_inbound("smpp", [Pdu(Command.DELIVER_SM, body=one.pack()) for one in bodies])]


def find_inbound(name: str, bodies: Sequence):
    dialect = find_provider(name).dialect()
    return [one for body in bodies for one in dialect.incoming(body).inbound]


def told(*parts: Inbound, broken: int = 0) -> tuple[list[Inbound], list]:
    """What is stored of parts that come at once, and what each was answered with."""
    stored: list[Inbound] = []
    failures = [OSError("the database is away")] * broken

    async def store(callback: Callback) -> None:
        if failures:
            raise failures.pop()
        stored.extend(callback.inbound)

    async def scene() -> list:
        texts = long_texts.LongTexts()
        takes = (texts.take(one, one.part, store) for one in parts)
        return await asyncio.gather(*takes, return_exceptions=True)

    return stored, asyncio.run(scene())


@pytest.fixture(autouse=True)
def hurried(monkeypatch) -> None:
    monkeypatch.setattr(long_texts, "PATIENCE_SECONDS", 0.05)


@pytest.mark.parametrize("made", [by_cmpp, by_smpp], ids=["cmpp", "smpp"])
def test_parts_in_any_order_are_one_text(made) -> None:
    for parts in permutations(made(TEXT)):
        stored, answers = told(*parts)
        [one] = stored
        assert (one.text, one.address, one.part) == (TEXT, PHONE, None)
        assert {*answers} == {None}


def test_blanks_between_parts_are_kept() -> None:
    [one], _ = told(*by_smpp(WORDS, form=LongForm.HEADER))
    assert one.text == WORDS.strip()


def test_the_whole_says_what_is_asked_for() -> None:
    parts = by_cmpp("退" + " " * 66 + "订")
    [one], _ = told(*parts)
    assert one.action == InboundAction.STOP


def test_the_parts_of_two_phones_and_of_two_texts_are_not_mixed_up() -> None:
    texts = [by_cmpp(TEXT), by_cmpp(TEXT, OTHER), by_cmpp(TEXT[::-1], reference=8)]
    stored, _ = told(*(part for parts in zip(*texts, strict=True) for part in parts))
    assert [(one.address, one.text) for one in stored] == [
        *((PHONE, TEXT), (OTHER, TEXT), (PHONE, TEXT[::-1]))
    ]


def test_parts_whose_others_do_not_come_are_stored_as_they_are() -> None:
    first, _second, third = by_cmpp(TEXT)
    stored, answers = told(first, third)
    assert [one.text for one in stored] == [first.text, third.text]
    assert answers == [None, None]


def test_what_is_not_stored_is_answered_for_no_part() -> None:
    stored, answers = told(*by_cmpp(TEXT), broken=1)
    assert not stored
    assert all(isinstance(one, Exception) for one in answers)


@pytest.mark.parametrize("header", ["", "0003", "000307", "00030701", "0003070000", "0003070103"])
def test_a_header_that_says_nothing_of_parts_leaves_a_whole_text(header: str) -> None:
    octets = bytes.fromhex(header)
    body = Deliver(
        *(1, "10690001", "PAY", PHONE[3:], Format.ASCII, True),
        content=bytes([len(octets)]) + octets + b"TD",
    )
    [one] = find_inbound("cmpp", [body])
    assert (one.part, one.text) == (None, "TD")
