"""Who hears what: by topic, component and category; never the suppressed or unconfirmed."""

from dataclasses import astuple
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from notifications import remembered
from notifications.delivery import audience as audiences
from notifications.delivery.audience import Audience, RecipientGroup, audience_count, audience_of
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.notices.services import notice_publish
from statuspage.statements.services import statement_correct
from tests.factories import make_address, make_component, open_incident, text

pytestmark = pytest.mark.django_db


def count(audience):
    return sum(one.count for one in audience_count(audience))


def test_an_incident_concerns_its_components():
    component = make_component()
    document = open_incident(component).document
    assert audience_of(document) == Audience("incident", (component.public_id,))


def test_a_maintenance_and_a_notice_have_topics_of_their_own():
    start = timezone.now() + timedelta(hours=1)
    maintenance = maintenance_schedule(
        name=text("维护"),
        body=text("正文"),
        components=[],
        scheduled_for=start,
        scheduled_until=start + timedelta(hours=1),
        short_notice_reason=text("紧急修补。", "An urgent fix."),
        author=None,
    )
    notice = notice_publish(
        kind="general",
        title=text("公告"),
        body=text("正文"),
        audience={"categories": ["micro"]},
        author=None,
    )
    assert audience_of(maintenance.document) == Audience("maintenance")
    assert audience_of(notice.document) == Audience("notice", (), ("micro",), agents="not")


def test_a_correction_reaches_those_whom_the_original_reached():
    component = make_component()
    original = open_incident(component)
    correction = statement_correct(statement=original, body=text("更正"), author=None)
    assert audience_of(correction.document) == audience_of(original.document)


def test_counts_are_by_channel_and_language():
    make_address()
    make_address(language="en")
    make_address(language="en")
    make_address("ops@example.com", channel="email")
    make_address("+6591234567")
    assert sorted(audience_count(Audience("incident")), key=astuple) == [
        RecipientGroup("email", "zh-hans", "", 1),
        RecipientGroup("sms", "en", "86", 2),
        RecipientGroup("sms", "zh-hans", "65", 1),
        RecipientGroup("sms", "zh-hans", "86", 1),
    ]


@pytest.mark.parametrize(
    ("topics", "told"), [(["incident"], 1), (["notice", "incident"], 1), (["notice"], 0), ([], 0)]
)
def test_topics_choose_who_is_told(topics, told):
    make_address(topics=topics)
    assert count(Audience("incident")) == told


def test_components_choose_and_none_means_all():
    make_address(components=["aaaaaaaaaaaa"])
    make_address(components=["bbbbbbbbbbbb", "cccccccccccc"])
    make_address(components=[])
    assert count(Audience("incident", ("aaaaaaaaaaaa",))) == 2
    assert count(Audience("incident", ("aaaaaaaaaaaa", "cccccccccccc"))) == 3
    assert count(Audience("incident", ("zzzzzzzzzzzz",))) == 1


def test_a_statement_about_no_component_reaches_everyone_of_its_topic():
    make_address(components=["aaaaaaaaaaaa"])
    assert count(Audience("incident")) == 1


def test_categories_choose_and_those_who_did_not_say_are_told():
    make_address(category="micro")
    make_address(category="industry")
    make_address(category="")
    assert count(Audience("notice", (), ("micro",))) == 2
    assert count(Audience("notice", (), ("micro", "industry"))) == 3
    assert count(Audience("notice")) == 3


def test_suppressed_and_unconfirmed_addresses_are_left_out():
    make_address(suppressed_at=timezone.now())
    make_address(confirmed_at=None)
    assert audience_count(Audience("incident")) == []


def test_a_few_are_counted_anew_each_time():
    make_address()
    assert count(Audience("incident")) == 1
    make_address()
    assert count(Audience("incident")) == 2


def test_many_are_counted_once_in_half_a_minute(monkeypatch):
    monkeypatch.setattr(remembered, "MANY", 2)
    monkeypatch.setattr(audiences, "_kept", remembered.Remembered(lambda one: one.count))
    clock = iter([100.0, 100.0, 129.0, 131.0, 131.0])
    monkeypatch.setattr(remembered, "time", SimpleNamespace(monotonic=lambda: next(clock)))
    make_address()
    make_address()
    assert count(Audience("incident")) == 2
    make_address()
    assert count(Audience("incident")) == 2
    assert count(Audience("incident")) == 3


def test_no_more_counts_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(remembered, "MANY", 1)
    monkeypatch.setattr(remembered, "MOST_KEPT", 2)
    monkeypatch.setattr(audiences, "_kept", remembered.Remembered(lambda one: one.count))
    make_address()
    for topic in ("incident", "maintenance", "notice"):
        audience_count(Audience(topic))
        assert len(audiences._kept) <= 2
