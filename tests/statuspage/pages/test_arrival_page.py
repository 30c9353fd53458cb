"""The page that answers when the money arrives, as a merchant and a stranger use it."""

import re
from datetime import time
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django import DjangoAssertNumQueries
from pytest_django.fixtures import Settings

from statuspage.lib.money import Fee
from statuspage.statements.models import Statement
from tests.statuspage.calendar.factories import load
from tests.statuspage.pages.story import noticed, path_of, words_of
from tests.statuspage.settlement.arrival.notices import delay, recovery, waiver
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_instant_rule,
    make_price,
    make_product,
    make_rule,
)

pytestmark = pytest.mark.django_db

# The tests' present is 14:30 on Friday, 21 February 2025.
BEFORE_THE_HOLIDAY = {"category": "micro", "date": "2024-09-30", "time": "12:00"}
LATE = {"category": "micro", "date": "2025-02-18", "time": "12:00"}
FIELD_ERROR = re.compile(r'class="error" id="id_(\w+)_error"')


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    load(2024, 2025)
    values = {"cutoff": time(23), "usual_arrival": time(18), "fee": Fee(Decimal("0.6"))}
    make_rule("T+1", "micro", **values)
    make_rule("D+1", "industry", **values)


def ask(client: Client, query: dict[str, str], path: str = "/en/arrival/") -> str:
    response = client.get(path, query)
    assert response.status_code == 200
    return words_of(response)


def refused(client: Client, path: str = "/en/arrival/", **query: str) -> tuple[str, set[str]]:
    response = client.get(path, {**BEFORE_THE_HOLIDAY, **query})
    assert response.status_code == 400
    return words_of(response), set(FIELD_ERROR.findall(response.content.decode()))


def test_it_first_asks_with_today_and_now_filled_in(client: Client) -> None:
    page = client.get("/en/arrival/").content.decode()
    assert 'value="2025-02-21"' in page
    assert 'value="14:30"' in page
    assert "Expected to arrive" not in page


def test_the_answer_comes_first_and_then_why(client: Client) -> None:
    page = ask(client, BEFORE_THE_HOLIDAY)
    said = [
        "Should have arrived on Tue 8 Oct 2024 by 18:00",
        "Why",
        "Made before the cut-off at 23:00",
        *(f"{day} Oct 2024: National Day" for day in range(1, 8)),
        "Under the normal rule, it should have arrived on Tue 8 Oct 2024",
        "Please note",
        "first day after a holiday",
        "Another transaction",
    ]
    positions = [page.index(one) for one in said]
    assert positions == sorted(positions)


def test_the_answer_is_the_page_s_title(client: Client) -> None:
    page = client.get("/en/arrival/", BEFORE_THE_HOLIDAY).content.decode()
    assert "<title>Should have arrived on Tue 8 Oct 2024 by 18:00" in page


def test_the_answer_is_chinese_at_the_root(client: Client) -> None:
    page = ask(client, BEFORE_THE_HOLIDAY, "/arrival/")
    assert "应已于2024年10月8日（周二）18:00 前到账" in page
    assert "国庆节" in page
    assert "计算依据" in page


def test_a_link_may_name_the_category_alone_and_means_now(client: Client) -> None:
    assert "Expected to arrive on Mon 24 Feb" in ask(client, {"category": "micro"})
    assert "Expected to arrive on Sat 22 Feb" in ask(client, {"category": "industry"})


def test_what_was_asked_stands_in_the_form_again(client: Client) -> None:
    page = client.get("/en/arrival/", {**BEFORE_THE_HOLIDAY, "amount": "100"}).content.decode()
    for value in ("2024-09-30", "12:00", "100"):
        assert f'value="{value}"' in page
    assert '<option value="micro" selected>' in page


def test_each_step_links_to_the_statement_that_says_so(client: Client) -> None:
    said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
    response = client.get("/en/arrival/", LATE)
    link = f'href="{path_of(said)}#statement-{said.number}"'
    assert link in response.content.decode()
    assert "Delayed: expected to arrive by Mon 24 Feb" in words_of(response)


def test_where_no_date_is_known_it_says_so_plainly(client: Client) -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00")
    assert "Delayed: arrival date not yet known" in ask(client, LATE)


def test_a_year_that_is_not_published_is_not_guessed(client: Client) -> None:
    page = ask(client, {**BEFORE_THE_HOLIDAY, "date": "2025-12-31"})
    assert "No date yet: the State Council has not published the holidays of 2026" in page


