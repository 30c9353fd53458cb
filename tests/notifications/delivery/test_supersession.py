"""When a newer update is out, an older one that has not gone out is never sent late."""

import pytest

from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Broadcast, Delivery
from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.services import statement_correct
from tests.factories import incident_of, make_address, make_component, open_incident, text

pytestmark = pytest.mark.django_db
SMS, MAIL = "sms", "email"


def update(opened, **values):
    given = {"status": "identified", "body": text("新情况"), "author": None, **values}
    return incident_update(incident=incident_of(opened), **given)


def states(statement):
    rows = Delivery.objects.filter(statement_id=statement.number).order_by("channel")
    return {one.channel: one.state for one in rows}


def test_an_unsent_update_gives_way_to_the_next():
    make_address("ops@example.com", channel=MAIL)
    first = open_incident()
    second = update(first)
    third = update(first)
    for one in (first, second, third):
        expand(one.number)
    assert states(second) == {MAIL: "superseded"}
    assert states(first) == {MAIL: "superseded"}
    (claimed,), taken = claim(MAIL, 10)
    assert (claimed.statement_number, taken) == (third.number, 1)


def test_what_was_sent_stays_sent():
    make_address("ops@example.com", channel=MAIL)
    first = open_incident()
    expand(first.number)
    claim(MAIL, 10)
    second = update(first)
    expand(second.number)
    assert states(first) == {MAIL: "sending"}


def test_an_sms_does_not_give_way_to_an_update_that_goes_by_no_sms():
    make_address()
    make_address("ops@example.com", channel=MAIL)
    first = open_incident()
    second = update(first)
    for one in (first, second):
        expand(one.number)
    assert states(first) == {MAIL: "superseded", SMS: "pending"}
    assert [one.statement_number for one in claim(SMS, 10)[0]] == [first.number]


def test_who_does_not_hear_of_the_newer_one_still_hears_of_the_older():
    mine, other = make_component(), make_component()
    make_address(components=[mine.public_id])
    first = open_incident(mine)
    expand(first.number)
    second = open_incident(other)
    expand(second.number)
    assert states(first) == {SMS: "pending"}
    assert states(second) == {}


@pytest.mark.parametrize("order", ["older_last", "newer_not_expanded"])
def test_the_claim_knows_what_the_expansion_could_not(order):
    make_address()
    first = open_incident()
    second = update(first, impact="critical")
    if order == "older_last":
        expand(second.number)
        Delivery.objects.update(state="sent")
    expand(first.number)
    assert states(first) == {SMS: "pending"}
    assert claim(SMS, 10) == ([], 1)
    assert states(first) == {SMS: "superseded"}
    assert Delivery.objects.get(statement_id=first.number).settled_at


def test_a_correction_takes_the_place_of_what_it_corrects():
    make_address()
    wrong = open_incident()
    expand(wrong.number)
    right = statement_correct(statement=wrong, body=text("更正"), author=None)
    expand(right.number)
    assert states(wrong) == {SMS: "superseded"}
    assert states(right) == {SMS: "pending"}


def test_a_correction_gives_way_to_no_update():
    make_address("ops@example.com", channel=MAIL)
    first = open_incident()
    correction = statement_correct(statement=first, body=text("更正"), author=None)
    newer = update(first)
    for one in (first, correction, newer):
        expand(one.number)
    assert states(correction) == {MAIL: "pending"}
    assert states(newer) == {MAIL: "pending"}


def test_another_incident_gives_way_to_nobody():
    make_address()
    first, second = open_incident(), open_incident()
    assert [one.superseded_by for one in Broadcast.objects.order_by("pk")] == [[], []]
    for one in (first, second):
        expand(one.number)
    assert len(claim(SMS, 10)[0]) == 2
