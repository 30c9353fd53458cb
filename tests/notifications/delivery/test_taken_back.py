"""Who was told of something hears that it is taken back; what waits of it is never sent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Broadcast, Delivery
from notifications.delivery.states import Moment
from statuspage.incidents.services.backfills import past_incident_enter
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import incident_of, make_address, make_component, open_incident, text

pytestmark = pytest.mark.django_db
MAIL = "email"


def withdraw(statement):
    return statement_withdraw(statement=statement, body=text("误发。"), author=None)


def sent(statement) -> list[str]:
    return list(
        Delivery.objects.filter(statement_id=statement.number).values_list("state", flat=True)
    )


def test_a_correction_that_waits_is_not_sent_after_its_statement_was_withdrawn() -> None:
    make_address("ops@example.com", channel=MAIL)
    opened = open_incident(make_component())
    corrected = statement_correct(statement=opened, body=text("更正。"), author=None)
    taken_back = withdraw(opened)
    for one in (opened, corrected, taken_back):
        expand(one.number)
    assert [sent(one) for one in (opened, corrected, taken_back)] == [
        ["superseded"],
        ["superseded"],
        ["pending"],
    ]


def test_updates_that_wait_are_not_sent_after_the_incident_was_withdrawn() -> None:
    make_address("ops@example.com", channel=MAIL)
    opened = open_incident(make_component())
    update = incident_update(
        incident=incident_of(opened), status="identified", body=text("已定位。"), author=None
    )
    other = open_incident(make_component())
    taken_back = withdraw(opened)
    for one in (opened, update, other, taken_back):
        expand(one.number)
    assert (sent(update), sent(other), sent(taken_back)) == (
        ["superseded"],
        ["pending"],
        ["pending"],
    )


def test_whoever_got_an_sms_of_it_gets_one_that_it_never_was(settings) -> None:
    settings.SMS_MOMENTS = frozenset({Moment.WORSENED})
    make_address("+8613800138009", channel="sms")
    opened = open_incident(make_component(), impact="minor")
    worse = incident_update(
        incident=incident_of(opened),
        status="identified",
        impact="critical",
        body=text("更严重。"),
        author=None,
    )
    taken_back, quiet = withdraw(opened), withdraw(open_incident(make_component()))
    for one in (opened, worse, taken_back, quiet):
        expand(one.number)
    assert [sent(one) for one in (opened, worse, taken_back, quiet)] == [
        [],
        ["superseded"],
        ["pending"],
        [],
    ]


def test_a_correction_that_names_a_service_reaches_all_who_were_told_of_the_original() -> None:
    named, elsewhere = make_component(), make_component()
    make_address("ops@example.com", channel=MAIL, components=[elsewhere.public_id])
    opened = open_incident(components={})
    corrected = statement_correct(
        statement=opened, author=None, components={named.public_id: "major_outage"}
    )
    expand(corrected.number)
    assert sent(corrected) == ["pending"]


@pytest.mark.parametrize(("told", "reached"), [(True, ["pending"]), (False, [])])
def test_who_was_told_of_a_past_incident_hears_that_it_never_was(told, reached) -> None:
    make_address("ops@example.com", channel=MAIL)
    now = timezone.now()
    first, _last = past_incident_enter(
        author=None,
        name=text("二月延迟"),
        components={make_component().public_id: "major_outage"},
        started_at=now - timedelta(hours=5),
        told=told,
        updates=[
            {"at": now - timedelta(hours=4), "status": "investigating", "body": text("排查。")},
            {"at": now - timedelta(hours=3), "status": "resolved", "body": text("恢复。")},
        ],
    )
    taken_back = withdraw(first)
    expand(taken_back.number)
    assert sent(taken_back) == reached
    assert (Broadcast.objects.get(pk=taken_back.number).named is None) == told
