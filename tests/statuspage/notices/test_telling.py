"""Told: everyone it concerns, agents only, or nobody; what is usual, and what was chosen."""

import io
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from notifications.delivery.audience import audience_count, audience_of
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.subscribers.models import Subscriber
from notifications.subscribers.services.importing import subscriber_import
from statuspage.approvals.proposals import approve, foreseen_of
from statuspage.approvals.submitting import notice_submit
from statuspage.notices.kind import notice_kind
from statuspage.notices.models import Notice
from statuspage.notices.telling import Told
from statuspage.staff.roles import Role
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_address, make_staff, text
from tests.statuspage.api.client import caller
from tests.statuspage.console.browser import form_of, press, signed_in, words
from tests.statuspage.console.browser import publish as publish_in
from tests.statuspage.notices.samples import NATIONAL_DAY, publish, world

pytestmark = pytest.mark.django_db

GENERAL = "/console/notices/compose/general/"
WORDS = {"title_zh": "通知", "title_en": "Notice", "body_zh": "正文", "body_en": "Text"}


@pytest.fixture
def people():
    """A merchant, an agent, a group's robot address and a system, each subscribed to everything."""
    agent = make_address("+8613800000002")
    Subscriber.objects.filter(pk=agent.subscriber_id).update(agent=True, category="industry")
    return {
        "merchant": make_address("+8613800000001", category="micro"),
        "agent": agent,
        "webhook": make_address("https://example.com/hook", channel="webhook"),
        "wechat": make_address("openid-1", channel="wechat"),
    }


def told(statement):
    """Return whom the statement's deliveries are for."""
    expand(statement.number)
    return set(Delivery.objects.filter(statement=statement).values_list("address_id", flat=True))


def test_nobody_makes_no_delivery_no_webhook_no_wechat(people):
    said = publish("general", told="nobody")
    assert told(said) == set()
    assert said.content["told"] == "nobody"


def test_agents_reaches_subscribers_that_are_agents_and_no_one_else(people):
    said = publish("general", told="agents", audience={"categories": ["micro"]})
    assert told(said) == {people["agent"].pk}


def test_everyone_is_agents_too_only_where_the_audience_says_so(people):
    merchants = {people[name].pk for name in ("merchant", "webhook", "wechat")}
    assert told(publish("general")) == merchants
    micro = {"categories": ["micro"], "agents": True}
    assert told(publish("general", audience=micro)) == {*merchants, people["agent"].pk}


@pytest.mark.parametrize("choice", ["nobody", "agents"])
def test_a_correction_and_a_withdrawal_go_to_who_was_told_of_the_original(people, choice):
    said = publish("general", told=choice)
    expected = {people["agent"].pk} if choice == "agents" else set()
    correction = statement_correct(statement=said, body=text("更正。"), author=None)
    assert told(correction) == expected
    of_the_correction = statement_correct(statement=correction, body=text("再更正。"), author=None)
    assert told(of_the_correction) == expected
    withdrawal = statement_withdraw(statement=said, body=text("撤回。"), author=None)
    assert told(withdrawal) == expected
    assert withdrawal.content["told"] == choice


def test_the_page_and_the_feeds_have_what_nobody_is_told(people, client: Client):
    said = publish("general", told="nobody")
    expand(said.number)
    page = client.get(f"/en/notices/{said.subject_id}/").content.decode()
    assert "This is the text of it." in page
    assert "Sent to" not in page
    assert said.subject_id in client.get("/feed.json").content.decode()


def test_the_preview_counts_whom_it_really_reaches(people):
    said = publish("general", told="agents")
    assert sum(one.count for one in audience_count(audience_of(said.document))) == 1


def test_agents_come_from_a_list(people):
    lines = b"phone,language,category,consent_source,agent\n13800000009,zh,,contract,yes\n"
    subscriber_import(io.BytesIO(lines))
    assert Subscriber.objects.filter(agent=True).count() == 2
    again = b"phone,language,category,consent_source,agent\n13800000009,zh,,contract,\n"
    subscriber_import(io.BytesIO(again))
    assert Subscriber.objects.filter(agent=True).count() == 2


class TestUsual:
    def test_yearly_disclosures_are_only_on_the_page(self):
        assert publish("yearly_disclosure").content["told"] == "nobody"
        assert publish("yearly_disclosure", told="all").content["told"] == "all"

    def test_holiday_notices_of_the_past_are_only_on_the_page(self):
        world()
        assert publish("holiday_schedule", NATIONAL_DAY).content["told"] == "nobody"

    def test_a_notice_whose_effect_is_over_is_only_on_the_page(self):
        ended = timezone.now() - timedelta(hours=1)
        assert publish("general", effective_until=ended).content["told"] == "nobody"
        ahead = timezone.now() + timedelta(hours=1)
        assert publish("general", effective_until=ahead).content["told"] == "all"

    def test_every_kind_names_one(self, subtests):
        for name in ("general", "delay", "fee_change"):
            with subtests.test(name):
                assert notice_kind(name).told_by_default({}, timezone.now()) is Told.ALL

    def test_there_is_no_other_choice(self):
        with pytest.raises(ValidationError, match="all, agents, nobody"):
            publish("general", told="friends")


class TestDoors:
    def test_the_api_takes_it_and_answers_with_it(self):
        api = caller()
        body = {"kind": "general", "title": text("通知"), "body": text("正文")}
        assert api.post("notices/", {**body, "told": "agents"}).json()["told"] == "agents"
        assert api.post("notices/", body).json()["told"] == "all"
        assert api.post("notices/", {**body, "told": "me"}).status_code == 400
        ended = {**body, "effective_until": "2025-01-01T00:00:00+08:00"}
        assert api.post("notices/", ended).json()["told"] == "nobody"

    def test_the_composer_preselects_what_is_usual(self):
        author = signed_in()
        assert form_of(author.get(GENERAL))["told"] == "all"
        path = "/console/notices/compose/yearly_disclosure/"
        assert form_of(author.get(path))["told"] == "nobody"

    def test_the_composer_chooses_anew_when_the_effect_is_over_unless_the_author_chose(self):
        author = signed_in()
        over = {**WORDS, "effective_until": "2025-01-01T00:00"}
        page = press(author, GENERAL, "confirm", **over)
        assert "0 addresses will be notified" in words(page)
        assert form_of(press(author, GENERAL, "edit", **over))["told"] == "nobody"
        chosen = {**over, "told": "agents"}
        publish_in(author, GENERAL, **chosen)
        assert Notice.objects.get().told == "agents"

    def test_the_choice_survives_approval(self, settings):
        settings.FOUR_EYES_KINDS = frozenset({"general"})
        author, approver = make_staff(), make_staff(Role.APPROVER)
        proposal = notice_submit(
            token=uuid4(),
            author=author,
            kind="general",
            title=text("通知"),
            body=text("正文"),
            told="nobody",
        )
        seen = foreseen_of(proposal).digest
        said = approve(proposal=proposal, staff=approver, seen=seen)
        assert said.content["told"] == "nobody"