def test_the_answer_of_an_earlier_moment_says_that_it_is_one(client: Client) -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00")
    recovery("2025-02-21 09:00", "2025-02-21 08:30", backlog_by="2025-02-21")
    page = ask(client, {**LATE, "as_of": "2025-02-19T10:00"})
    assert "Delayed: arrival date not yet known" in page
    assert "This is the answer as of 19 Feb, 10:00." in page
    assert "This is the answer as of" not in ask(client, LATE)


def test_an_amount_shows_fee_payout_and_refund_apart_each_with_its_date(client: Client) -> None:
    promised = {"credited_by": "2025-03-07"}
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", payload=promised)
    page = ask(client, {**LATE, "amount": "1,234.56"})
    assert "Transaction amount 1,234.56 Fee 0.60% −7.41" in page
    assert "Payout was due on Wed 19 Feb 1,227.15" in page
    assert "Fee refund by Fri 7 Mar 7.41" in page
    assert "The fee is refunded if your transaction is among those affected." in page
    assert "You receive" not in page


def test_a_waiver_of_all_has_no_condition(client: Client) -> None:
    of_all = {"covers": "all"}
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", payload=of_all)
    page = ask(client, {**LATE, "amount": "1,234.56"})
    assert "Fee refund date not yet known 7.41" in page
    assert "among those affected" not in page


def test_a_fee_above_the_amount_is_said_in_yuan_and_words(client: Client) -> None:
    make_price("0.6%+2")
    page = ask(client, {**LATE, "amount": "1"})
    assert "Fee 0.60%+2.00 −2.01" in page
    assert "The fee is more than the amount" in page
    assert "201" not in page
    assert "−1" not in page


def test_cards_and_channels_are_asked_only_where_prices_differ_by_them(client: Client) -> None:
    assert "Card type" not in ask(client, {})
    make_price("0.5%封顶20", card="debit", replaces=False)
    assert "Card type" in ask(client, {})
    page = ask(client, {**LATE, "amount": "10000"})
    assert "The fee depends on how the customer paid: Debit card: 0.50% (max 20.00)" in page
    assert "Payout" not in page
    page = ask(client, {**LATE, "amount": "10000", "card": "debit"})
    assert "Fee 0.50% (max 20.00) −20.00" in page
    assert "Channel" not in page


def test_products_are_offered_only_where_there_are_some(client: Client) -> None:
    assert "Payment product" not in ask(client, {})
    make_product("instant", "秒到", "Instant payout")
    make_instant_rule(product="instant")
    assert "Instant payout" in ask(client, {})
    page = ask(client, {**BEFORE_THE_HOLIDAY, "product": "instant"})
    assert "Should have arrived on Mon 30 Sep 2024" in page
    assert "Micro merchants · Instant payout" in page


def test_a_mistake_is_shown_at_its_field_and_nothing_is_answered(
    client: Client, subtests: pytest.Subtests
) -> None:
    make_product()
    for query, field in [
        ({"category": "giant"}, "category"),
        ({"product": "gold"}, "product"),
        ({"date": "30.09.2024"}, "date"),
        ({"date": "2024-02-30"}, "date"),
        ({"date": "1999-12-31"}, "date"),
        ({"date": "9999-12-31"}, "date"),
        ({"date": ""}, "date"),
        ({"time": "25:00"}, "time"),
        ({"time": ""}, "time"),
        ({"amount": "lots"}, "amount"),
        ({"amount": "1.234"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"as_of": "yesterday"}, "as_of"),
        ({"as_of": "0001-01-01T00:00"}, "as_of"),
    ]:
        with subtests.test(query=query, field=field):
            page, fields = refused(client, **query)
            assert fields == {field}
            assert "Please check:" in page
            assert "Expected to arrive" not in page


def test_mistakes_are_explained_in_the_reader_s_language(client: Client) -> None:
    english, _fields = refused(client, time="")
    chinese, _fields = refused(client, "/arrival/", time="")
    assert "Enter the time as well: it may be before or after the cut-off." in english
    assert "请同时填写时间" in chinese


def test_a_field_with_a_mistake_is_tied_to_its_message(client: Client) -> None:
    page = client.get("/en/arrival/", {**BEFORE_THE_HOLIDAY, "amount": "lots"}).content.decode()
    field = re.search(r'<input[^>]*name="amount"[^>]*>', page)
    assert field
    assert 'aria-invalid="true"' in field[0]
    assert "id_amount_error" in field[0]


def test_it_sets_no_cookie_and_has_no_script_of_its_own(client: Client) -> None:
    response = client.get("/arrival/", BEFORE_THE_HOLIDAY)
    assert not response.cookies
    scripts = re.findall(r"<script[^>]*>", response.content.decode())
    assert all(re.search(r' src="/static/js/(copy|reader|log)\.js" defer', one) for one in scripts)


