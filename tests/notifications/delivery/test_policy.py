"""Which statements go by which channel, and which wake people."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.channels import media
from notifications.delivery.audience import channels_for, may_wake, moment_of
from notifications.delivery.models import Broadcast
from notifications.delivery.states import Moment
from statuspage.components.statuses import ComponentStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.incidents.services.maintenances import (
    maintenance_schedule,
    maintenance_update,
    maintenances_advance,
)
from statuspage.notices.services import notice_publish
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_component, open_incident, text

pytestmark = pytest.mark.django_db

SMS = "sms"
# Beside those that only critical incidents are worth.
EVERY = {one.name for one in media() if not one.critical_only}
CALLS = {one.name for one in media() if one.critical_only}
FREE = EVERY - {SMS}


def told_by(statement):
    return set(Broadcast.objects.get(pk=statement.number).channels)


def update(opened, **values):
    given = {"status": "identified", "body": text("新情况"), "author": None, **values}
    return incident_update(incident=incident_of(opened), **given)


def plan():
    start = timezone.now() + timedelta(hours=1)
    return maintenance_schedule(
        name=text("维护"),
        body=text("正文"),
        components=[],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )


def test_an_opening_goes_by_every_channel():
    opened = open_incident()
    assert moment_of(opened.document) == Moment.OPENED
    assert told_by(opened) == EVERY


def test_an_update_that_changes_nothing_costs_no_sms():
    updated = update(open_incident())
    assert moment_of(updated.document) == Moment.UPDATED
    assert told_by(updated) == FREE


def test_a_graver_impact_goes_by_sms():
    opened = open_incident()
    updated = update(opened, impact="critical")
    assert moment_of(updated.document) == Moment.WORSENED
    assert CALLS
    assert told_by(updated) == EVERY | CALLS


def test_another_component_that_fails_goes_by_sms():
    opened = open_incident()
    other = make_component()
    updated = update(opened, components={other.public_id: ComponentStatus.DEGRADED_PERFORMANCE})
    assert moment_of(updated.document) == Moment.WORSENED


def test_a_component_that_recovers_costs_no_sms():
    component = make_component()
    opened = open_incident(component)
    updated = update(opened, components={component.public_id: ComponentStatus.OPERATIONAL})
    assert moment_of(updated.document) == Moment.UPDATED


def test_a_resolution_goes_by_sms_and_so_does_its_return():
    opened = open_incident()
    resolved = update(opened, status="resolved")
    assert moment_of(resolved.document) == Moment.RESOLVED
    assert told_by(resolved) == EVERY
    back = update(opened, status="investigating")
    assert moment_of(back.document) == Moment.WORSENED
    assert told_by(back) == EVERY


def test_maintenance_goes_by_sms_when_it_begins_and_only_then():
    planned = plan()
    (begun,) = maintenances_advance(now=timezone.now() + timedelta(minutes=61))
    on = Maintenance.objects.get()
    more = maintenance_update(
        maintenance=on, status="in_progress", body=text("还在进行"), author=None
    )
    (done,) = maintenances_advance(now=timezone.now() + timedelta(hours=3))
    moments = [moment_of(one.document) for one in (planned, begun, more, done)]
    assert moments == [
        Moment.MAINTENANCE_PLANNED,
        Moment.MAINTENANCE_BEGINS,
        Moment.MAINTENANCE_UPDATED,
        Moment.MAINTENANCE_UPDATED,
    ]
    assert [told_by(one) for one in (planned, begun, more, done)] == [FREE, EVERY, FREE, FREE]


def test_a_settlement_notice_goes_by_sms():
    notice = notice_publish(kind="general", title=text("公告"), body=text("正文"), author=None)
    assert moment_of(notice.document) == Moment.NOTICE
    assert told_by(notice) == EVERY


@pytest.mark.parametrize("answer", [statement_correct, statement_withdraw])
def test_a_correction_goes_where_the_original_went(answer):
    loud = open_incident()
    quiet = update(loud)
    assert told_by(answer(statement=loud, body=text("更正"), author=None)) == EVERY
    assert told_by(answer(statement=quiet, body=text("更正"), author=None)) == FREE


def test_the_operator_says_what_is_worth_an_sms(settings):
    settings.SMS_MOMENTS = frozenset({"updated"})
    opened = open_incident()
    assert told_by(opened) == FREE
    assert told_by(update(opened)) == EVERY


def test_a_draft_is_judged_like_the_statement_it_will_be():
    document = open_incident().document
    assert set(channels_for({**document, "number": 99})) == EVERY


@pytest.mark.parametrize(
    ("impact", "wakes"), [("critical", True), ("major", False), ("minor", False), ("none", False)]
)
def test_only_what_is_critical_wakes_people(impact, wakes):
    opened = incident_open(
        name=text("到账延迟"), body=text("正文"), components={}, impact=impact, author=None
    )
    assert may_wake(opened.document) is wakes
    assert Broadcast.objects.get().wakes is wakes
