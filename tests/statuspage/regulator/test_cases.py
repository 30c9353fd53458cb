"""A case without a public incident: opened, counted, reported, and tied to one; never public."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from notifications.escalation.services import open_promises
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.regulator.cases import case_end, case_open, case_tie
from statuspage.regulator.clock import Duty
from statuspage.regulator.models import CompletedDuty, Estimate, PrivateCase, RegimeStart
from statuspage.regulator.regimes import Regime
from statuspage.regulator.report import report_of
from statuspage.regulator.selectors import running, standing_of
from statuspage.regulator.services import (
    duty_mark_done,
    estimate_note,
    regime_close,
    regime_start,
)
from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words

pytestmark = pytest.mark.django_db

LIST = "/console/regulator/"
SECRET = "导出文件外泄七七七"


@pytest.fixture
def staff() -> Staff:
    return make_staff()


@pytest.fixture
def case(staff: Staff) -> PrivateCase:
    return opened(staff)


def opened(staff: Staff, **values: Any) -> PrivateCase:
    values = {
        "token": uuid4(),
        "title": SECRET,
        "regime": "leak",
        "cause": "leak",
        "detail": "一名员工发现导出文件外泄。",
        "known_at": timezone.now() - timedelta(hours=1),
    } | values
    return case_open(by=staff, **values)[0]


def public() -> Incident:
    """An incident of which nothing starts a clock."""
    component = make_component()
    degraded = {component.public_id: "degraded_performance"}
    return incident_of(open_incident(component, components=degraded))


def path_of(case: PrivateCase) -> str:
    return f"{LIST}{case.public_id}/"


def clock(subject: Any, regime: Regime = Regime.LEAK) -> Any:
    subject = type(subject).objects.get(pk=subject.pk)
    return standing_of(subject, regime, timezone.now()).clock


def send(client: Client, case: PrivateCase, step: str, holding: str, **values: Any) -> Any:
    """Fill in what the page of the case shows, and press that button."""
    form = form_of(client.get(path_of(case)), holding)
    return client.post(path_of(case), {**form, **values, "step": step}, follow=True)


def test_a_case_is_opened_counted_and_reported_without_a_statement(staff: Staff) -> None:
    author, known = browser_of(staff), timezone.localtime() - timedelta(minutes=30)
    sent = form_of(author.get(LIST), "title") | {
        "title": SECRET,
        "cause": "leak.leak",
        "known_at": f"{known:%Y-%m-%dT%H:%M}",
        "detail": "一名员工发现导出文件外泄。",
    }
    page = words(author.post(LIST, sent, follow=True))
    assert "The deadlines are running. Visible to staff only." in page
    assert "Without a public incident." in page
    for part in (f"关于“{SECRET}”的", "尚未对外公告。", "一名员工发现导出文件外泄。"):
        assert part in page
    case = PrivateCase.objects.get()
    noticed = known.replace(second=0, microsecond=0)
    assert case.started_at == noticed
    assert clock(case).due[Duty.FIRST] == noticed + timedelta(hours=2)
    assert path_of(case) in words(author.get("/console/"))
    assert path_of(case) in words(author.get(LIST))
    page = words(send(author, case, "estimate", "records", records="6000"))
    assert clock(case, Regime.PAYMENT).begun_at is not None
    send(author, case, "done", "done_at", duty="leak.first", evidence="受理号 1")
    assert "Done on time" in words(author.get(path_of(case)))
    assert not Statement.objects.exists()


def test_pressed_twice_it_is_one_case(staff: Staff) -> None:
    author = browser_of(staff)
    sent = form_of(author.get(LIST), "title")
    sent |= {"title": SECRET, "cause": "network.attack", "detail": "遭入侵。"}
    first, again = (author.post(LIST, sent) for _press in range(2))
    assert first["location"] == again["location"]
    assert PrivateCase.objects.count() == RegimeStart.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"title": "长" * 101},
        {"detail": ""},
        {"cause": "leak.attack"},
        {"cause": "leak"},
        {"known_at": "2099-01-01T00:00"},
        {"known_at": ""},
        {"token": "x"},
    ],
    ids=str,
)
def test_a_wrong_case_is_refused_and_nothing_typed_is_lost(
    staff: Staff, wrong: dict[str, str]
) -> None:
    author = browser_of(staff)
    sent = form_of(author.get(LIST), "title")
    sent |= {"title": SECRET, "cause": "leak.leak", "detail": "外泄。", **wrong}
    answer = author.post(LIST, sent)
    assert answer.status_code == 422
    assert 'role="alert"' in words(answer)
    if "title" not in wrong:
        assert form_of(answer, "title")["title"] == SECRET
    assert not PrivateCase.objects.exists()
    assert not RegimeStart.objects.exists()


def test_only_who_may_publish_opens_and_changes_a_case(case: PrivateCase) -> None:
    auditor = signed_in(Role.AUDITOR)
    for path in (LIST, path_of(case)):
        page = words(auditor.get(path))
        assert SECRET in page
        assert "Open the case" not in page
        assert 'name="step"' not in page
        assert auditor.post(path, {"step": "end"}).status_code == 403
    assert Client().get(LIST).status_code == 302
    assert signed_in().post(path_of(case), {"step": "publish"}).status_code == 400


def test_its_reports_are_reminded_of_on_its_own_page(case: PrivateCase) -> None:
    found = [one for one in open_promises(timezone.now()) if one.kind == "regulator"]
    assert {one.url for one in found} == {path_of(case)}
    assert {one.name["zh-hans"] for one in found} == {f"{SECRET}（个人信息泄露事件）"}
    assert len({one.key for one in found}) == len(found) == 2


def test_the_final_report_counts_from_when_it_was_over(staff: Staff, case: PrivateCase) -> None:
    author = browser_of(staff)
    assert clock(case).due[Duty.CLOSING] is None
    over = timezone.localtime().replace(second=0, microsecond=0)
    send(author, case, "end", "at", at=f"{over:%Y-%m-%dT%H:%M}")
    assert clock(case).due[Duty.CLOSING] == over + timedelta(hours=240)
    assert "Over since" in words(author.get(path_of(case)))
    send(author, case, "end", "at", at="")
    assert clock(case).due[Duty.CLOSING] is None
    for wrong in ("2099-01-01T00:00", "2001-01-01T00:00"):
        assert send(author, case, "end", "at", at=wrong).status_code == 409
    assert clock(case).due[Duty.CLOSING] is None


def test_a_case_opened_in_error_is_closed_and_kept(staff: Staff, case: PrivateCase) -> None:
    send(browser_of(staff), case, "close", "start", reason="另一家公司。")
    assert running(timezone.now()) == []
    assert "另一家公司。" in words(signed_in().get(path_of(case)))


def test_tied_to_an_incident_everything_goes_on_there(staff: Staff, case: PrivateCase) -> None:
    author = browser_of(staff)
    estimate_note(subject=case, figures={"records": 6000}, by=staff)
    done = {"evidence": "受理号 1", "done_at": timezone.now(), "by": staff}
    duty_mark_done(subject=case, regime="leak", duty="first", **done)
    begun = {one: clock(case, one).begun_at for one in Regime}
    incident = public()
    page = words(send(author, case, "tie", "incident", incident=incident.public_id))
    assert "Tied to the incident. Visible to staff only." in page
    assert {one: clock(incident, one).begun_at for one in Regime} == begun
    assert f"With what was entered about “{SECRET}”, tied to this incident by" in page
    assert "受理号 1" in page
    assert "6,000" in page
    owed = running(timezone.now())
    assert {one.address for one in owed} == {f"/console/incidents/{incident.public_id}/regulator/"}
    assert author.get(path_of(case))["location"] == owed[0].address
    assert SECRET not in words(author.get(LIST))


def test_figures_of_both_are_kept_and_no_deadline_becomes_later(staff: Staff) -> None:
    hours = [timezone.now() - timedelta(hours=ago) for ago in (5, 3)]
    case, incident = opened(staff, known_at=hours[0]), public()
    Incident.objects.filter(pk=incident.pk).update(started_at=hours[0])
    incident.refresh_from_db()
    given = {"records": 6000, "customers": 7}
    estimate_note(subject=case, figures=given, known_at=hours[1], by=staff)
    estimate_note(subject=incident, figures={"transactions": 9, "customers": 8}, by=staff)
    case_tie(case=case, incident=incident, by=staff)
    assert clock(incident, Regime.PAYMENT).begun_at == hours[1]
    assert clock(incident).begun_at == hours[0]
    last = incident.estimates.filter(regime="payment").last()
    assert (last.records, last.customers, last.transactions, last.loss) == (6000, 8, 9, None)


def test_what_both_have_is_closed_or_undone_first(staff: Staff, case: PrivateCase) -> None:
    incident = public()
    given = {"regime": "leak", "cause": "leak", "detail": "外泄。", "known_at": timezone.now()}
    start = regime_start(subject=incident, by=staff, **given)
    done = {"regime": "leak", "duty": "first", "evidence": "x", "by": staff}
    for one in (case, incident):
        duty_mark_done(subject=one, done_at=timezone.now(), **done)
    answer = send(browser_of(staff), case, "tie", "incident", incident=incident.public_id)
    assert answer.status_code == 409
    page = words(answer)
    assert "Personal information leak · Leak of personal information" in page
    assert "Personal information leak · First report" in page
    regime_close(start=start, reason="两处登记。", by=staff)
    CompletedDuty.objects.filter(incident=incident).update(voided_at=timezone.now())
    case_tie(case=case, incident=incident, by=staff)
    assert clock(incident).begun_at == case.started_at


@pytest.mark.parametrize(
    "late",
    [
        lambda case, staff: case_end(case=case, at=timezone.now(), by=staff),
        lambda case, staff: case_tie(case=case, incident=public(), by=staff),
        lambda case, staff: estimate_note(subject=case, figures={"records": 1}, by=staff),
        lambda case, staff: regime_start(
            subject=case,
            regime="network",
            cause="attack",
            detail="x",
            known_at=timezone.now(),
            by=staff,
        ),
        lambda case, staff: duty_mark_done(
            subject=case,
            regime="leak",
            duty="first",
            evidence="x",
            done_at=timezone.now(),
            by=staff,
        ),
    ],
    ids=["end", "tie", "figures", "cause", "report"],
)
def test_from_a_page_that_was_open_when_it_was_tied_nothing_is_lost_in_the_case(
    staff: Staff, case: PrivateCase, late: Callable[[PrivateCase, Staff], Any]
) -> None:
    case_tie(case=PrivateCase.objects.get(), incident=public(), by=staff)
    rows = [model.objects.count() for model in (Estimate, RegimeStart, CompletedDuty)]
    with pytest.raises(ValidationError) as refused:
        late(case, staff)
    assert refused.value.code == "superseded"
    assert rows == [model.objects.count() for model in (Estimate, RegimeStart, CompletedDuty)]


def test_a_withdrawn_incident_is_none_to_tie_to(staff: Staff, case: PrivateCase) -> None:
    incident = public()
    withdraw(incident)
    page = words(signed_in().get(path_of(case)))
    assert incident.public_id not in page
    incident.refresh_from_db()
    with pytest.raises(ValidationError):
        case_tie(case=case, incident=incident, by=staff)


def withdraw(incident: Incident) -> None:
    """Withdraw the statement that opened it."""
    first = Statement.objects.filter(subject_id=incident.public_id).earliest("number")
    statement_withdraw(statement=first, body=text("误发。", "In error."), author=None)


def test_nothing_of_a_case_is_public(staff: Staff, case: PrivateCase) -> None:
    incident = public()
    regime_start(
        subject=case,
        regime="network",
        cause="attack",
        detail=SECRET,
        known_at=timezone.now(),
        by=staff,
    )
    stranger = Client()
    paths = (
        "/",
        "/en/",
        "/log/",
        "/history/",
        f"/incidents/{incident.public_id}/",
        "/api/v2/summary.json",
        "/api/v2/incidents.json",
        "/feed.atom",
    )
    for _look in range(2):
        for path in paths:
            said = words(stranger.get(path, follow=True))
            assert SECRET not in said, path
            assert case.public_id not in said, path
        if case.incident_id is None:
            case_tie(case=case, incident=incident, by=staff)
            case.refresh_from_db()
    assert not any(SECRET in str(one.content) for one in Statement.objects.all())


def test_what_was_done_about_a_case_is_in_the_audit_log(staff: Staff, case: PrivateCase) -> None:
    send(browser_of(staff), case, "estimate", "records", records="5")
    entry = AuditEntry.objects.filter(act__endswith="regulator_case", staff=staff).latest("pk")
    assert SECRET not in str(entry.__dict__)


def test_the_text_of_its_reports_says_what_is_known(staff: Staff, case: PrivateCase) -> None:
    case_end(case=case, at=timezone.now(), by=staff)
    case.refresh_from_db()
    said = report_of(standing_of(case, Regime.LEAK, timezone.now()), Duty.CLOSING, timezone.now())
    for part in (f"关于“{SECRET}”的", "发生时间：待核实", "处置完毕时间：", "尚未对外公告。"):
        assert part in said
    assert "持续时间" not in said


def test_a_row_is_about_an_incident_or_a_case(staff: Staff) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Estimate.objects.create(noted_at=timezone.now(), noted_by=staff)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_tie_a_case_once() -> None:
    staff = make_staff()
    case, incidents = opened(staff), [public(), public()]
    refused: list[ValidationError] = []

    def press(incident: Incident) -> None:
        try:
            case_tie(case=case, incident=incident, by=staff)
        except ValidationError as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=[one]) for one in incidents]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(refused) == 1
    case.refresh_from_db()
    assert RegimeStart.objects.get().incident_id == case.incident_id


def test_a_cause_outlives_the_withdrawal_of_its_incident(staff: Staff) -> None:
    component = make_component()
    started = timezone.now() - timedelta(hours=3)
    incident = incident_of(open_incident(component, started_at=started))
    assert {one.regime for one in running(timezone.now())} == {Regime.PAYMENT}
    given = {"regime": "leak", "cause": "leak", "detail": "外泄。", "known_at": started}
    regime_start(subject=incident, by=staff, **given)
    withdraw(incident)
    # Its duration was that of nothing; the leak has to be reported all the same.
    assert {one.regime for one in running(timezone.now())} == {Regime.LEAK}
    path = f"/console/incidents/{incident.public_id}/regulator/"
    assert "This incident was withdrawn." in words(signed_in().get(path))


def test_the_final_report_of_a_long_incident_is_watched_after_its_end(staff: Staff) -> None:
    now = timezone.now()
    with time_machine.travel(now - timedelta(days=100), tick=False):
        incident = incident_of(open_incident(make_component(), started_at=timezone.now()))
    said = {"status": "resolved", "body": text("已恢复", "Restored"), "author": None}
    incident_update(incident=incident, **said)
    assert {one.subject.pk for one in running(now)} == {incident.pk}


def test_what_is_found_out_long_after_is_watched(staff: Staff) -> None:
    long_ago = timezone.now() - timedelta(days=200)
    incident = public()
    over = {"started_at": long_ago, "resolved_at": long_ago, "status": "resolved"}
    Incident.objects.filter(pk=incident.pk).update(**over)
    assert running(timezone.now()) == []
    incident.refresh_from_db()
    given = {"regime": "leak", "cause": "leak", "detail": "外泄。", "known_at": timezone.now()}
    regime_start(subject=incident, by=staff, **given)
    assert {one.regime for one in running(timezone.now())} == {Regime.LEAK}


def test_the_minute_in_which_it_began_is_not_before_its_start(staff: Staff) -> None:
    incident = public()
    began = timezone.now().replace(second=0, microsecond=0)
    Incident.objects.filter(pk=incident.pk).update(started_at=began + timedelta(microseconds=1))
    incident.refresh_from_db()
    given = {"regime": "leak", "cause": "leak", "detail": "外泄。", "known_at": began}
    assert regime_start(subject=incident, by=staff, **given).pk


@pytest.mark.parametrize(
    ("known", "first", "written"),
    [
        ("2025-12-31T23:30", "2026-01-01T01:30", "2026-01-01T23:30"),
        ("2026-02-28T22:00", "2026-03-01T00:00", "2026-03-01T22:00"),
        ("2026-10-02T22:01", "2026-10-03T00:01", "2026-10-03T22:01"),
    ],
    ids=["turn of the year", "end of February, at midnight", "holiday, over midnight"],
)
def test_hours_are_counted_over_midnight_weekends_and_holidays(
    staff: Staff, known: str, first: str, written: str
) -> None:
    at = timezone.make_aware(datetime.fromisoformat(known))
    with time_machine.travel(at + timedelta(minutes=5), tick=False):
        case = PrivateCase.objects.create(
            token=uuid4(), title=SECRET, started_at=at, opened_at=at, opened_by=staff
        )
        given = {"regime": "leak", "cause": "leak", "detail": "外泄。", "noted_at": at}
        RegimeStart.objects.create(case=case, known_at=at, noted_by=staff, **given)
        due = clock(case).due
        page = words(browser_of(staff).get(path_of(case)))
    wanted = [timezone.make_aware(datetime.fromisoformat(one)) for one in (first, written)]
    assert [due[Duty.FIRST], due[Duty.WRITTEN]] == wanted
    for one in (first, written):
        assert f"due by {one.replace('T', ' ')}" in page
