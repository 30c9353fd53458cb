"""What is typed survives a closed tab, and two who write about one thing know of each other."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from statuspage.approvals.models import Draft
from statuspage.approvals.tasks import forget_drafts
from statuspage.components.models import Component
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_staff, open_incident
from tests.statuspage.console.browser import browser_of, form_of, press, publish, signed_in, words

COMPOSE = "/console/incidents/compose/"
DRAFTS = "/console/drafts/"
HOME = "/console/"
WRITTEN = {
    **{"name_zh": "T+1到账延迟", "name_en": "T+1 payouts are late", "body_zh": "资金安全。"},
    "unnamed": "on",
}


def typing(client: Client, path: str = COMPOSE, **values: Any) -> dict[str, Any]:
    """Open the form and type: what the page then sends by itself; returns the form."""
    form = {**form_of(client.get(path)), **values}
    answer = client.post(path, {**form, "step": "preview"}, headers={"hx-request": "true"})
    assert answer.status_code == 200
    return form


def continued(client: Client) -> str:
    """Where the newest draft on the first page leads."""
    assert Draft.objects.exists()
    address = Draft.objects.first().address
    assert address in words(client.get(HOME))
    return str(address)


def test_what_was_typed_is_found_again_after_the_tab_was_closed(
    author: Client, component: Component
) -> None:
    states = {f"component_{component.public_id}": "major_outage"}
    form = typing(author, **WRITTEN, **states, impact="critical")
    again = form_of(author.get(continued(author)))
    # A service is named, so that nothing has to be published "anyway".
    del again["csrfmiddlewaretoken"], form["csrfmiddlewaretoken"], form["unnamed"]
    assert again == form


def test_the_preview_says_when_it_was_saved(author: Client, component: Component) -> None:
    form = {**form_of(author.get(COMPOSE)), **WRITTEN, "step": "preview"}
    with time_machine.travel("2026-03-02T10:42:07+08:00", tick=False):
        page = words(signed_in().post(COMPOSE, form, headers={"hx-request": "true"}))
    assert "Draft saved at 03-02 10:42:07" in page


def test_without_scripts_a_button_saves_it(author: Client, component: Component) -> None:
    answer = press(author, COMPOSE, "save", **WRITTEN)
    assert answer.headers["Location"] == Draft.objects.get().address
    page = author.get(answer.headers["Location"])
    assert "Nothing is public yet" in words(page)
    assert form_of(page)["name_en"] == WRITTEN["name_en"]
    assert not Statement.objects.exists()


def test_opening_a_form_keeps_nothing(author: Client, component: Component) -> None:
    author.get(COMPOSE)
    assert not Draft.objects.exists()


def test_typing_on_goes_on_with_the_same_draft(author: Client, component: Component) -> None:
    form = typing(author, **WRITTEN)
    author.post(COMPOSE, {**form, "body_zh": "更多。", "step": "preview"})
    assert Draft.objects.get().values["body_zh"] == ["更多。"]


def test_opening_the_form_anew_offers_what_was_begun_there(
    author: Client, component: Component
) -> None:
    typing(author, **WRITTEN)
    page = words(author.get(COMPOSE))
    assert "You have an unfinished draft here: “T+1 payouts are late”, last saved" in page
    assert Draft.objects.get().address in page


def test_what_is_published_is_no_draft_any_more(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    publish(author, Draft.objects.get().address)
    assert Statement.objects.get().content["name"]["en"] == WRITTEN["name_en"]
    assert not Draft.objects.exists()


def test_a_draft_published_twice_is_published_once(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    address = Draft.objects.get().address
    kept = form_of(author.get(address))
    publish(author, address)
    answer = author.post(COMPOSE, {**kept, "step": "publish"}, follow=True)
    assert "This was already published as statement 1." in words(answer)
    assert Statement.objects.count() == 1


def test_a_save_that_comes_after_the_publication_brings_nothing_back(
    author: Client, component: Component
) -> None:
    form = typing(author, **WRITTEN)
    publish(author, Draft.objects.get().address)
    author.post(COMPOSE, {**form, "step": "preview"}, headers={"hx-request": "true"})
    assert "You have no drafts." in words(author.get(DRAFTS))


def test_an_update_that_was_overtaken_keeps_its_text_and_says_so(author: Client) -> None:
    incident = incident_of(open_incident())
    path = f"/console/incidents/{incident.public_id}/update/"
    typing(author, path, body_zh="还在查。")
    publish(signed_in(Role.APPROVER), path, body_zh="找到了。", status="identified")
    page = author.get(Draft.objects.get().address)
    assert "Someone else has published an update in the meantime" in words(page)
    assert form_of(page)["body_zh"] == "还在查。"


def test_two_who_write_about_one_incident_are_told(author: Client) -> None:
    incident = incident_of(open_incident())
    path = f"/console/incidents/{incident.public_id}/"
    with time_machine.travel("2026-03-02T10:42:00+08:00", tick=False):
        li = browser_of(make_staff(username="wang"))
        typing(li, path + "update/", body_zh="还在查。")
    with time_machine.travel("2026-03-02T10:50:00+08:00", tick=False):
        reader = signed_in()
        assert "wang has been editing this since 10:42." in words(reader.get(path))
        assert "has been editing this since" not in words(li.get(path))
        assert "has been editing this since" not in words(reader.get(COMPOSE))
        answer = press(reader, path, "preview")
        assert "wang has been editing this since 10:42." in words(answer)


def test_who_stopped_typing_is_not_writing(author: Client) -> None:
    incident = incident_of(open_incident())
    path = f"/console/incidents/{incident.public_id}/update/"
    typing(signed_in(), path, body_zh="还在查。")
    Draft.objects.update(saved_at=timezone.now() - timedelta(minutes=11))
    assert "has been editing this since" not in words(author.get(path))


def test_a_draft_is_ones_own(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    draft, other = Draft.objects.get(), signed_in(Role.ADMIN)
    assert other.get(draft.address).status_code == 404
    assert other.post(f"{DRAFTS}{draft.pk}/discard/").status_code == 404
    assert WRITTEN["name_en"] not in words(other.get(DRAFTS))
    assert Draft.objects.get().discarded_at is None


def test_thrown_away_it_can_be_fetched_back_for_a_day(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    draft = Draft.objects.get()
    page = author.post(f"{DRAFTS}{draft.pk}/discard/", follow=True)
    assert "Discarded today" in words(page)
    assert author.get(draft.address).status_code == 404
    assert draft.address not in words(author.get(HOME))
    back = author.post(f"{DRAFTS}{draft.pk}/restore/", follow=True)
    assert back.redirect_chain == [(draft.address, 302)]
    assert form_of(back)["name_zh"] == WRITTEN["name_zh"]
    author.post(f"{DRAFTS}{draft.pk}/discard/")
    Draft.objects.update(discarded_at=timezone.now() - timedelta(hours=25))
    assert author.post(f"{DRAFTS}{draft.pk}/restore/").status_code == 404


@pytest.mark.parametrize("address", ["x", "999", "", "9" * 30])
def test_a_draft_that_is_not_there_is_not_found(
    author: Client, component: Component, address: str
) -> None:
    assert author.get(f"{COMPOSE}?draft={address}").status_code == 404


def test_a_draft_is_opened_where_it_was_written_only(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    elsewhere = f"/console/maintenances/compose/?draft={Draft.objects.get().pk}"
    assert author.get(elsewhere).status_code == 404


def test_old_drafts_are_deleted_and_the_others_stay(author: Client, component: Component) -> None:
    for days, name in [(13, "kept"), (15, "old")]:
        typing(author, name_zh="名", name_en=name)
        saved = timezone.now() - timedelta(days=days)
        Draft.objects.filter(title__en=name).update(saved_at=saved)
    typing(author, name_zh="名", name_en="thrown")
    thrown = Draft.objects.filter(title__en="thrown")
    thrown.update(discarded_at=timezone.now() - timedelta(hours=25))
    forget_drafts()
    assert [one.title["en"] for one in Draft.objects.all()] == ["kept"]


def test_more_than_can_be_said_is_not_kept_and_the_text_stays_in_the_form(
    author: Client, component: Component
) -> None:
    page = press(author, COMPOSE, "save", body_zh="长" * 100_001)
    assert "This is too long to save as a draft." in words(page)
    assert not Draft.objects.exists()
    assert len(form_of(page)["body_zh"]) == 100_001


def test_what_a_database_cannot_hold_is_left_out(author: Client, component: Component) -> None:
    typing(author, name_zh="到\x00账")
    assert Draft.objects.get().values["name_zh"] == ["到账"]


def test_typing_is_no_act_and_publishing_is(author: Client, component: Component) -> None:
    typing(author, **WRITTEN)
    assert not AuditEntry.objects.filter(act__contains="compose").exists()
    publish(author, COMPOSE, **WRITTEN)
    assert AuditEntry.objects.filter(act="POST console:incident_compose").count() == 2
