"""Was my transaction affected?"""

import re

import pytest
from django.test import Client

from statuspage.settlement.models import AffectedTransaction
from tests.factories import open_incident
from tests.statuspage.settlement.affected.lists import ROW, line, settled, take, text

pytestmark = pytest.mark.django_db

PAGE = "/en/transactions/"
ASKED = {"merchant": ROW["merchant"], "reference": ROW["reference"], "last_four": ROW["phone"]}


@pytest.fixture
def incident():
    return open_incident().subject_id


def ask(path=PAGE, **values):
    return Client().post(path, {**ASKED, **values})


def said(response):
    """The page, but for what is new in every page."""
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", response.content.decode())
    return re.sub(r"\s+", " ", page)


def test_the_form_asks_for_all_three_details():
    page = Client().get(PAGE)
    assert page.status_code == 200
    for name in ASKED:
        assert f'name="{name}"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_a_transaction_still_on_the_way_names_its_incident(incident):
    take(text(line()), incident=incident)
    page = said(ask())
    assert "Its money has not arrived yet." in page
    assert "1,000 yuan" in page
    assert "10:42" in page
    assert f"/en/incidents/{incident}/" in page


def test_a_transaction_that_has_arrived_shows_time_and_waived_fee(incident):
    take(text(settled(settled_at="2025-02-20 15:30", fee_waived="6.00")), incident=incident)
    page = said(ask(reference=" ref -0001 "))
    assert "This transaction was affected. Its money has arrived." in page
    assert "15:30" in page
    assert "6 yuan" in page


def test_the_page_is_chinese_at_the_root(incident):
    take(text(line()), incident=incident)
    response = ask("/transactions/")
    assert response["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in response.content.decode()


def test_unknown_and_not_yours_are_the_same_answer(incident, django_assert_num_queries):
    take(text(line()), incident=incident)
    with django_assert_num_queries(9):  # one is the footer's, seven count the try
        unknown = ask(reference="NOBODY-KNOWS")
    with django_assert_num_queries(9):  # one is the footer's, seven count the try
        not_yours = ask(last_four="0000")
    assert unknown.status_code == not_yours.status_code == 200
    assert said(unknown) == said(not_yours)
    assert "No affected transaction matches these three entries." in said(unknown)


def test_nothing_that_was_typed_stands_in_the_answer(incident):
    take(text(line()), incident=incident)
    for response in (ask(), ask(last_four="0000")):
        assert ROW["merchant"] not in response.content.decode()
        assert ROW["reference"] not in response.content.decode()


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"last_four": "12"}, "Enter four digits."),
        ({"last_four": "12a4"}, "Enter four digits."),
        ({"merchant": ""}, "This field is required"),
        ({"reference": "x" * 65}, "at most 64"),
    ],
)
def test_what_cannot_be_asked_is_said_at_its_field(values, complaint):
    response = ask(**values)
    assert response.status_code == 400
    assert complaint in response.content.decode()


def test_complaints_have_full_width_colons_in_chinese():
    page = said(ask("/transactions/", last_four="12"))
    assert "</a>：" in page
    assert "</a>: " not in page


def test_guessing_from_one_address_ends(settings):
    settings.TRANSACTIONS_PER_IP_MINUTE = 3
    answers = [ask(merchant=str(number)).status_code for number in range(5)]
    assert answers == [200, 200, 200, 429, 429]
    assert ask()["Retry-After"] == "60"


def test_guessing_about_one_merchant_from_many_addresses_ends(settings):
    settings.TRANSACTIONS_PER_MERCHANT_MINUTE = 3
    answers = [
        Client(REMOTE_ADDR=f"10.0.0.{number}").post(PAGE, {**ASKED, "last_four": f"{number:04}"})
        for number in range(5)
    ]
    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]


def test_where_nobody_can_count_nobody_can_guess(incident, settings):
    take(text(line()), incident=incident)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ask().status_code == 429


def test_a_post_of_another_site_is_refused():
    assert Client(enforce_csrf_checks=True).post(PAGE, ASKED).status_code == 403


def test_merchants_find_the_page():
    assert f'href="{PAGE}"' in Client().get("/en/arrival/").content.decode()


def test_an_incident_with_a_backlog_links_to_the_page(incident):
    take(text(line()), incident=incident)
    assert f'href="{PAGE}"' in Client().get(f"/en/incidents/{incident}/").content.decode()
    assert AffectedTransaction.objects.count() == 1
