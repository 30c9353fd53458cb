"""What monitors report becomes one draft, by rule, however often they report it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.monitors.decisions import draft_dismiss, draft_join, draft_publish
from statuspage.monitors.housekeeping import drafts_lapse, signals_forget
from statuspage.monitors.intake import signals_take
from statuspage.monitors.models import Signal, SignalDraft, SignalRule
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.monitors.factories import LATE, calm, fire, make_rule, make_template, report

pytestmark = pytest.mark.django_db
OTHER = {"alertname": "PayoutsLate", "cycle": "D+1"}


def minutes_later(minutes: float) -> Any:
    return time_machine.travel(timezone.now() + timedelta(minutes=minutes))


def test_a_signal_waits_for_staff_and_nothing_is_public() -> None:
    rule = make_rule()
    draft = fire(summary="3 files missing").draft
    assert draft is not None
    assert (draft.rule, draft.state) == (rule, "waiting")
    assert [one.summary for one in draft.signals.all()] == ["3 files missing"]
    assert not Statement.objects.exists()


def test_a_flapping_monitor_makes_one_draft_not_fifty() -> None:
    make_rule()
    for _turn in range(25):
        fire()
        calm()
    draft = SignalDraft.objects.get()
    assert draft.count == 50
    signal = Signal.objects.get()
    assert (signal.count, signal.firings, signal.firing) == (50, 25, False)


def test_fifty_machines_that_report_the_same_make_one_draft() -> None:
    make_rule()
    signals_take([report(labels={**OTHER, "machine": str(n)}) for n in range(50)])
    assert SignalDraft.objects.get().signals.count() == 50


def test_what_was_dismissed_stays_so_while_the_monitor_flaps() -> None:
    make_rule(quiet_minutes=30)
    draft_dismiss(draft=fire().draft, by=make_staff())
    for minutes in (20, 20, 20):
        with minutes_later(minutes):
            calm()
            fire()
    assert SignalDraft.objects.count() == 1


def test_a_repetition_of_what_was_dismissed_is_no_news_however_late() -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now()
    draft_dismiss(draft=fire(started_at=began).draft, by=make_staff())
    with minutes_later(240):
        fire(started_at=began)
    assert SignalDraft.objects.count() == 1


@pytest.mark.parametrize("days", [-900, -2, 1, 400], ids=["years", "days", "ahead", "far ahead"])
def test_never_one_draft_at_each_repetition_of_a_dismissed_alert(days: int) -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now() + timedelta(days=days)
    draft_dismiss(draft=fire(started_at=began).draft, by=make_staff())
    for hours in (4, 8, 12):
        with minutes_later(60 * hours):
            assert fire(started_at=began).draft.state == "dismissed"
    assert SignalDraft.objects.count() == 1
    with minutes_later(60 * 13):
        calm(started_at=began)
    with minutes_later(60 * 14):
        assert fire(started_at=began + timedelta(minutes=1)).draft.state == "waiting"


def test_a_dismissed_alert_whose_start_is_no_time_or_is_missing_stays_so() -> None:
    make_rule(quiet_minutes=30)
    other = {**LATE, "machine": "2"}
    fire(labels=other)
    draft_dismiss(draft=fire(written_start="yesterday").draft, by=make_staff())
    with minutes_later(240):
        fire(written_start="yesterday")
        fire(labels=other)
    assert SignalDraft.objects.count() == 1


def test_a_dismissed_alert_takes_in_no_other_within_the_quiet_time() -> None:
    make_rule(quiet_minutes=30)
    draft_dismiss(draft=fire().draft, by=make_staff())
    assert fire(labels={**LATE, "machine": "2"}).draft.state == "waiting"


def test_a_dismissed_alert_that_a_gap_in_the_reports_ended_stays_so() -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now()
    draft_dismiss(draft=fire(started_at=began).draft, by=make_staff())
    with minutes_later(60):
        calm(started_at=began)
    with minutes_later(120):
        fire(started_at=began)
    assert SignalDraft.objects.count() == 1


def test_what_lapsed_before_anybody_decided_is_news_when_it_comes_back() -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now()
    fire(started_at=began)
    calm(started_at=began)
    with minutes_later(31):
        assert drafts_lapse() == 1
        assert fire(started_at=began).draft.state == "waiting"


def test_what_was_published_in_error_is_not_drafted_again_while_it_fires() -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now()
    statement = draft_publish(draft=fire(started_at=began).draft, by=make_staff())
    incident = incident_of(statement)
    statement_withdraw(statement=statement, body=text("误报"), author=None)
    # What the withdrawal does to the incident.
    Incident.objects.filter(pk=incident.pk).update(
        status="resolved", resolved_at=timezone.now(), version=2
    )
    with minutes_later(240):
        fire(started_at=began)
    assert SignalDraft.objects.count() == 1


def test_after_the_quiet_time_a_new_firing_is_news() -> None:
    make_rule(quiet_minutes=30)
    draft_dismiss(draft=fire().draft, by=make_staff())
    calm()
    with minutes_later(31):
        again = fire().draft
    assert again is not None
    assert again.state == "waiting"
    assert SignalDraft.objects.count() == 2


def test_while_its_incident_is_open_all_of_it_belongs_there() -> None:
    make_rule(quiet_minutes=1)
    draft = fire().draft
    statement = draft_publish(draft=draft, by=make_staff())
    calm()
    with minutes_later(60):
        assert fire().draft == draft
        incident_update(
            incident=incident_of(statement), status="resolved", body=text("好了"), author=None
        )
        calm()
    with minutes_later(120):
        assert fire().draft != draft


@pytest.mark.parametrize("flaps", [False, True])
def test_what_still_fires_when_we_have_called_it_over_is_news_after_the_quiet_time(
    flaps: bool,
) -> None:
    make_rule(quiet_minutes=30)
    began = timezone.now()
    draft = fire(started_at=began).draft
    statement = draft_publish(draft=draft, by=make_staff())
    with minutes_later(60):
        over = text("好了")
        incident = incident_of(statement)
        incident_update(incident=incident, status="resolved", body=over, author=None)
        assert fire(started_at=began).draft == draft
    with minutes_later(85):
        assert fire(started_at=began).draft == draft
        if flaps:
            calm()
            assert fire().draft == draft
    with minutes_later(91):
        again = fire(started_at=began).draft
        assert again != draft
        assert again.state == "waiting"
        incident.refresh_from_db()
        assert again.detected_at >= incident.resolved_at
        assert fire(started_at=began).draft == again
        assert calm().draft == again
    assert SignalDraft.objects.count() == 2


def test_what_no_rule_is_for_is_kept_for_staff_to_see() -> None:
    make_rule()
    taken = fire(labels={"alertname": "DiskFull"})
    assert (taken.rule, taken.draft) == (None, None)
    assert Signal.objects.get().labels == {"alertname": "DiskFull"}


def test_that_something_is_over_begins_nothing() -> None:
    make_rule()
    assert calm().draft is None


def test_the_first_rule_that_fits_decides_and_one_out_of_use_does_not() -> None:
    make_rule(name="off", enabled=False, position=0)
    second = make_rule(name="second", position=2)
    first = make_rule(name="first", position=1)
    assert fire().rule == first
    SignalRule.objects.filter(pk=first.pk).update(enabled=False)
    assert fire().rule == second


@pytest.mark.parametrize("ago", [timedelta(days=2), -timedelta(hours=1)])
def test_a_monitors_clock_is_believed_within_a_day(ago: timedelta) -> None:
    make_rule()
    draft = fire(started_at=timezone.now() - ago).draft
    assert abs(draft.detected_at - timezone.now()) < timedelta(minutes=1)


def test_publishing_says_the_rules_words_with_the_time_of_the_signal() -> None:
    component = make_component()
    make_rule(template=make_template(), component=component, component_status="major_outage")
    began = timezone.now() - timedelta(minutes=4)
    staff = make_staff()
    statement = draft_publish(draft=fire(started_at=began).draft, by=staff)
    content = statement.content
    assert content["body"]["zh-hans"].startswith(f"{timezone.localtime(began):%H:%M}起")
    assert [one["id"] for one in content["components"]] == [component.public_id]
    assert content["components"][0]["new_status"] == "major_outage"
    assert statement.author == staff
    assert incident_of(statement).detected_at == began
    assert incident_of(statement).next_update_by is not None
    component.refresh_from_db()
    assert component.status == "major_outage"
    assert SignalDraft.objects.get().incident == incident_of(statement)


def test_a_draft_is_decided_once() -> None:
    make_rule()
    draft = fire().draft
    draft_publish(draft=draft, by=make_staff())
    for again in (draft_publish, draft_dismiss):
        with pytest.raises(ValidationError):
            again(draft=draft, by=make_staff())
    assert Statement.objects.count() == 1


def test_a_draft_with_a_gap_in_its_words_is_not_published() -> None:
    make_rule(template=make_template(body=text("影响{范围}。")))
    with pytest.raises(ValidationError):
        draft_publish(draft=fire().draft, by=make_staff())
    assert not Incident.objects.exists()
    assert SignalDraft.objects.get().state == "waiting"


def test_joining_an_incident_publishes_nothing() -> None:
    make_rule()
    incident = incident_of(open_incident())
    draft_join(draft=fire().draft, incident=incident, by=make_staff())
    draft = SignalDraft.objects.get()
    assert (draft.state, draft.incident) == ("published", incident)
    assert Statement.objects.count() == 1


def test_a_rule_publishes_by_itself_where_staff_said_so() -> None:
    make_rule(auto_publish=True)
    draft = fire().draft
    statement = Statement.objects.get()
    assert statement.kind == "incident.opened"
    assert statement.author is None
    draft.refresh_from_db()
    assert (draft.state, draft.decided_by) == ("published", None)
    calm()
    fire()
    assert Statement.objects.count() == 1


def test_a_rule_alone_opens_no_second_incident_about_one_component() -> None:
    component = make_component()
    incident = incident_of(open_incident(component))
    make_rule(template=make_template(component), auto_publish=True)
    fire()
    assert SignalDraft.objects.get().incident == incident
    assert Statement.objects.count() == 1


def test_a_rule_that_cannot_publish_leaves_it_to_staff() -> None:
    make_rule(template=make_template(body=text("影响{范围}。")), auto_publish=True)
    assert fire().draft.state == "waiting"
    assert not Statement.objects.exists()


def test_a_rule_with_gaps_may_not_publish_by_itself() -> None:
    rule = make_rule(template=make_template(body=text("影响{范围}。")), auto_publish=True)
    with pytest.raises(ValidationError) as refused:
        rule.full_clean()
    assert "auto_publish" in refused.value.message_dict
    rule.template = make_template()
    rule.full_clean()


def test_what_was_over_before_anybody_decided_lapses_after_the_quiet_time() -> None:
    make_rule(quiet_minutes=30)
    fire()
    with minutes_later(31):
        assert drafts_lapse() == 0  # it still fires
        calm()
        assert drafts_lapse() == 0  # it may come back
    with minutes_later(62):
        assert drafts_lapse() == 1
    assert SignalDraft.objects.get().state == "lapsed"


def test_what_is_no_longer_reported_is_forgotten(settings: Any) -> None:
    settings.SIGNALS_KEEP_DAYS = 10
    make_rule()
    fire(labels={"alertname": "DiskFull"})
    fire()
    with minutes_later(11 * 24 * 60):
        assert signals_forget() == 1
    assert Signal.objects.get().draft is not None  # it still waits for somebody


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("auto_publish", [False, True])
def test_reports_that_come_at_the_same_moment_make_one_draft(auto_publish: bool) -> None:
    make_rule(auto_publish=auto_publish)
    together = threading.Barrier(4)
    failed: list[Exception] = []

    def send(machine: int) -> None:
        labels = {**LATE, "instance": f"pay-{machine % 2}"}
        try:
            together.wait(timeout=10)
            fire(labels=labels)
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(one,)) for one in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert failed == []
    draft = SignalDraft.objects.get()
    assert draft.count == 4
    assert Signal.objects.count() == 2
    assert Incident.objects.count() == int(auto_publish)
    assert draft.state == ("published" if auto_publish else "waiting")
