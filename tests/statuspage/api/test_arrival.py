"""GET /api/v1/arrival/: the question that anybody may ask."""

from datetime import time
from decimal import Decimal
from typing import Any

import pytest
import yaml
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from pytest_django.fixtures import Settings

from statuspage.lib.money import Fee
from tests.statuspage.api.client import error_of
from tests.statuspage.calendar.factories import load
from tests.statuspage.settlement.arrival.notices import delay, waiver
from tests.statuspage.settlement.rules.factories import make_price, make_product, make_rule

pytestmark = pytest.mark.django_db
HOLIDAY = "/api/v1/arrival/?category=micro&at=2024-09-30T12:00:00+08:00"


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    load(2024, 2025)
    make_rule("T+1", cutoff=time(23), usual_arrival=time(18), fee=Fee(Decimal("0.6")))


def get(address: str, language: str = "en", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Client().get(address, headers={"Accept-Language": language, **named})


def answer(query: str, language: str = "en") -> dict[str, Any]:
    response = get(f"/api/v1/arrival/?{query}", language)
    assert response.status_code == 200, response.content
    return response.json()


def test_it_answers_without_a_token() -> None:
    response = get(HOLIDAY)
    assert response.status_code == 200
    body = response.json()
    assert body["arrival_date"] == "2024-10-08"
    assert body["arrival_time"] == "18:00"
    assert body["status"] == "known"
    assert body["kind"] == "credit"
    assert body["late"] is False
    assert body["summary"] == "Should have arrived on Tue 8 Oct 2024 by 18:00"
    assert body["fee"] is None


def test_the_plus_of_the_offset_may_be_written_as_it_is_or_encoded() -> None:
    encoded = HOLIDAY.replace("+08:00", "%2B08:00")
    utc = HOLIDAY.replace("12:00:00+08:00", "04:00:00Z")
    assert {get(one).json()["arrival_date"] for one in (HOLIDAY, encoded, utc)} == {"2024-10-08"}


def test_every_step_has_its_code_text_and_date() -> None:
    steps = get(HOLIDAY).json()["steps"]
    assert [one["code"] for one in steps] == [
        *("rule", "before_cutoff"),
        *["skipped"] * 7,
        *("calendar", "by_rule"),
    ]
    assert {frozenset(one) for one in steps} == {
        frozenset({"code", "text", "date", "statement", "url"})
    }
    assert steps[2]["date"] == "2024-10-01"
    assert "National Day" in steps[2]["text"]
    assert steps[-1]["date"] == "2024-10-08"


def test_a_step_names_the_statement_that_says_so_and_its_address(settings: Settings) -> None:
    said = delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
    body = answer("category=micro&at=2025-02-18T12:00:00%2B08:00")
    step = next(one for one in body["steps"] if one["code"] == "delay")
    assert step["statement"] == said.number
    assert step["url"] == (
        f"{settings.SITE_URL}/en/notices/{said.subject_id}/#statement-{said.number}"
    )
    assert (body["late"], body["arrival_date"], body["arrival_time"]) == (True, "2025-02-24", None)
    assert Client().get(step["url"].removeprefix(settings.SITE_URL)).status_code == 200


def test_not_yet_known_and_not_published_are_said_as_such() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", "2025-02-19 00:00")
    unknown = answer("category=micro&at=2025-02-18T12:00:00%2B08:00")
    assert (unknown["status"], unknown["arrival_date"]) == ("not_yet_known", None)
    unpublished = answer("category=micro&at=2025-12-31T12:00:00%2B08:00")
    assert (unpublished["status"], unpublished["arrival_date"]) == ("not_published", None)
    early = answer("category=micro&at=2003-03-04T12:00:00%2B08:00")
    assert (early["status"], early["arrival_date"]) == ("not_in_calendar", None)
    assert early["steps"][-1]["code"] == "not_in_calendar"
    without = answer("category=industry&at=2025-03-04T12:00:00%2B08:00")
    assert (without["status"], without["arrival_date"]) == ("no_rule", None)


def test_the_answer_that_was_true_then_can_be_asked_for() -> None:
    delay("2025-02-18 15:00", "2025-02-18 00:00", by="2025-02-24")
    asked = "category=micro&at=2025-02-18T12:00:00%2B08:00&as_of=2025-02-18T14:59:00%2B08:00"
    body = answer(asked)
    assert body["arrival_date"] == "2025-02-19"
    assert body["as_of"] == "2025-02-18T06:59:00Z"


def test_an_amount_gets_the_fee_and_what_is_waived_exactly() -> None:
    waiver("2025-02-21 09:00", "2025-02-18 00:00", "2025-02-21 00:00", "50")
    fee = answer("category=micro&at=2025-02-18T12:00:00%2B08:00&amount=1234.56")["fee"]
    assert fee == {
        "amount": "1234.56",
        "rate": {"percent": "0.6", "fixed": "0.00"},
        "fee": "7.41",
        "effective_rate": "0.60",
        "payout": "1227.15",
        "waived": "3.71",
        "waived_if_affected": True,
        "refunded_by": None,
        "per_payout": "0.00",
        "to_pay": "3.70",
        "to_receive": "1230.86",
    }


def test_a_fee_above_the_amount_has_no_rate_and_leaves_no_negative_payout() -> None:
    make_price("0.6%+2", replaces=False)
    fee = answer("category=micro&at=2025-02-18T12:00:00%2B08:00&amount=1")["fee"]
    assert (fee["fee"], fee["effective_rate"], fee["payout"]) == ("2.01", None, "0.00")


def test_a_card_and_a_channel_may_be_named() -> None:
    make_price("0.5%封顶20", card="debit", replaces=False)
    asked = "category=micro&at=2025-02-18T12:00:00%2B08:00&amount=10000"
    body = answer(asked)
    assert body["fee"] is None
    assert "fee_depends" in [one["code"] for one in body["steps"]]
    assert answer(f"{asked}&card=debit&channel=card")["fee"]["fee"] == "20.00"
    assert get(f"/api/v1/arrival/?{asked}&card=gold").status_code == 400


def test_a_product_may_be_named() -> None:
    make_product("instant")
    make_rule("D+0", product="instant")
    body = answer("category=micro&product=instant&at=2024-09-30T12:00:00%2B08:00")
    assert (body["product"], body["arrival_date"]) == ("instant", "2024-09-30")


def test_it_speaks_the_caller_s_language() -> None:
    assert get(HOLIDAY, "zh-CN").json()["summary"] == "应已于2024年10月8日（周二）18:00 前到账"
    chinese = get("/api/v1/arrival/?category=micro", "zh-CN")
    assert error_of(chinese)["fields"]["at"][0] != error_of(get("/api/v1/arrival/"))["fields"]["at"]


def test_a_bad_question_is_a_400_that_names_the_field(subtests: pytest.Subtests) -> None:
    for query, field in [
        ("at=2024-09-30T12:00:00%2B08:00", "category"),
        ("category=giant&at=2024-09-30T12:00:00%2B08:00", "category"),
        ("category=micro", "at"),
        ("category=micro&at=", "at"),
        ("category=micro&at=tomorrow", "at"),
        ("category=micro&at=2024-09-30T12:00:00", "at"),
        ("category=micro&at=2024-02-30T12:00:00Z", "at"),
        ("category=micro&at=1999-01-01T12:00:00Z", "at"),
        ("category=micro&at=9999-12-31T23:59:59-12:00", "at"),
        ("category=micro&at=2024-09-30T12:00:00Z&product=gold", "product"),
        ("category=micro&at=2024-09-30T12:00:00Z&product=%00", "product"),
        ("category=micro&at=2024-09-30T12:00:00Z&amount=1.234", "amount"),
        ("category=micro&at=2024-09-30T12:00:00Z&amount=NaN", "amount"),
        ("category=micro&at=2024-09-30T12:00:00Z&as_of=then", "as_of"),
        ("category=micro&at=2024-09-30T12:00:00Z&ammount=1", "ammount"),
    ]:
        with subtests.test(query=query, field=field):
            response = get(f"/api/v1/arrival/?{query}")
            assert response.status_code == 400
            assert set(error_of(response)["fields"]) == {field}


def test_any_site_s_script_may_ask() -> None:
    for response in (get(HOLIDAY), get("/api/v1/arrival/"), Client().options(HOLIDAY)):
        assert response["Access-Control-Allow-Origin"] == "*"
        assert not response.cookies
    assert Client().options(HOLIDAY).status_code == 204


def test_a_token_is_not_looked_at() -> None:
    assert get(HOLIDAY, Authorization="Bearer nonsense").status_code == 200


def test_nothing_can_be_posted_there() -> None:
    assert Client().post("/api/v1/arrival/").status_code == 405


def test_who_asks_too_often_is_told_to_wait(settings: Settings) -> None:
    settings.ARRIVAL_PER_IP_MINUTE = 2
    assert [get(HOLIDAY).status_code for _each in range(3)] == [200, 200, 429]
    refused = get(HOLIDAY)
    assert refused["Retry-After"] == "60"
    assert error_of(refused)["code"] == "throttled"


def test_the_page_and_the_api_count_together(settings: Settings) -> None:
    settings.ARRIVAL_PER_IP_MINUTE = 1
    assert get(HOLIDAY).status_code == 200
    assert Client().get("/arrival/?category=micro").status_code == 429


def test_every_parameter_is_described_in_the_schema() -> None:
    schema = yaml.safe_load(get("/api/v1/schema/").content)
    operation = schema["paths"]["/api/v1/arrival/"]["get"]
    described = {
        one["name"]: one.get("required", False)
        for one in operation["parameters"]
        if one["in"] == "query"
    }
    optional = dict.fromkeys(("product", "amount", "card", "channel", "mcc", "as_of"), False)
    assert described == {"category": True, "at": True, **optional}
    assert not any(operation.get("security", []))
    assert {"200", "400", "429"} <= set(operation["responses"])
    assert "401" not in operation["responses"]
    fields = schema["components"]["schemas"]["ArrivalAnswer"]["properties"]
    assert set(fields) == set(get(HOLIDAY).json())
    assert operation["summary"] == "Get the arrival date of a transaction"


NAMES = st.sampled_from(["category", "product", "at", "amount", "as_of", "format", "x"])
VALUES = st.text(max_size=25) | st.sampled_from(
    ["micro", "2024-09-30T12:00:00 08:00", "0001-01-01T00:00:00+14:00", "1e999", "\x00", "+", " "]
)


class TestStrangers(TestCase):
    """Whatever is asked, there is an answer."""

    @given(st.dictionaries(NAMES, VALUES, max_size=4))
    @settings(suppress_health_check=list(HealthCheck))
    def test_no_question_of_a_stranger_breaks_it(self, query: dict[str, str]) -> None:
        asked = {"category": "micro", "at": "2024-09-30T12:00:00Z", **query}
        with self.settings(ARRIVAL_PER_IP_MINUTE=10**6):
            assert self.client.get("/api/v1/arrival/", asked).status_code in {200, 400}
