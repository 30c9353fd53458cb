"""The demonstration: a believable story that only ever fills an empty database."""

import itertools
import json

import pytest
from django.utils import timezone

from notifications.channels import providers
from notifications.delivery.audience import audience_count, audience_of
from notifications.delivery.render import bulletin_of
from notifications.subscribers.models import Address
from sandbox.demo.seeding import seed_demo
from statuspage.components.models import Component
from statuspage.incidents.models import Incident, Template
from statuspage.incidents.selectors import open_incidents, scheduled_maintenances
from statuspage.notices.models import Notice
from statuspage.pages.overall import overall_state
from statuspage.settlement.ledger import commitments
from statuspage.staff.models import Staff
from statuspage.staff.services import token_check
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def test_the_story_goes_from_the_first_sign_to_the_waiver():
    kinds = list(Statement.objects.order_by("number").values_list("kind", flat=True))
    crisis = Incident.objects.get(name__en__startswith="T+1")
    told = Statement.objects.filter(subject_id=crisis.public_id).order_by("number")
    statuses = [one.content.get("status") for one in told]
    assert statuses[0] == "investigating"
    assert statuses[-1] == "resolved"
    assert "correction" in kinds
    assert kinds.index("notice.delay") < kinds.index("notice.recovery")
    assert kinds.index("notice.recovery") < kinds.index("notice.fee_waiver")
    of_the_crisis = Notice.objects.exclude(kind__in={"holiday_schedule", "security_warning"})
    assert {one.incident_id for one in of_the_crisis} == {crisis.public_id}


def test_a_holidays_table_and_a_warning_are_part_of_it():
    schedule = Notice.objects.get(kind="holiday_schedule")
    assert len(schedule.payload["table"]["rows"]) > 3
    assert Notice.objects.filter(kind="security_warning").count() == 1


def test_what_was_waived_goes_back_step_by_step():
    (promised,) = commitments()
    assert promised.payments.count() == 2
    assert 0 < promised.share < 100


def test_the_story_ends_before_now_with_every_incident_resolved():
    assert overall_state().indicator == "none"
    assert not open_incidents().exists()
    assert scheduled_maintenances().count() == 1
    times = list(Statement.objects.order_by("number").values_list("published_at", flat=True))
    assert times == sorted(times)
    assert times[-1] < timezone.now()


def test_everything_is_said_in_both_languages():
    for statement in Statement.objects.all():
        for part in ("name", "body"):
            assert set(statement.content[part]) == set(LANGUAGES)
    for component in Component.objects.all():
        assert set(component.name) == set(LANGUAGES)
    for template in Template.objects.all():
        assert set(template.body) == set(LANGUAGES)


def test_every_promise_of_a_next_update_was_kept():
    crisis = Incident.objects.get(name__en__startswith="T+1")
    told = list(
        Statement.objects.filter(subject_id=crisis.public_id, kind__startswith="incident").order_by(
            "number"
        )
    )
    for promise, kept in itertools.pairwise(told):
        assert kept.document["published_at"] <= promise.content["next_update_by"]


def test_every_channel_can_say_every_statement():
    for statement in Statement.objects.all():
        for language in LANGUAGES:
            bulletin = bulletin_of(statement.document, language)
            assert all(one.compose(bulletin).text for one in providers() if not one.uses_templates)


def test_the_next_statement_would_reach_someone_in_each_language():
    groups = audience_count(audience_of(Statement.objects.first().document))
    told = {(one.channel, one.language) for one in groups}
    assert {("sms", "zh-hans"), ("sms", "en")} <= told


def test_the_people_of_the_file_can_sign_in(folder):
    people = json.loads((folder / "demo_staff.json").read_text())
    assert [one["role"] for one in people["staff"]] == ["author", "approver", "admin"]
    for one in people["staff"]:
        assert Staff.objects.get(username=one["username"]).check_password(one["password"])
    assert token_check(people["api_token"]).staff.role == "admin"
    assert (folder / "demo_staff.json").stat().st_mode & 0o077 == 0


def test_seeding_again_changes_nothing(folder):
    before = (Statement.objects.count(), Address.objects.count())
    secrets = (folder / "demo_staff.json").read_text()
    seed_demo()
    assert (Statement.objects.count(), Address.objects.count()) == before
    assert (folder / "demo_staff.json").read_text() == secrets


def test_a_lost_file_of_passwords_is_made_anew(folder):
    (folder / "demo_staff.json").unlink()
    seed_demo()
    people = json.loads((folder / "demo_staff.json").read_text())
    assert Staff.objects.get(username="author").check_password(people["staff"][0]["password"])
    assert token_check(people["api_token"])


def test_production_is_not_seeded(settings):
    settings.DEVELOPMENT = False
    before = Staff.objects.count()
    with pytest.raises(SystemExit):
        seed_demo()
    assert Staff.objects.count() == before
