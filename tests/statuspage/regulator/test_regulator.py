"""Staff see what the regulator is owed, mark it as done with evidence, and nobody else sees it."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.regulator.models import CompletedDuty, Estimate
from statuspage.regulator.regimes import Regime
from statuspage.regulator.selectors import running
from statuspage.regulator.services import duty_mark_done, duty_mark_undone, estimate_note
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words

pytestmark = pytest.mark.django_db


def begun(minutes: int, **values: Any) -> Incident:
    """Return an interruption that began so many minutes ago."""
    started = timezone.now() - timedelta(minutes=minutes)
    return incident_of(open_incident(make_component(), started_at=started, **values))


@pytest.fixture
def incident() -> Incident:
    """One that is owed to the regulator since three minutes."""
    return begun(123)


@pytest.fixture
def staff() -> Staff:
    return make_staff()


@pytest.fixture
def author(staff: Staff) -> Client:
    return browser_of(staff)


def path_of(incident: Incident) -> str:
    return f"/console/incidents/{incident.public_id}/regulator/"


def send(client: Client, incident: Incident, step: str, **values: Any) -> Any:
    """Fill in what the page shows, and press that button."""
    path = path_of(incident)
    holding = {
        "done": "done_at",
        "estimate": "records",
        "void": "done",
        "start": "known_at",
        "close": "start",
    }[step]
    form = form_of(client.get(path), holding)
    return client.post(path, {**form, **values, "step": step}, follow=True)


def mark_done(incident: Incident, staff: Staff, **values: Any) -> CompletedDuty:
    values = {"duty": "first", "evidence": "受理号 2026-0017", "done_at": timezone.now()} | values
    return duty_mark_done(subject=incident, by=staff, **values)


def test_before_a_threshold_the_page_says_when_the_clock_would_start(author: Client) -> None:
    page = words(author.get(path_of(begun(30))))
    assert "If the interruption continues, the deadlines start at" in page
    assert "Mark as reported" not in page
    assert "Interruption, in minutes over 120" in page


def test_past_a_threshold_the_page_says_what_is_due(author: Client, incident: Incident) -> None:
    page = words(author.get(path_of(incident)))
    assert "The deadlines run from" in page
    assert "Because of: Interruption or failure of payment services" in page
    assert "Level IV (least severe)" in page
    for report in ("First report", "Written report", "Final report"):
        assert report in page
    assert "The deadline starts when the incident is over." in page


def test_a_report_is_marked_as_done_with_its_evidence(
    author: Client, staff: Staff, incident: Incident
) -> None:
    page = words(send(author, incident, "done", duty="payment.first", evidence="受理号 2026-0017"))
    assert "Done on time" in page
    assert "受理号 2026-0017" in page
    assert f"Marked as done by {staff.username}" in page
    offered = form_of(author.get(path_of(incident)), "done_at")
    assert offered["duty"] == "payment.written"


def test_a_report_that_was_made_late_says_so(author: Client, staff: Staff) -> None:
    incident = begun(60 * 6)
    assert "Late by 2 h" in words(author.get(path_of(incident)))
    mark_done(incident, staff)
    assert "Done late" in words(author.get(path_of(incident)))


@pytest.mark.parametrize(
    "values",
    [
        {"evidence": "  "},
        {"evidence": "x" * 1001},
        {"done_at": "2001-01-01T00:00"},
        {"done_at": "2099-01-01T00:00"},
        {"done_at": "yesterday"},
        {"duty": "payment.closing"},
        {"duty": "leak.first"},
        {"duty": "first"},
        {"duty": "nonsense"},
    ],
)
def test_what_cannot_be_is_not_marked_as_done(
    author: Client, incident: Incident, values: dict[str, str]
) -> None:
    answer = send(author, incident, "done", **({"evidence": "x"} | values))
    assert answer.status_code in {409, 422}
    assert 'role="alert"' in words(answer)
    assert not CompletedDuty.objects.exists()


def test_nothing_is_marked_as_done_before_it_is_due(staff: Staff) -> None:
    incident = begun(5)
    with pytest.raises(ValidationError, match="没有此项应交报告"):
        mark_done(incident, staff)


def test_a_mistake_is_taken_back_and_stays_on_record(
    author: Client, staff: Staff, incident: Incident
) -> None:
    mark_done(incident, staff)
    page = words(send(author, incident, "void", reason="Wrong incident."))
    assert "Undone: the report is due again." in page
    assert "Wrong incident." in page
    assert "受理号 2026-0017" in page
    mark_done(incident, staff, evidence="受理号 2026-0018")
    assert CompletedDuty.objects.count() == 2


def test_a_mark_is_taken_back_once_and_with_a_reason(staff: Staff, incident: Incident) -> None:
    marked = mark_done(incident, staff)
    with pytest.raises(ValidationError, match="请填写撤销原因"):
        duty_mark_undone(done=marked, reason=" ", by=staff)
    duty_mark_undone(done=marked, reason="x", by=staff)
    with pytest.raises(ValidationError, match="此项已撤销"):
        duty_mark_undone(done=marked, reason="x", by=staff)


@pytest.mark.parametrize("number", ["", "x", "²", "9" * 30, "999"])
def test_a_report_that_is_not_there_is_not_taken_back(
    author: Client, incident: Incident, number: str
) -> None:
    sent = {"step": "void", "done": number, "reason": "x"}
    answer = author.post(path_of(incident), sent)
    assert answer.status_code == 409
    assert "This report no longer exists." in words(answer)


def test_figures_start_the_clock_of_what_interrupts_nothing(author: Client) -> None:
    component = make_component()
    incident = incident_of(
        open_incident(component, components={component.public_id: "degraded_performance"})
    )
    assert "No threshold reached: no report is due." in words(author.get(path_of(incident)))
    page = words(send(author, incident, "estimate", customers="501"))
    assert "The deadlines run from" in page
    assert "501" in page
    assert form_of(author.get(path_of(incident)), "records")["customers"] == "501"


@pytest.mark.parametrize(
    "values", [{}, {"records": "-1"}, {"records": "many"}, {"records": "1" + "0" * 30}]
)
def test_figures_that_say_nothing_are_refused(
    author: Client, incident: Incident, values: dict[str, str]
) -> None:
    answer = send(author, incident, "estimate", **values)
    assert answer.status_code in {409, 422}
    assert not Estimate.objects.exists()


def test_the_first_page_names_what_is_owed_until_it_is_done(
    author: Client, staff: Staff, incident: Incident
) -> None:
    assert path_of(incident) in words(author.get("/console/"))
    mark_done(incident, staff)
    mark_done(incident, staff, duty="written")
    assert path_of(incident) not in words(author.get("/console/"))
    incident_update(
        incident=incident, status="resolved", body=text("已恢复。", "Restored."), author=None
    )
    assert "Final report" in words(author.get("/console/"))


def test_what_was_entered_afterwards_counts_once_figures_are_noted(staff: Staff) -> None:
    incident = begun(600)
    Incident.objects.filter(pk=incident.pk).update(backfilled=True)
    assert running(timezone.now()) == []
    estimate_note(subject=incident, figures={"records": 1}, by=staff)
    found = running(timezone.now())
    assert {one.subject.pk for one in found} == {incident.pk}
    assert {one.regime for one in found} == {Regime.PAYMENT, Regime.LEAK}


def test_thresholds_and_hours_are_settings(author: Client, settings: Any) -> None:
    settings.REGULATOR_THRESHOLDS = {"grave": {"minutes": 10}}
    settings.REGULATOR_HOURS = {"written": 1}
    page = words(author.get(path_of(begun(30))))
    assert "Level II" in page
    # The other regimes, whose deadlines stay, have no report due.
    assert "<h3>Written report</h3>" in page
    assert "<h3>First report</h3>" not in page
    assert "<p>Written report: 1 hour</p>" in page


def test_an_auditor_reads_and_changes_nothing(incident: Incident) -> None:
    auditor = signed_in(Role.AUDITOR)
    page = words(auditor.get(path_of(incident)))
    assert "First report" in page
    assert 'name="step"' not in page
    for step in ("done", "estimate", "void", "start", "close"):
        assert auditor.post(path_of(incident), {"step": step}).status_code == 403
    assert not CompletedDuty.objects.exists()


def test_a_step_that_there_is_not_is_a_bad_request(author: Client, incident: Incident) -> None:
    assert author.post(path_of(incident), {"step": "publish"}).status_code == 400


def test_no_report_to_the_regulator_is_public(staff: Staff, incident: Incident) -> None:
    said = Statement.objects.count()
    mark_done(incident, staff)
    estimate_note(subject=incident, figures={"records": 77777}, by=staff)
    assert Statement.objects.count() == said
    stranger = Client()
    for path in (f"/en/incidents/{incident.public_id}/", "/api/v2/incidents.json"):
        page = words(stranger.get(path))
        assert "77777" not in page
        assert "0017" not in page
    assert stranger.get(path_of(incident)).status_code == 302


def test_the_page_is_chinese_for_chinese_readers(incident: Incident) -> None:
    page = signed_in(language="zh-hans").get(path_of(incident))
    assert page.headers["Content-Language"] == "zh-hans"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_mark_a_report_once() -> None:
    incident, staff = begun(123), make_staff()
    refused: list[ValidationError] = []

    def press() -> None:
        try:
            mark_done(incident, staff)
        except ValidationError as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 1
    assert CompletedDuty.objects.count() == 1
