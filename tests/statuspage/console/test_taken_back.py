"""Taking back, correcting and reopening in the console: the page says what will happen."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.incidents.services.incidents import incident_update
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_address, make_component, open_incident, text
from tests.statuspage.console.browser import form_of, press, publish, words


def ended(opened: Statement) -> Statement:
    return incident_update(
        incident=incident_of(opened), status="resolved", body=text("好了。", "Done."), author=None
    )


def correct(statement: Statement) -> str:
    return f"/console/statements/{statement.number}/correct/"


def test_the_confirmation_of_a_withdrawal_says_what_happens_and_how_many_are_told(
    author: Client,
) -> None:
    make_address()
    opened = open_incident()
    said = ended(opened)
    path = f"/console/statements/{said.number}/withdraw/"
    form = {**form_of(author.get(path)), "body_zh": "误发"}
    shown = words(press(author, path, "confirm", **form))
    assert "This incident is open again: Investigating." in shown
    assert "本事件重新打开：调查中。" in shown
    assert "1 address will be notified." in shown
    assert incident_of(opened).status == "resolved"
    publish(author, path, body_zh="误发", body_en="By mistake")
    assert incident_of(opened).status == "investigating"


def test_a_correction_form_corrects_facts(author: Client) -> None:
    component = make_component()
    opened = open_incident(component, next_update_by=timezone.now() + timedelta(hours=1))
    form = form_of(author.get(correct(opened)))
    assert form["fact_impact"] == "major"
    assert form[f"component_{component.public_id}"] == "partial_outage"
    form |= {"fact_impact": "critical", f"component_{component.public_id}": "major_outage"}
    shown = words(press(author, correct(opened), "confirm", **form))
    assert "Impact: Critical impact (was: Major impact)." in shown
    publish(author, correct(opened), **form)
    assert incident_of(opened).impact == "critical"
    component.refresh_from_db()
    assert component.status == "major_outage"


@pytest.mark.parametrize("step", ["confirm", "publish"])
def test_a_correction_that_changes_nothing_is_refused_and_keeps_the_form(
    author: Client, step: str
) -> None:
    opened = open_incident()
    page = press(author, correct(opened), step, **form_of(author.get(correct(opened))))
    assert "Nothing has changed." in words(page)
    assert 'value="publish"' not in page.content.decode()
    assert Statement.objects.count() == 1


def test_a_fact_that_cannot_be_is_refused_beside_its_field(author: Client) -> None:
    opened = open_incident()
    later = timezone.localtime() + timedelta(days=1)
    form = {**form_of(author.get(correct(opened))), "fact_started_at": f"{later:%Y-%m-%dT%H:%M}"}
    page = press(author, correct(opened), "publish", **form)
    assert "The incident cannot start in the future." in words(page)
    assert form_of(page)["fact_started_at"] == form["fact_started_at"]


def test_after_resolved_the_form_says_more_and_reopening_has_its_own(author: Client) -> None:
    component = make_component()
    opened = open_incident(component)
    ended(opened)
    place = f"/console/incidents/{opened.subject_id}/"
    page = author.get(place)
    assert "Publish an update after Resolved" in words(page)
    assert "Reopen the incident" in words(page)
    publish(author, f"{place}update/", body_zh="全部款项均已到账。", body_en="All has arrived.")
    assert incident_of(opened).status == "resolved"
    reopened = author.get(f"{place}reopen/")
    assert "The incident is open again for everybody" in words(reopened)
    publish(
        author,
        f"{place}reopen/",
        body_zh="再次出现。",
        **{f"component_{component.public_id}": "major_outage"},
    )
    assert incident_of(opened).status == "investigating"
    assert author.get(f"{place}reopen/").status_code == 302


def test_an_incident_published_in_error_takes_no_further_update(author: Client) -> None:
    opened = open_incident()
    publish(author, f"/console/statements/{opened.number}/withdraw/", body_zh="误发")
    page = author.get(f"/console/incidents/{opened.subject_id}/")
    assert "published in error" in words(page)
    with pytest.raises(StopIteration):
        form_of(page)
