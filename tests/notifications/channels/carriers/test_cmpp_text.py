"""How texts are cut and packed for CMPP."""

import pytest

from notifications.channels import sms_text
from notifications.channels.carriers import cmpp_text
from notifications.channels.carriers.cmpp_frames import Format

SIGNATURE = "【演示支付】"


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("x", Format.ASCII, 1),
        ("x" * 159, Format.ASCII, 1),
        ("x" * 160, Format.ASCII, 2),
        ("x" * 306, Format.ASCII, 2),
        ("x" * 307, Format.ASCII, 3),
        ("[" * 79, Format.ASCII, 1),
        ("[" * 80, Format.ASCII, 2),
        ("`", Format.UCS2, 1),
        ("é", Format.UCS2, 1),
        ("话" * 70, Format.UCS2, 1),
        ("话" * 71, Format.UCS2, 2),
        ("话" * 134, Format.UCS2, 2),
        ("话" * 135, Format.UCS2, 3),
        ("😀" * 35, Format.UCS2, 1),
        ("😀" * 36, Format.UCS2, 2),
    ],
)
def test_alphabet_and_parts(text: str, kind: Format, count: int) -> None:
    assert cmpp_text.format_of(text) == kind
    parts = cmpp_text.parts(text)
    assert len(parts) == count
    assert "".join(parts) == text
    made, octets = cmpp_text.packed(text, "", 7)
    assert (made, len(octets)) == (kind, count)
    assert all(len(one) <= (159 if kind == Format.ASCII else 140) for one in octets)


def test_the_header_of_a_part_is_six_octets_with_reference_total_and_number() -> None:
    _, octets = cmpp_text.packed("话" * 140, "", 200)
    assert [one[:6].hex() for one in octets] == ["050003c80301", "050003c80302", "050003c80303"]
    texts = [cmpp_text.unpacked(one, Format.UCS2, udhi=True) for one in octets]
    assert "".join(texts) == "话" * 140


def test_a_surrogate_pair_is_never_split() -> None:
    _, octets = cmpp_text.packed("话" * 66 + "😀" * 40, "", 0)
    for one in octets:
        assert "\ufffd" not in one[6:].decode("utf-16-be", "replace")


def test_what_the_gateway_adds_has_its_room_and_is_not_sent() -> None:
    text = SIGNATURE + "话" * 64
    assert len(cmpp_text.parts(text)) == 1
    assert cmpp_text.packed(text, SIGNATURE, 0)[1] == [("话" * 64).encode("utf-16-be")]
    longer = SIGNATURE + "话" * 65
    _, octets = cmpp_text.packed(longer, SIGNATURE, 0)
    assert [len(one) for one in octets] == [6 + 2 * (67 - len(SIGNATURE)), 6 + 2 * 4]


@pytest.mark.parametrize(
    ("content", "kind", "udhi", "text"),
    [
        (b"TD", 0, False, "TD"),
        ("退订".encode("utf-16-be"), 8, False, "退订"),
        ("退订".encode("gbk"), 15, False, "退订"),
        (b"\x05\x00\x03\x01\x02\x01" + "退订".encode("utf-16-be"), 8, True, "退订"),
        (b"\xff\xfe\xfd", 0, False, "\ufffd" * 3),
        (b"\xd8", 8, False, "\ufffd"),
        (b"", 8, True, ""),
        (b"\xff", 8, True, ""),
        (b"TD", 77, False, "TD"),
        ("退订".encode("utf-16-be"), 0x19, False, "退订"),
        (b"TD\0\0", 0, False, "TD"),
        ("退\0订".encode("utf-16-be"), 8, False, "退订"),
    ],
)
def test_texts_that_people_send_are_read(
    content: bytes, kind: int, *, udhi: bool, text: str
) -> None:
    assert cmpp_text.unpacked(content, kind, udhi=udhi) == text


def test_plain_characters_are_those_that_ascii_and_phones_write_alike() -> None:
    assert "`" not in cmpp_text.PLAIN
    assert set(sms_text.GSM_EXTENDED) - {"€"} <= cmpp_text.PLAIN
