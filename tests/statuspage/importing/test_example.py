"""What `candor import` makes of the example in the documentation."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.notices.models import Notice
from statuspage.projections.comparing import differences
from statuspage.staff.models import AuditEntry
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import make_address, open_incident, text
from tests.statuspage.importing.commands import components_and_author, kinds, run
from tests.statuspage.importing.readings import EXAMPLE
from tests.worlds import kept_world

pytestmark = pytest.mark.usefixtures("imported", "db")


@pytest.fixture(scope="module")
def imported(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The example, imported once, with somebody who is subscribed to everything."""
    with kept_world(django_db_blocker):
        components_and_author()
        make_address()
        run(EXAMPLE)
        yield


def test_the_example_goes_in_oldest_first_and_a_notice_never_before_its_incident() -> None:
    assert kinds() == [
        "notice.general",
        "incident.backfilled",
        "incident.backfilled",
        "incident.backfilled_update",
        "incident.backfilled_update",
        "notice.general",
    ]
    payouts = Incident.objects.latest("started_at")
    assert Notice.objects.latest("pk").incident_id == payouts.public_id


def test_everything_is_entered_by_its_author() -> None:
    assert {one.author.username for one in Statement.objects.select_related("author")} == {"lin"}
    assert AuditEntry.objects.filter(act="entries.imported", staff__username="lin").count() == 1


def test_running_it_twice_enters_nothing_twice() -> None:
    before = kinds()
    said = run(EXAMPLE)
    assert kinds() == before
    assert "4 already in" in said
    assert "Nothing was entered." in said


def test_nobody_is_told() -> None:
    for number in range(1, len(kinds()) + 1):
        expand(number)
    assert not Delivery.objects.exists()


def test_notices_are_marked_as_published_before(client: Client) -> None:
    notice = Notice.objects.earliest("pk")
    said = Statement.objects.get(subject_id=notice.public_id)
    assert said.content["originally"] == {
        "published_on": "2024-01-29",
        "document_number": "演示支付〔2024〕2号",
        "link": "https://www.example.com/notices/2024-2",
    }
    assert said.content["told"] == "nobody"
    shown = client.get(f"/notices/{notice.public_id}/").content.decode()
    assert "演示支付〔2024〕2号" in shown
    assert "2024年1月29日" in shown


def test_incidents_and_their_updates_are_marked_as_entered_afterwards(client: Client) -> None:
    payouts = Incident.objects.latest("started_at")
    said = Statement.objects.filter(subject_id=payouts.public_id)
    assert all(one.content["backfilled"] for one in said)
    shown = client.get(f"/incidents/{payouts.public_id}/").content.decode()
    assert shown.count("补录") >= 3


def test_no_component_changes_its_present_state() -> None:
    assert {one.status for one in Component.objects.all()} == {"operational"}


def items(client: Client) -> list[dict[str, Any]]:
    """Return what a feed reader gets."""
    found: list[dict[str, Any]] = client.get("/feed.json").json()["items"]
    return found


def test_feeds_give_nothing_of_it_as_news(client: Client) -> None:
    dates = {one["title"]: one["date_published"][:10] for one in items(client)}
    assert dates == {
        "已恢复：T+1、D+1 到账中断": "2025-02-21",
        "已定位：T+1、D+1 到账中断": "2025-02-20",
        "调查中：T+1、D+1 到账中断": "2025-02-20",
        "已恢复：商户后台登录缓慢": "2024-06-03",
    }


def test_an_import_pushes_nothing_out_of_the_feeds(client: Client) -> None:
    now = open_incident()
    assert items(client)[0]["id"].endswith(f"{now.number}")


def test_pages_show_what_the_statements_of_an_import_say() -> None:
    assert differences() == []


def test_what_was_withdrawn_is_not_entered_again() -> None:
    payouts = Incident.objects.latest("started_at")
    first = Statement.objects.filter(subject_id=payouts.public_id).earliest("number")
    statement_withdraw(statement=first, body=text("误录。"), author=None)
    before = kinds()
    assert "already in  2025-02-19" in run(EXAMPLE)
    assert kinds() == before
    assert differences() == []
