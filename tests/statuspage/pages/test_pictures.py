"""The picture of a schedule: its text fits, its signs exist, and it follows the notice."""

import io
from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from django.test import Client
from django.utils.translation import override
from PIL import Image, ImageFont

from statuspage.pages.pictures.canvas import MARGIN, WIDTH, Style, measure, wrapped
from statuspage.pages.pictures.schedule import SchedulePicture
from statuspage.pages.pictures.signs import FONT, drawable, picture_notes
from statuspage.pages.rendering.due import after_statements
from statuspage.settlement.holiday.cards import CardPart, CardRow, MerchantCard
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.console.browser import signed_in
from tests.statuspage.notices import samples

STYLE = Style(38)
ROOM = WIDTH - 2 * MARGIN
CARD = MerchantCard(
    "micro",
    "小微商户",
    [CardPart("T+1", [CardRow("9月30日–10月7日的交易", "10月8日（周四）")], "")],
    "D+1、秒到：正常结算。",
    "",
)


def picture(**values: object) -> SchedulePicture:
    given = {
        "operator": "演示支付",
        "title": "2026年国庆节结算安排",
        "cards": [CARD],
        "source": "公告第22号",
        "address": "https://status.example.com/notices/abcdefghjkmn/",
    }
    return SchedulePicture(**{**given, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "written",
    [
        "9月30日至10月7日的交易，于10月8日（周四）到账。" * 6,
        "Transactions of 30 September to 7 October arrive on Thursday, 8 October. " * 6,
        "https://status.example.com/" + "a" * 200,
        "",
    ],
)
def test_every_line_fits_and_nothing_is_lost(written: str) -> None:
    lines = [*wrapped(written, STYLE, ROOM)]
    # A closing sign may hang over the edge by its own width, inside the margin.
    assert all(measure(one, STYLE) <= ROOM + STYLE.size for one in lines)
    assert "".join(lines).replace(" ", "") == written.replace(" ", "")
    assert not any(one[0] in "，。）" for one in lines if one)


def test_it_is_a_png_as_wide_as_three_phones_and_as_long_as_its_cards() -> None:
    short = Image.open(io.BytesIO(picture().png()))
    long = Image.open(io.BytesIO(picture(cards=[CARD] * 4).png()))
    assert short.format == "PNG"
    assert short.width == long.width == WIDTH
    assert long.height > short.height


def test_the_same_words_are_the_same_bytes() -> None:
    assert picture().png() == picture().png()
    assert picture().png() != picture(hint="草稿").png()


def test_every_sign_of_the_catalogue_is_in_the_font() -> None:
    font = ImageFont.truetype(str(FONT), 40)
    missing = bytes(font.getmask("\ue000"))
    catalogue = Path("locale/zh_Hans/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    hanzi = {one for one in catalogue if "\u4e00" <= one <= "\u9fff"}
    assert len(hanzi) > 800
    assert not [one for one in hanzi if bytes(font.getmask(one)) == missing]


@pytest.mark.parametrize(
    "name", ["喆堃犇支付", "𬭎信支付", "珺㙍堉", "€100 or £5", "Zürich", "①至⑳ ✓ ☎"]
)
def test_a_rare_character_of_a_name_is_no_box(name: str) -> None:
    assert drawable(name) == name
    assert picture_notes([name]) == []
    boxes = picture(operator="\ue000" * len(name)).png()
    assert picture(operator=name).png() != boxes


@pytest.mark.parametrize(
    ("written", "drawn"),
    [
        ("国庆🎉快乐👨‍👩‍👧", "国庆快乐"),
        ("㈱演示", "(株)演示"),
        ("⽉结", "月结"),
        ("零\u200b宽\x00", "零宽"),
        ("Škoda", "Skoda"),
        ("一行\n二行", "一行\n二行"),
    ],
)
def test_what_the_font_lacks_is_replaced_or_left_out(written: str, drawn: str) -> None:
    assert drawable(written) == drawn
    assert picture(operator=written).png() == picture(operator=drawn).png()


def test_what_a_picture_cannot_show_is_named() -> None:
    with override("en"):
        assert picture_notes(["臺灣支付🎉", "秒到"]) == [
            "The picture leaves out: 🎉.",
            "The picture's font lacks 臺, 灣: it shows boxes. Use other characters.",
        ]


def schedule() -> Statement:
    with time_machine.travel(datetime.fromisoformat("2025-09-20T10:00:00+08:00"), tick=False):
        samples.world()
        return samples.publish("holiday_schedule")


@pytest.mark.django_db
def test_a_published_schedule_has_a_picture_in_both_languages(client: Client) -> None:
    said = schedule()
    sizes = set()
    for prefix in ("", "/en"):
        address = f"{prefix}/notices/{said.subject_id}/picture.png"
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
        assert not answer.cookies
        sizes.add(len(answer.content))
        assert address in client.get(f"{prefix}/notices/{said.subject_id}/").content.decode()
        assert address in after_statements(said.number - 1, said.published_at)
    assert len(sizes) == 2


@pytest.mark.django_db
def test_a_corrected_picture_says_so_and_a_withdrawn_one_is_gone(client: Client) -> None:
    said = schedule()
    address = f"/notices/{said.subject_id}/picture.png"
    before = client.get(address).content
    statement_correct(statement=said, body=text("时间有误。"), author=None)
    assert client.get(address).content != before
    statement_withdraw(statement=said, body=text("误发。"), author=None)
    assert client.get(address).status_code == 404
    assert "picture.png" not in client.get(f"/notices/{said.subject_id}/").content.decode()


@pytest.mark.django_db
def test_another_notice_has_none(client: Client) -> None:
    said = samples.publish("general")
    assert client.get(f"/notices/{said.subject_id}/picture.png").status_code == 404
    assert "picture.png" not in client.get(f"/notices/{said.subject_id}/").content.decode()
    assert client.get("/notices/zzzzzzzzzzzz/picture.png").status_code == 404


@pytest.mark.django_db
def test_staff_see_it_before_it_is_published_marked_as_a_draft() -> None:
    samples.world()
    staff = signed_in()
    answer = staff.get("/console/holidays/?year=2026&picture=national_day")
    assert answer["Content-Type"] == "image/png"
    with override("en"):
        assert Image.open(io.BytesIO(answer.content)).width == WIDTH
    assert staff.get("/console/holidays/?year=2026&picture=christmas").status_code == 404
    assert staff.get("/console/holidays/?year=2031&picture=national_day").status_code == 404
