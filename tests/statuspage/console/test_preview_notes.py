"""What a preview says of values that are read or drawn otherwise than they were typed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.calendar.selectors import profile_of
from statuspage.notices.models import Product
from tests.factories import text
from tests.statuspage.console.browser import press, signed_in, words
from tests.statuspage.notices import samples

pytestmark = pytest.mark.django_db
PRICES = "/console/notices/compose/price_list/"
SCHEDULE = "/console/notices/compose/holiday_schedule/"


def test_merged_cells_of_a_price_list_are_pointed_out(author: Client) -> None:
    merged = "小微商户\t\t借记卡\t\t0.5%\n\t\t贷记卡\t\t0.6%"
    said = "Line 2 names no merchants: read as those of the line above."
    given = {"payload_valid_from": (timezone.localdate() + timedelta(days=90)).isoformat()}
    assert said in words(press(author, PRICES, "preview", **given, payload_prices=merged))
    whole = merged.replace("\n\t", "\n小微商户\t")
    assert said not in words(press(author, PRICES, "preview", **given, payload_prices=whole))


def test_signs_that_the_picture_lacks_are_pointed_out(author: Client) -> None:
    samples.world()
    chosen = {"payload_holiday": "national_day", "payload_year": "2026"}
    said = "The picture's font lacks 臺: it shows boxes."
    assert said not in words(press(author, SCHEDULE, "preview", **chosen))
    cards = {"code": "taiwan", "name": text("臺灣卡", "Taiwan cards")}
    Product.objects.create(**cards, profile=profile_of("domestic"))
    page = words(press(author, SCHEDULE, "preview", **chosen))
    assert "The picture's font lacks 臺, 灣" in page
    # Another kind of notice has no picture.
    assert "picture" not in words(press(author, "/console/notices/compose/general/", "preview"))
    assert "lacks 臺, 灣" in words(signed_in("author").get("/console/holidays/?year=2026"))
