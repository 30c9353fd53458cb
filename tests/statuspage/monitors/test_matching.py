"""Which labels fit which rule."""

import pytest
from django.core.exceptions import ValidationError

from statuspage.monitors.matching import clean_matchers, fits

LABELS = {"alertname": "PayoutsLate", "cycle": "T+1", "path": "/a[1]?x=*"}


def test_every_label_must_fit_and_only_the_star_is_special(subtests: pytest.Subtests) -> None:
    for matchers, fitting in [
        ({"alertname": "PayoutsLate"}, True),
        ({"alertname": "Payouts*"}, True),
        ({"alertname": "*"}, True),
        ({"alertname": "payoutslate"}, False),
        ({"alertname": "PayoutsLate", "cycle": "T+1"}, True),
        ({"alertname": "PayoutsLate", "cycle": "D+1"}, False),
        ({"region": "*"}, False),
        ({"path": "/a[1]?x=*"}, True),
        ({"alertname": "Payouts?ate"}, False),
        ({"alertname": "[P]ayoutsLate"}, False),
    ]:
        with subtests.test(matchers=matchers, fitting=fitting):
            assert fits(matchers, LABELS) is fitting


@pytest.mark.parametrize(
    "wrong", [{}, [], "a=b", {"a": ""}, {"": "b"}, {"a": 1}, {"a" * 101: "b"}, None]
)
def test_a_rule_asks_for_at_least_one_label(wrong: object) -> None:
    with pytest.raises(ValidationError):
        clean_matchers(wrong)
