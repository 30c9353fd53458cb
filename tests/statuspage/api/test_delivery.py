"""Who was told, over the API: counts and masked addresses."""

import pytest

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from statuspage.statements.models import Statement
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import restore
from tests.statuspage.api.client import error_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(db: None) -> Statement:
    """Return a statement whose three deliveries wait: two by SMS, one by e-mail."""
    make_address("+8613800001234")
    make_address("+8613900005678")
    make_address("merchant@example.com", channel="email")
    statement = open_incident()
    expand(statement.number)
    return statement


def test_a_broadcast_counts_its_deliveries_by_state_and_channel(api, told):
    Delivery.objects.filter(channel="email").update(state="delivered")
    shown = api.get(f"broadcasts/{told.number}/").json()
    assert shown["statement"] == told.number
    assert shown["total"] == 3
    assert shown["counts"]["pending"] == 2
    assert shown["counts"]["delivered"] == 1
    assert shown["counts"]["failed"] == 0
    assert "total" not in shown["counts"]
    assert shown["by_channel"]["sms"]["pending"] == 2
    assert shown["by_channel"]["email"]["delivered"] == 1
    assert shown["state"] == "sending"


def test_a_broadcast_on_hold_says_so_and_counts_what_is_held(api, told):
    Delivery.objects.filter(channel="email").update(state="delivered")
    Broadcast.objects.update(state="sending")
    restore()
    shown = api.get(f"broadcasts/{told.number}/").json()
    assert shown["state"] == "held"
    assert (shown["counts"]["held"], shown["counts"]["delivered"]) == (2, 1)
    assert shown["by_channel"]["sms"]["held"] == 2
    assert len(api.get(f"deliveries/?statement={told.number}&state=held").json()["results"]) == 2


def test_a_broadcast_without_recipients_counts_zero(api):
    statement = open_incident()
    expand(statement.number)
    shown = api.get(f"broadcasts/{statement.number}/").json()
    assert shown["total"] == 0
    assert shown["by_channel"] == {}


def test_deliveries_show_masked_addresses_only(api, told):
    response = api.get(f"deliveries/?statement={told.number}")
    rows = response.json()["results"]
    assert [row["address"] for row in rows] == ["138****1234", "139****5678", "m***@example.com"]
    assert "13800001234" not in response.content.decode()
    assert {row["state"] for row in rows} == {"pending"}
    assert {row["statement"] for row in rows} == {told.number}
    assert rows[0]["attempts"] == 0
    assert rows[0]["sent_at"] is None


def test_deliveries_can_be_asked_for_by_state_and_channel(api, told):
    Delivery.objects.filter(channel="email").update(state="failed", reason="bad_address", code="5")
    path = f"deliveries/?statement={told.number}"
    failed = api.get(f"{path}&state=failed").json()["results"]
    assert [(row["channel"], row["reason"], row["code"]) for row in failed] == [
        ("email", "bad_address", "5")
    ]
    assert len(api.get(f"{path}&channel=sms").json()["results"]) == 2
    assert api.get(f"{path}&channel=email&state=pending").json()["results"] == []


def test_deliveries_are_paged_by_cursor(api, told):
    page = api.get(f"deliveries/?statement={told.number}&limit=2").json()
    assert len(page["results"]) == 2
    rest = api.get(page["next"]).json()
    assert [row["address"] for row in rest["results"]] == ["m***@example.com"]
    assert rest["next"] is None


def test_a_delivery_to_someone_erased_still_counts_without_an_address(api, told):
    from notifications.subscribers.models import Address

    Address.objects.get(masked="138****1234").subscriber.delete()
    rows = api.get(f"deliveries/?statement={told.number}").json()["results"]
    assert [row["address"] for row in rows] == [None, "139****5678", "m***@example.com"]
    assert api.get(f"broadcasts/{told.number}/").json()["total"] == 3


def test_a_wrong_question_is_refused_by_name(api, subtests: pytest.Subtests) -> None:
    for query, field in [
        ("", "statement"),
        ("?statement=", "statement"),
        ("?statement=x", "statement"),
        ("?statement=0", "statement"),
        (f"?statement={2**63}", "statement"),
        (f"?statement={'9' * 5000}", "statement"),
        ("?statement=1%00", "statement"),
        ("?statement=1&state=lost", "state"),
        ("?statement=1&channel=pigeon", "channel"),
        ("?statement=1&channel=%00", "channel"),
        ("?statement=1&colour=red", "colour"),
    ]:
        with subtests.test(query=query, field=field):
            response = api.get(f"deliveries/{query}")
            assert response.status_code == 400
            assert list(error_of(response)["fields"]) == [field]


def test_a_statement_that_is_not_there_has_no_deliveries_and_no_broadcast(api):
    assert api.get("deliveries/?statement=99").json()["results"] == []
    assert api.get("broadcasts/99/").status_code == 404


def test_components_show_their_names_group_and_whether_they_are_public(api):
    from tests.factories import make_component, make_group

    group = make_group("结算")
    shown = make_component("T+1 结算", "T+1 settlement", group=group)
    make_component("内部", "Internal", visible=False)
    first, second = api.get("components/").json()["results"]
    assert first == {
        "id": shown.public_id,
        "name": {"zh-hans": "T+1 结算", "en": "T+1 settlement"},
        "status": "operational",
        "group": {"id": group.public_id, "name": {"zh-hans": "结算"}},
        "visible": True,
        "pays_out": False,
        "pays_out_to": [],
    }
    assert second["visible"] is False
    assert second["group"] is None
