"""The demonstration answers when money arrives, for any day of its calendar."""

import pytest
from django.test import Client

from sandbox.demo.seeding import seed_demo
from statuspage.notices.models import Product
from statuspage.settlement.models import SettlementRule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_the_rules_of_the_design_hold_without_a_start_date(subtests: pytest.Subtests) -> None:
    for query, day in [
        ("category=micro&at=2024-09-30T12:00:00%2B08:00", "2024-10-08"),
        ("category=industry&at=2024-09-30T12:00:00%2B08:00", "2024-10-01"),
        ("category=micro&at=2024-09-29T23:00:00%2B08:00", "2024-10-08"),
        ("category=industry&at=2024-09-30T23:00:00%2B08:00", "2024-10-02"),
        ("category=micro&product=card&at=2024-09-30T12:00:00%2B08:00", "2024-10-08"),
        ("category=micro&product=instant&at=2024-09-30T12:00:00%2B08:00", "2024-09-30"),
        ("category=micro&product=instant&at=2024-09-30T23:00:00%2B08:00", "2024-10-08"),
        # By the base rule with its own cut-off: as any other transaction, the next day's.
        ("category=industry&product=instant&at=2024-09-30T23:00:00%2B08:00", "2024-10-02"),
        # 29 September 2024 is a make-up Sunday, on which nothing crosses the border.
        ("category=micro&at=2024-09-28T12:00:00%2B08:00", "2024-09-29"),
        ("category=micro&product=foreign_card&at=2024-09-28T12:00:00%2B08:00", "2024-09-30"),
    ]:
        with subtests.test(query=query, day=day):
            assert Client().get(f"/api/v1/arrival/?{query}").json()["arrival_date"] == day


def test_the_rules_were_known_at_any_moment():
    query = "category=micro&at=2024-09-30T12:00:00Z&as_of=2024-01-01T00:00:00Z"
    assert Client().get(f"/api/v1/arrival/?{query}").json()["arrival_date"] == "2024-10-08"


def test_a_fee_can_be_asked_for():
    query = "category=micro&at=2024-03-05T12:00:00Z&amount=1000"
    assert Client().get(f"/api/v1/arrival/?{query}").json()["fee"]["fee"] == "6.00"


def test_the_first_page_answers_for_now():
    page = Client().get("/en/").content.decode()
    assert page.count('class="line paid-now"') == 2


def test_starting_again_adds_nothing():
    before = SettlementRule.objects.count(), Product.objects.count()
    seed_demo()
    assert (SettlementRule.objects.count(), Product.objects.count()) == before == (4, 4)
