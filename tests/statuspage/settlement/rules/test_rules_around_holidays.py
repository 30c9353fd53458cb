"""A holiday's schedule by rules of every term: its columns, its generated words, its refusals."""

from datetime import time
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from tests.statuspage.calendar.factories import load
from tests.statuspage.notices.samples import publish
from tests.statuspage.settlement.rules.factories import make_product, make_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def payload() -> Any:
    """National Day 2024: weekly, monthly, instant with the base rule, foreign cards on D+1."""
    load(2024, 2025)
    load(2024, 2025, profile="fx")
    for code in ("instant", "foreign", "every"):
        make_product(code, code, code)
    make_rule("weekly-wednesday", cutoff=time(23))
    make_rule("monthly-1", "industry")
    make_rule("D+0", product="instant", cutoff=time(23), after_cutoff="base_rule", opens=time(7))
    make_rule("D+1", product="foreign", payout_calendar="fx")
    make_rule("D+1", product="every")
    return publish("holiday_schedule", {"holiday": "national_day", "year": 2024}).content


def column(content: Any, product: str, category: str = "micro") -> dict[str, str]:
    table = content["payload"]["table"]
    number = next(
        place
        for place, one in enumerate(table["columns"])
        if {"category": category, "product": product} in one["merchants"]
    )
    return {row["date"]: row["arrivals"][number] for row in table["rows"]}


def test_each_rule_has_the_dates_of_its_own_terms(payload: Any) -> None:
    assert column(payload, "")["2024-09-30"] == "2024-10-09"
    assert column(payload, "")["2024-09-29"] == "2024-10-08"
    assert column(payload, "", "industry")["2024-09-30"] == "2024-10-08"
    assert column(payload, "instant")["2024-10-03"] == "2024-10-03"
    assert column(payload, "foreign")["2024-09-30"] == "2024-10-08"
    assert column(payload, "foreign")["2024-09-28"] == "2024-09-30"
    assert column(payload, "every")["2024-09-28"] == "2024-09-29"


def test_cycles_are_said_in_words_wherever_they_are_shown(payload: Any) -> None:
    said = str({part: payload.get(part) for part in ("name", "body", "tables", "brief", "details")})
    assert "weekly-" not in said
    assert "monthly-" not in said
    with override("zh-hans"):
        assert "周结（周三）" in str(payload["tables"]["zh-hans"])


def test_another_calendar_that_lacks_the_year_is_named_and_not_the_state_council() -> None:
    load(2024, 2025)
    make_product("foreign", profile="fx")
    make_rule("T+1")
    with override("en"), pytest.raises(ValidationError) as refusal:
        publish("holiday_schedule", {"holiday": "national_day", "year": 2024})
    (said,) = refusal.value.message_dict["year"]
    assert "of 2024 is not loaded or not reviewed yet" in said
    assert "State Council" not in said
