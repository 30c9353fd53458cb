"""The first page: what is open, what is late, what is being sent."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from notifications.subscribers.models import Address
from statuspage import __version__
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenances_advance
from statuspage.notices.services import notice_publish
from tests.factories import incident_of, make_address, make_component, open_incident, text
from tests.statuspage.console.browser import signed_in, words

HOME = "/console/"


def test_a_quiet_day_says_so(author: Client, component: Component) -> None:
    page = words(author.get(HOME))
    assert "All services are running normally" in page
    assert "No open incidents." in page
    assert "No maintenance scheduled." in page


def test_the_footer_names_the_running_version(author: Client) -> None:
    assert f"Candor {__version__}" in words(author.get(HOME))


def test_the_headline_follows_the_components(author: Client, chinese: Client) -> None:
    make_component("刷卡交易", "Card payments")
    open_incident()
    assert "Some services have a partial outage" in words(author.get(HOME))
    assert "All services" not in words(chinese.get(HOME))


def test_open_incidents_stand_there_and_resolved_ones_do_not(author: Client) -> None:
    statement = open_incident()
    assert "T+1 payouts are late" in words(author.get(HOME)).split('id="sending"')[0]
    incident_update(
        incident=incident_of(statement), status="resolved", body=text("好了"), author=None
    )
    assert "T+1 payouts are late" not in words(author.get(HOME)).split('id="sending"')[0]


def test_the_next_promised_update_is_shown_with_what_is_left(author: Client) -> None:
    open_incident(next_update_by=timezone.now() + timedelta(minutes=45, seconds=30))
    page = words(author.get(HOME))
    assert "Next update by" in page
    assert "in 45 min" in page
    assert "Update is overdue" not in page


def test_a_promise_that_has_passed_is_marked_late(author: Client) -> None:
    statement = open_incident()
    late = timezone.now() - timedelta(minutes=12, seconds=30)
    Incident.objects.filter(public_id=statement.subject_id).update(next_update_by=late)
    assert "Update is overdue" in words(author.get(HOME))
    assert "Late by 12 min" in words(author.get(HOME))
    assert "Update is overdue" in words(author.get(f"/console/incidents/{statement.subject_id}/"))


def test_an_incident_without_a_promise_is_pointed_out(author: Client) -> None:
    open_incident()
    assert "No next update promised" in words(author.get(HOME))


def test_maintenance_is_shown_planned_and_running(author: Client, component: Component) -> None:
    start = timezone.now() + timedelta(hours=1)
    maintenance_schedule(
        name=text("维护", "Portal maintenance"),
        body=text("维护"),
        components=[component.public_id],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )
    assert "Scheduled" in words(author.get(HOME))
    maintenances_advance(start)
    page = words(author.get(HOME))
    assert "In progress" in page
    assert "Maintenance in progress" in page
    assert page.count("Portal maintenance</a>") == 1


def test_recent_broadcasts_show_their_progress(author: Client) -> None:
    open_incident()
    page = words(author.get(HOME))
    assert 'href="/console/broadcasts/1/"' in page
    assert 'aria-label="Delivery progress of statement 1"' in page


def test_the_latest_notices_are_there(author: Client) -> None:
    notice_publish(kind="general", title=text("公告", "A notice"), body=text("文"), author=None)
    assert "A notice" in words(author.get(HOME)).split('id="notices"')[1]


def test_channels_without_credentials_are_named(author: Client, settings) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    page = words(author.get(HOME))
    assert "Channels not set up (nothing is sent through them):" in page
    assert (
        "SMS"
        in page.split("Channels not set up (nothing is sent through them):")[1].split("</p>")[0]
    )


def test_the_three_ways_to_begin_are_offered(author: Client) -> None:
    page = words(author.get(HOME))
    for path in (
        "/console/incidents/new/",
        "/console/maintenances/compose/",
        "/console/notices/new/",
    ):
        assert f'href="{path}"' in page


def test_only_an_administrator_is_shown_the_way_to_the_reference_data(db: None) -> None:
    assert 'href="/admin/"' in words(signed_in("admin").get(HOME))
    assert 'href="/admin/"' not in words(signed_in("approver").get(HOME))


def test_the_console_states_its_policy_against_foreign_scripts(author: Client) -> None:
    policy = author.get(HOME).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert '"allowEval": false' in words(author.get(HOME))


def test_the_next_promise_and_those_that_are_late_stand_on_top(author: Client) -> None:
    now = timezone.now()
    for name, minutes in [("Later", 50), ("Next", 20), ("Broken", -5)]:
        statement = open_incident(name=text("事件", name))
        due = now + timedelta(minutes=minutes)
        Incident.objects.filter(public_id=statement.subject_id).update(next_update_by=due)
    page = words(author.get(HOME))
    top = page.split('class="actions"')[0]
    assert "1 promised update is overdue:" in top
    assert top.index("Broken</a>") < top.index("Next promised update:") < top.index("Next</a>")
    assert "Later" not in top
    listed = page.split('id="open"')[1]
    assert listed.index("Broken</a>") < listed.index("Next</a>") < listed.index("Later</a>")


def test_addresses_that_are_not_written_to_are_counted(author: Client) -> None:
    Address.objects.filter(pk=make_address().pk).update(
        suppressed_at=timezone.now(), suppressed_for="bad_address"
    )
    assert "1 address stopped" in words(author.get(HOME))