def test_who_asks_too_fast_is_told_to_wait(client: Client, settings: Settings) -> None:
    settings.ARRIVAL_PER_IP_MINUTE = 2
    for _each in range(2):
        ask(client, BEFORE_THE_HOLIDAY)
    response = client.get("/en/arrival/", BEFORE_THE_HOLIDAY)
    assert response.status_code == 429
    assert response["Retry-After"] == "60"
    assert "Try again in a minute." in words_of(response)
    assert "Expected to arrive" not in words_of(response)
    elsewhere = client.get("/en/arrival/", BEFORE_THE_HOLIDAY, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 200


def test_merely_opening_the_form_is_never_too_fast(client: Client, settings: Settings) -> None:
    settings.ARRIVAL_PER_IP_MINUTE = 1
    assert {client.get("/arrival/").status_code for _each in range(3)} == {200}


def test_the_navigation_and_the_sitemap_lead_to_it(client: Client) -> None:
    assert 'href="/en/arrival/"' in client.get("/en/").content.decode()
    assert "/arrival/" in client.get("/sitemap.xml").content.decode()


def test_the_other_language_keeps_the_question(client: Client) -> None:
    page = client.get("/arrival/", BEFORE_THE_HOLIDAY).content.decode()
    assert "/en/arrival/?category=micro&amp;date=2024-09-30" in page


class TestHome:
    """“When will today's payments arrive?” on the first page."""

    def test_each_category_sees_when_what_is_paid_now_arrives(self, client: Client) -> None:
        page = words_of(client.get("/en/"))
        assert "When will today's payments arrive?" in page
        assert "Micro merchants Expected to arrive on Mon 24 Feb by 18:00 Weekend" in page
        assert "Industry merchants Expected to arrive on Sat 22 Feb by 18:00" in page

    def test_a_delay_shows_at_once_and_for_its_audience(self, client: Client) -> None:
        delay("2025-02-21 12:00", "2025-02-21 00:00", audience={"categories": ["micro"]})
        page = words_of(client.get("/en/"))
        assert "Delayed: arrival date not yet known payout delay" in page
        assert "Industry merchants Expected to arrive on Sat 22 Feb" in page

    def test_it_links_to_the_reasons(self, client: Client) -> None:
        page = client.get("/").content.decode()
        assert 'href="/arrival/?category=micro"' in page
        assert "今天的交易何时到账？" in page

    def test_it_stays_the_same_while_the_minute_changes(self, client: Client) -> None:
        first = client.get("/")
        with time_machine.travel(beijing("2025-02-21 14:31"), tick=False):
            assert client.get("/")["ETag"] == first["ETag"]

    def test_at_the_cut_off_the_day_changes(self, client: Client) -> None:
        with time_machine.travel(beijing("2025-02-24 22:59:59"), tick=False):
            assert "Tue 25 Feb" in words_of(client.get("/en/"))
        with time_machine.travel(beijing("2025-02-24 23:00"), tick=False):
            assert "Wed 26 Feb" in words_of(client.get("/en/"))

    def test_however_many_notices_there_are_the_queries_are_as_many(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        noticed()
        client.get("/")  # the calendar's days are read once in each process
        for _more in range(3):
            with django_assert_num_queries(25):
                client.get("/")
            noticed()
            waiver("2025-01-21 09:00", "2025-01-18 00:00", "2025-01-21 00:00")


def test_without_any_rule_the_first_page_promises_nothing(client: Client) -> None:
    with time_machine.travel(beijing("1999-01-01 12:00"), tick=False):
        assert "When will today's payments arrive?" not in words_of(client.get("/en/"))
    assert Statement.objects.count() == 0


NAMES = st.sampled_from(["category", "product", "date", "time", "amount", "as_of", "at"])
VALUES = st.text(max_size=20) | st.sampled_from(
    ["micro", "2025-12-31", "0000-00-00", "23:59:60", "1e400", "NaN", "\x00", "１２", "-0", "０.5"]
)


class TestStrangers(TestCase):
    """Whatever is asked, there is an answer."""

    @given(st.dictionaries(NAMES, VALUES, max_size=5))
    @settings(suppress_health_check=list(HealthCheck))
    def test_no_question_of_a_stranger_breaks_it(self, query: dict[str, str]) -> None:
        with self.settings(ARRIVAL_PER_IP_MINUTE=10**6):
            response = self.client.get("/arrival/", {"category": "micro", **query})
        assert response.status_code in {200, 400}
