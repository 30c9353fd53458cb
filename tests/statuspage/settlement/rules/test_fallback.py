"""After its cut-off a product never pays sooner than the merchant's base rule."""

from datetime import date, time

import pytest

from statuspage.settlement.arrival.selectors import arrival
from statuspage.settlement.arrival.words import Code
from statuspage.settlement.rules import rule_add
from tests.statuspage.calendar.factories import load
from tests.statuspage.settlement.rules.factories import (
    beijing,
    make_instant_rule,
    make_product,
    make_rule,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def instant() -> None:
    """D+0 until 23:00, else T+1, beside a base rule of T+1 with the same cut-off."""
    load(2025, 2026)
    make_product("instant")
    make_rule("T+1", cutoff=time(23))
    make_instant_rule(product="instant")


@pytest.mark.usefixtures("instant")
class TestOldFallback:
    @pytest.mark.parametrize(
        ("at", "day"),
        [
            # Counts as Tuesday's under the base rule.
            ("2025-03-03T23:30", date(2025, 3, 5)),
            # The night before a weekend: both rules say Monday.
            ("2025-03-07T23:30", date(2025, 3, 10)),
            ("2025-03-03T22:59", date(2025, 3, 3)),
        ],
    )
    def test_it_is_as_slow_as_the_base_rule(self, at: str, day: date) -> None:
        assert arrival("micro", "instant", beijing(at)).arrival_date == day

    def test_the_answer_names_the_base_rule_where_that_decides(self) -> None:
        codes = [one.code for one in arrival("micro", "instant", beijing("2025-03-03T23:30")).steps]
        assert Code.BASE_RULE in codes
        assert Code.FALLBACK not in codes

    def test_a_base_rule_that_was_lengthened_later_counts(self) -> None:
        rule_add(category="micro", cycle="T+5", cutoff=time(23), valid_from=date(2025, 3, 3))
        for at in ("2025-03-03T23:30", "2025-03-07T23:30"):
            ordinary = arrival("micro", "", beijing(at))
            assert arrival("micro", "instant", beijing(at)).arrival_date == ordinary.arrival_date
