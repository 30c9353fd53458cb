"""A backlog is told when it has moved by a step: once each, under concurrency too."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import override

from notifications.delivery.audience import moment_of
from notifications.delivery.models import Broadcast
from notifications.delivery.states import Moment
from statuspage.incidents.services.incidents import incident_update
from statuspage.notices.models import Notice
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import incident_of, make_address, open_incident, text
from tests.statuspage.settlement.backlog.factories import cell, tell

SAID = Statement.objects.filter(kind="notice.backlog")


def shares() -> list[str]:
    return [one.content["payload"]["settled_percent"] for one in SAID.order_by("number")]


@pytest.mark.django_db
class TestSteps:
    @pytest.fixture
    def incident(self) -> str:
        return open_incident().subject_id

    def test_the_first_count_is_said_with_its_table_and_belongs_to_the_incident(self, incident):
        said = tell(incident, cell(1000, 1000), cell(3, 3, category="industry"))
        assert said
        assert said.content["incident"] == incident
        assert said.content["audience"]["categories"] == ["industry", "micro"]
        first, second = said.content["payload"]["cells"]
        assert (first["affected"], second["affected"]) == (None, 1000)
        (table,) = said.content["tables"]["en"]
        assert table["rows"][0][2:] == ["<5", "not shown", "<5", "not shown"]
        assert table["rows"][1][2:] == ["1,000", "10,000.00", "1,000", "10,000.00"]

    def test_below_a_step_nothing_is_said_and_each_step_once(self, incident):
        for number, still in enumerate((1000, 950, 901, 900, 899, 850, 800)):
            tell(incident, cell(1000, still), hours=number)
        assert shares() == ["0", "10", "20"]

    def test_several_steps_at_once_are_one_statement(self, incident):
        tell(incident, cell(1000, 1000))
        tell(incident, cell(1000, 430), hours=1)
        assert shares() == ["0", "57"]

    def test_the_end_is_said_in_words(self, incident):
        tell(incident, cell(1000, 4))
        said = tell(incident, cell(1000, 0), hours=1)
        assert said
        assert said.content["name"]["en"] == "Payout progress: everything has arrived"
        assert "all 1,000 affected transactions has arrived" in said.content["body"]["en"]
        assert tell(incident, cell(1000, 0), hours=2) is None

    def test_the_step_is_a_setting(self, incident, settings):
        settings.BACKLOG_STEP_PERCENT = 25
        for number, still in enumerate((1000, 760, 750, 510, 500)):
            tell(incident, cell(1000, still), hours=number)
        assert shares() == ["0", "25", "50"]

    def test_more_affected_transactions_are_said_as_well(self, incident):
        tell(incident, cell(1000, 0))
        tell(incident, cell(2000, 1000), hours=1)
        assert shares() == ["100", "50"]

    def test_a_count_that_comes_late_says_nothing(self, incident):
        tell(incident, cell(1000, 100), hours=2)
        assert tell(incident, cell(1000, 900), hours=1) is None

    def test_what_was_withdrawn_does_not_count_as_said(self, incident):
        tell(incident, cell(1000, 1000))
        wrong = tell(incident, cell(1000, 100), hours=1)
        statement_withdraw(statement=wrong, body=text("统计有误"), author=None)
        assert tell(incident, cell(1000, 900), hours=2)
        assert shares() == ["0", "90", "10"]

    def test_incidents_do_not_mix(self, incident):
        other = open_incident().subject_id
        tell(incident, cell(1000, 100))
        tell(other, cell(1000, 100))
        assert shares() == ["90", "90"]

    def test_without_affected_transactions_there_is_nothing_to_say(self, incident):
        assert tell(incident) is None
        assert tell(incident, cell(0, 0)) is None
        assert not Notice.objects.exists()

    def test_an_incident_that_does_not_exist_is_refused(self):
        with override("en"), pytest.raises(ValidationError, match="Unknown incident"):
            tell("zzzzzzzzzzzz", cell())


@pytest.mark.django_db
class TestChannels:
    def test_it_never_goes_by_sms_and_by_all_that_take_every_update(self, settings):
        opened = open_incident()
        settings.SMS_MOMENTS = frozenset(Moment)
        said = tell(opened.subject_id, cell())
        assert moment_of(said.document) == Moment.PROGRESS
        channels = Broadcast.objects.get(pk=said.number).channels
        assert "sms" not in channels
        assert {"email", "wechat", "robot", "webhook"} <= set(channels)

    def test_it_supersedes_neither_the_opening_nor_the_end_of_its_incident(self):
        make_address()
        opened = open_incident()
        tell(opened.subject_id, cell(1000, 1000))
        values = {"status": "resolved", "body": text("已恢复"), "author": None}
        ended = incident_update(incident=incident_of(opened), **values)
        before = Broadcast.objects.get(pk=ended.number).superseded_by
        tell(opened.subject_id, cell(1000, 500), hours=1)
        assert Broadcast.objects.get(pk=ended.number).superseded_by == before == []
        assert Broadcast.objects.get(pk=opened.number).superseded_by == [ended.number]


@pytest.mark.django_db(transaction=True)
def test_many_that_count_at_once_say_it_once():
    incident = open_incident().subject_id
    gate, failures = threading.Barrier(6), []

    def work(number: int) -> None:
        try:
            gate.wait(20)
            tell(incident, cell(1000, 400), hours=number / 3600)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[one]) for one in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert failures == []
    assert shares() == ["60"]
