"""The yearly disclosure: its figures fit each other, and the shares are worked out."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from statuspage.notices.kind import notice_kind
from tests.statuspage.console.browser import words
from tests.statuspage.notices.samples import publish, right_payload

pytestmark = pytest.mark.django_db
KIND = notice_kind("yearly_disclosure")


def refused(**values: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as problem:
        KIND.clean(right_payload("yearly_disclosure") | values)
    return problem.value.message_dict


def test_the_public_page_shows_the_shares_by_kind_and_in_all() -> None:
    notice = publish("yearly_disclosure").subject_id
    page = words(Client().get(f"/en/notices/{notice}/"))
    for part in ("Complaints in 2024", "400", "0.00333%", "379 (94.75%)", "270 (67.50%)", "95.00%"):
        assert part in page


def test_a_message_says_how_many_and_how_soon() -> None:
    with override("en"):
        said = "".join(KIND.brief(KIND.clean(right_payload("yearly_disclosure"))))
    assert "400, 94.75% handled within 3 working days." in said


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"transaction_handled": 301}, "transaction_handled"),
        ({"transaction_within_3": 300, "transaction_handled": 299}, "transaction_within_3"),
        ({"service_within_1": 100}, "service_within_1"),
        ({"service_received": -1}, "service_received"),
        ({"service_received": "1.5"}, "service_received"),
        ({"service_received": True}, "service_received"),
        ({"transactions": "1" * 13}, "transactions"),
        ({"risk_events": None}, "risk_events"),
    ],
)
def test_figures_that_do_not_fit_are_refused_at_their_field(
    values: dict[str, Any], field: str
) -> None:
    assert field in refused(**values)


def test_a_year_that_goes_on_is_not_disclosed() -> None:
    assert "year" in refused(year=timezone.localdate().year)


def test_a_year_without_complaints_or_losses_has_no_shares() -> None:
    none = {one: 0 for one in right_payload("yearly_disclosure") if one != "year"}
    payload = KIND.clean(none | {"year": 2024, "lost": "0", "compensated": "0"})
    with override("en"):
        [table] = KIND.tables(payload)
        assert table.rows[-1] == ["Total", "0", "–", "0 (–)", "0 (–)", "0 (–)"]
        assert KIND.lines(payload)[-1].text == "–"
