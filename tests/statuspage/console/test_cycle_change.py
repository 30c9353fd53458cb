"""The crisis recipe at the console: one form, its drafts, each published, and what they change."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from statuspage.approvals.models import Draft, Proposal, Recipe
from statuspage.approvals.proposals import foreseen_of
from statuspage.approvals.recipes import StepState, progress_of
from statuspage.calendar.services import year_load, year_review
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_update
from statuspage.notices.models import Notice
from statuspage.regulator.regimes import Regime
from statuspage.regulator.selectors import standing_of
from statuspage.settlement.rules import rule_add, rule_for
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_withdraw
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.calendar.factories import HOLIDAY, reviewed
from tests.statuspage.console.browser import form_of, signed_in, words
from tests.statuspage.notices.samples import publish as publish_notice

pytestmark = pytest.mark.django_db

FORM = "/console/recipes/cycle-change/"
KINDS = ("notice.delay", "notice.settlement_rule", "notice.fee_waiver", "notice.general")


@pytest.fixture(autouse=True)
def _world() -> None:
    this = timezone.localdate().year
    reviewed(2025, *range(this, 2027))
    # In December the days that follow are of a year that is not published yet.
    for year in {this, this + 1} - set(range(2027)):
        year_load(profile="domestic", year=year, by=None, days={date(year, 1, 1): HOLIDAY})
        year_review(profile="domestic", year=year, by=make_staff(Role.APPROVER))
    rule_add(category="micro", cycle="T+1", cutoff=None)
    rule_add(category="industry", cycle="D+1")
    make_component("T+1 结算", "T+1", pays_out=True, pays_out_to=["micro"])


@pytest.fixture
def author() -> Client:
    """Return the browser of somebody who may publish."""
    return signed_in()


def day(ahead: int) -> date:
    """Return the day so many days from now."""
    return timezone.localdate() + timedelta(days=ahead)


def facts(**values: Any) -> dict[str, Any]:
    """Return what staff type: T+1 becomes T+5 since yesterday, with a waiver."""
    return {
        "categories": ["micro"],
        "cycles": ["T+1"],
        "begins": f"{day(-1)}T10:00",
        "ends": f"{day(9)}T00:00",
        "new_cycle": "t5",
        "reason_zh": "付款银行通道故障，正在切换备用通道。",
        "reason_en": "A bank's link failed; we are switching to another.",
        "waiver": "on",
        "percent": "100",
        "borne_by_zh": "本公司",
        "borne_by_en": "the company",
        "credited_by": f"{day(20)}",
        "regulator": "on",
        "transactions": "120000",
        **values,
    }


def drafted(browser: Client, **values: Any) -> Recipe:
    """Send the form; return the set that it made."""
    answer = send(browser, **values)
    assert answer.status_code == 302, words(answer)
    return Recipe.objects.latest("pk")


def send(browser: Client, **values: Any) -> HttpResponse:
    """Open the form and send it with these facts."""
    form = form_of(browser.get(FORM), "begins")
    sent = {**form, **facts(**values)}
    return browser.post(FORM, {name: one for name, one in sent.items() if one is not None})


def states(recipe: Recipe) -> dict[str, str]:
    """Return the state of each step, by its kind."""
    return {one.step.kind: str(one.state) for one in progress_of(recipe)}


def draft_of(recipe: Recipe, kind: str) -> Draft:
    """Return the draft of that step."""
    return next(one.draft for one in progress_of(recipe) if one.step.kind == kind and one.draft)


def go_through(browser: Client, recipe: Recipe, kind: str) -> HttpResponse:
    """Open the draft of that step, confirm what is odd, and publish or submit it."""
    address = draft_of(recipe, kind).address
    path = address.partition("?")[0]
    written = form_of(browser.get(address))
    confirming = browser.post(path, {**written, "confirmed": "on", "step": "confirm"})
    assert 'value="publish"' in confirming.content.decode(), words(confirming)
    return browser.post(path, {**form_of(confirming), "step": "publish"}, follow=True)


def approved(proposal: Proposal) -> None:
    """Publish what waits, as a second person."""
    approver = signed_in(Role.APPROVER)
    seen = foreseen_of(proposal).digest
    path = f"/console/notices/proposals/{proposal.pk}/"
    answer = approver.post(path, {"step": "approve", "seen": seen}, follow=True)
    assert answer.status_code == 200, words(answer)


def test_no_draft_ticks_what_nobody_chose(author: Client) -> None:
    make_component("刷卡交易", "Card payments")
    recipe = drafted(author)
    drafts = [one.draft.values for one in progress_of(recipe) if one.draft]
    assert drafts
    assert not [one for one in drafts if one.get("provinces") or one.get("named")]


def test_from_one_form_to_everything_published_and_answered(author: Client, settings: Any) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"delay", "settlement_rule", "fee_waiver"})
    recipe = drafted(author)
    assert not Statement.objects.exists()
    assert list(states(recipe)) == ["incident.opened", *KINDS, "regulator"]
    assert set(states(recipe).values()) == {StepState.DRAFTED, StepState.TO_DO}

    go_through(author, recipe, "incident.opened")
    recipe.refresh_from_db()
    incident = Incident.objects.get()
    assert recipe.incident_id == incident.public_id
    assert [row.status for row in incident.affected.all()] == ["degraded_performance"]
    for kind in KINDS:
        go_through(author, recipe, kind)
    assert states(recipe)["notice.delay"] == StepState.WAITING
    assert states(recipe)["notice.general"] == StepState.PUBLISHED
    for proposal in Proposal.objects.filter(state="waiting").order_by("pk"):
        approved(proposal)
    page = form_of(author.get(f"/console/recipes/{recipe.pk}/"), "transactions")
    assert page["transactions"] == "120000"
    author.post(f"/console/recipes/{recipe.pk}/", {**page, "step": "regulator"})

    assert set(states(recipe).values()) == {StepState.PUBLISHED, StepState.DONE}
    assert {one.incident_id for one in Notice.objects.all()} == {incident.public_id}
    agents = Notice.objects.get(kind="general")
    assert (agents.told, Notice.objects.get(kind="delay").told) == ("agents", "all")
    assert {one.transactions for one in incident.estimates.all()} == {120000}
    assert "All steps are done." in words(author.get(f"/console/recipes/{recipe.pk}/"))

    late = Notice.objects.get(kind="delay").payload["arrives_by"]
    assert answer(f"{day(-1)}T12:00")["arrival_date"] == late
    coming = answer(f"{day(2)}T12:00")
    assert rule_for("micro", "", moment(day(2))).cycle == "T+5"
    assert coming["arrival_date"] > answer(f"{day(2)}T12:00", "industry")["arrival_date"]
    assert rule_for("micro", "", moment(day(9))).cycle == "T+1"


def moment(of: date) -> datetime:
    """Return noon of that day."""
    return timezone.make_aware(datetime.combine(of, datetime.min.time())) + timedelta(hours=12)


def answer(written: str, category: str = "micro") -> dict[str, Any]:
    """Return what the public API answers about such a transaction."""
    asked = {"category": category, "at": f"{written}:00+08:00"}
    found = Client().get("/api/v1/arrival/", asked)
    return dict(found.json())


def test_back_before_the_end_everything_says_the_usual_cycle_again(author: Client) -> None:
    recipe = drafted(author)
    for kind in ("incident.opened", "notice.delay", "notice.settlement_rule"):
        go_through(author, recipe, kind)
    approve_all()
    assert "Back to the usual cycle earlier?" in words(author.get(f"/console/recipes/{recipe.pk}/"))
    late = answer(f"{day(4)}T12:00")
    kept = answer(f"{day(2)}T12:00")
    delay, incident = Notice.objects.get(kind="delay"), Incident.objects.get()
    assert answer(f"{day(-1)}T12:00")["arrival_date"] == delay.payload["arrives_by"]

    ended = {"restored_at": timezone.localtime().isoformat(), "delay": delay.public_id}
    publish_notice("recovery", ended, incident_id=incident.public_id)
    usual = {"category": "micro", "cycle": "T+1", "valid_from": f"{day(4)}"}
    publish_notice("settlement_rule", usual)
    over = {"status": "resolved", "body": text("已恢复", "Restored"), "author": None}
    incident_update(incident=incident, **over)

    assert rule_for("micro", "", moment(day(3))).cycle == "T+5"
    assert {rule_for("micro", "", moment(day(one))).cycle for one in (4, 8, 9, 30)} == {"T+1"}
    assert answer(f"{day(4)}T12:00")["arrival_date"] < late["arrival_date"]
    # What was made under the temporary rule keeps the date it was told.
    assert answer(f"{day(2)}T12:00")["arrival_date"] == kept["arrival_date"]
    assert not answer(f"{day(4)}T12:00")["late"]


def test_a_withdrawn_temporary_rule_leaves_the_usual_one(author: Client) -> None:
    recipe = drafted(author)
    go_through(author, recipe, "incident.opened")
    usual = answer(f"{day(2)}T12:00")
    go_through(author, recipe, "notice.settlement_rule")
    approve_all()
    assert answer(f"{day(2)}T12:00")["arrival_date"] > usual["arrival_date"]
    rule = Statement.objects.get(kind="notice.settlement_rule")
    statement_withdraw(statement=rule, body=text("误发。", "In error."), author=None)
    assert answer(f"{day(2)}T12:00")["arrival_date"] == usual["arrival_date"]


def test_a_base_rule_that_changed_since_is_shown_to_the_approver(
    author: Client, settings: Any
) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"settlement_rule"})
    recipe = drafted(author)
    go_through(author, recipe, "incident.opened")
    go_through(author, recipe, "notice.settlement_rule")
    proposal = Proposal.objects.get()
    seen = foreseen_of(proposal).digest
    rule_add(category="micro", cycle="T+2", cutoff=None)
    approver = signed_in(Role.APPROVER)
    path = f"/console/notices/proposals/{proposal.pk}/"
    refused = approver.post(path, {"step": "approve", "seen": seen})
    assert refused.status_code == 409
    assert not Statement.objects.filter(kind="notice.settlement_rule").exists()
    approved(proposal)
    said = Notice.objects.get(kind="settlement_rule").payload
    assert (said["before"]["cycle"], said["cycle"]) == ("T+2", "T+5")
    assert rule_for("micro", "", moment(day(9))).cycle == "T+2"


def test_a_set_about_the_same_is_pointed_out_before_there_are_two(author: Client) -> None:
    first = drafted(author)
    other = signed_in(Role.APPROVER)
    answered = send(other)
    assert answered.status_code == 422
    page = words(answered)
    assert "there is a set about this already" in page
    assert f"/console/recipes/{first.pk}/" in page
    assert form_of(answered, "begins")["transactions"] == "120000"
    assert Recipe.objects.count() == 1
    assert send(other, cycles=["T+1"], new_cycle="T+4").status_code == 302
    assert send(other, again="on").status_code == 302
    assert Recipe.objects.count() == 3


def test_with_an_open_incident_its_update_comes_first_and_every_draft_names_it(
    author: Client,
) -> None:
    opened = open_incident(make_component("D+1", "D+1"))
    recipe = drafted(author, incident=opened.subject_id, waiver=None, regulator=None)
    assert list(states(recipe)) == [
        "incident.updated",
        "notice.delay",
        "notice.settlement_rule",
        "notice.general",
    ]
    assert draft_of(recipe, "notice.delay").values["incident"] == [opened.subject_id]
    go_through(author, recipe, "incident.updated")
    said = Statement.objects.latest("number")
    assert said.kind == "incident.updated"
    assert "最迟" in said.content["body"]["zh-hans"]
    page = words(author.get(f"/console/incidents/{opened.subject_id}/"))
    assert "Drafted together, not all published" in page


def test_an_outage_of_payouts_becomes_slow_with_a_longer_cycle(author: Client) -> None:
    component = make_component("结算", "Settlement", pays_out=True)
    opened = open_incident(component, components={component.public_id: "major_outage"})
    recipe = drafted(author, incident=opened.subject_id)
    values = draft_of(recipe, "incident.updated").values
    assert values[f"component_{component.public_id}"] == ["degraded_performance"]
    unknown = {"new_cycle": "", "not_known": "on"}
    values = draft_of(
        drafted(author, incident=opened.subject_id, **unknown), "incident.updated"
    ).values
    assert values[f"component_{component.public_id}"] == ["major_outage"]


def test_notices_wait_for_the_incident_that_they_name(author: Client) -> None:
    recipe = drafted(author)
    page = words(author.get(f"/console/recipes/{recipe.pk}/"))
    assert page.count("Publish the incident first: this names it.") == len(KINDS) + 1
    assert page.count("Open the draft") == 1
    author.post(f"/console/recipes/{recipe.pk}/", {"step": "regulator", "number": "1"})
    assert not Incident.objects.exists()


def test_pressed_twice_it_is_one_set(author: Client) -> None:
    form = {**form_of(author.get(FORM), "begins"), **facts()}
    for _time in range(2):
        answered = author.post(FORM, form)
        assert answered.status_code == 302
    assert Recipe.objects.count() == 1
    assert Draft.objects.count() == len(KINDS) + 1
    assert "They were not made again" in words(author.get(answered["location"]))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"new_cycle": "soon"}, "Enter a settlement cycle"),
        ({"new_cycle": ""}, "or tick “not known yet”"),
        ({"not_known": "on"}, "You have entered a cycle or a day"),
        ({"new_cycle": "T+1"}, "This is the cycle in force"),
        ({"cycles": ["D+1"]}, "In force: T+1"),
        ({"categories": None}, "This field is required"),
        ({"reason_zh": ""}, "required"),
        ({"ends": "2020-01-01T00:00"}, "must not be before the start"),
        ({"credited_by": ""}, "This field is required"),
        ({"credited_by": "2020-01-01"}, "This day has passed"),
        ({"percent": "0"}, "more than zero"),
        ({"incident": "gone00000000"}, "no longer open"),
        ({"arrives_by": "2020-01-01"}, "This day has passed"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    author: Client, wrong: dict[str, Any], said: str
) -> None:
    answered = send(author, **wrong)
    assert answered.status_code == 422
    page = words(answered)
    assert said in page
    assert "Nothing was drafted" in page
    kept = form_of(answered, "begins")
    typed = facts(**wrong)
    for name in ("begins", "reason_zh", "reason_en", "new_cycle", "transactions", "borne_by_zh"):
        assert kept.get(name, "") == typed[name]
    assert not Recipe.objects.exists()
    assert not Draft.objects.exists()


def test_an_incident_resolved_before_the_form_is_sent_is_refused(author: Client) -> None:
    opened = open_incident(make_component())
    form = form_of(author.get(f"{FORM}?incident={opened.subject_id}"), "begins")
    assert form["incident"] == opened.subject_id
    resolve(opened)
    answered = author.post(FORM, {**form, **facts()})
    assert "This incident is no longer open" in words(answered)
    assert not Draft.objects.exists()


def resolve(opened: Statement) -> None:
    """Publish that the incident is over."""
    said = {"status": "resolved", "body": text("已恢复", "Restored")}
    incident_update(incident=incident_of(opened), author=None, **said)


def test_an_incident_resolved_since_is_pointed_out_and_reopened_with_the_same_words(
    author: Client,
) -> None:
    opened = open_incident(make_component())
    recipe = drafted(author, incident=opened.subject_id)
    path = f"/console/recipes/{recipe.pk}/"
    step = {"step": "reopen", "number": recipe.steps.get(kind="incident.updated").pk}
    assert "Reopen the incident with this draft" not in words(author.get(path))
    resolve(opened)
    page = words(author.get(path))
    assert "This incident was resolved in the meantime." in page
    assert "Reopen the incident with this draft" in page
    author.post(path, step)
    assert "Reopen the incident with this draft" not in words(author.get(path))
    go_through(author, recipe, "incident.updated")
    said = Statement.objects.latest("number")
    assert said.content["status"] == "investigating"
    assert "付款银行通道故障" in said.content["body"]["zh-hans"]
    assert states(recipe)["incident.updated"] == StepState.PUBLISHED
    assert author.post(path, step).status_code == 409


def test_a_draft_sent_back_is_followed_under_its_new_token(author: Client, settings: Any) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"delay"})
    opened = open_incident(make_component())
    recipe = drafted(author, incident=opened.subject_id)
    go_through(author, recipe, "notice.delay")
    proposal = Proposal.objects.get()
    path = f"/console/notices/proposals/{proposal.pk}/"
    signed_in(Role.APPROVER).post(path, {"step": "send_back", "note": "日期有误"})
    assert states(recipe)["notice.delay"] == StepState.SENT_BACK
    assert "日期有误" in words(author.get(f"/console/recipes/{recipe.pk}/"))
    go_through(author, recipe, "notice.delay")
    assert states(recipe)["notice.delay"] == StepState.WAITING


def test_what_is_discarded_is_not_left_to_do_and_is_said_to_be_left_out(author: Client) -> None:
    recipe = drafted(author, regulator=None)
    for draft in Draft.objects.all():
        author.post(f"/console/drafts/{draft.pk}/discard/")
    assert set(states(recipe).values()) == {StepState.DISCARDED}
    assert "Drafted together, not all published" not in words(author.get("/console/"))
    page = words(author.get(f"/console/recipes/{recipe.pk}/"))
    assert "All steps are done." not in page
    assert "<strong>Left out</strong>" in page
    assert "The other texts of this set may mention it." in page
    assert page.count("Left out (discarded)") == len(states(recipe))


def press(browser: Client, recipe: Recipe, step: str, kind: str) -> HttpResponse:
    """Press that button of that step."""
    number = recipe.steps.get(kind=kind).pk
    return browser.post(f"/console/recipes/{recipe.pk}/", {"step": step, "number": number})


def test_what_was_left_out_comes_back_as_it_was_discarded(author: Client) -> None:
    recipe = drafted(author)
    draft = draft_of(recipe, "notice.delay")
    Draft.objects.filter(pk=draft.pk).update(values={**draft.values, "title_zh": ["改过的标题"]})
    author.post(f"/console/drafts/{draft.pk}/discard/")
    go_through(author, recipe, "incident.opened")
    other = signed_in(Role.APPROVER)
    assert press(other, recipe, "again", "notice.delay").status_code == 302
    back = draft_of(recipe, "notice.delay")
    assert back.author.role == Role.APPROVER
    assert back.values["title_zh"] == ["改过的标题"]
    assert back.values["incident"] == [Incident.objects.get().public_id]
    assert press(author, recipe, "again", "notice.delay").status_code == 409
    go_through(other, recipe, "notice.delay")
    assert Notice.objects.get().incident_id == Incident.objects.get().public_id


def test_what_is_deleted_is_drafted_again_from_the_facts_and_names_the_incident(
    author: Client,
) -> None:
    recipe = drafted(author)
    first = draft_of(recipe, "notice.delay")
    first.delete()
    go_through(author, recipe, "incident.opened")
    assert states(recipe)["notice.delay"] == StepState.DISCARDED
    press(author, recipe, "again", "notice.delay")
    again = draft_of(recipe, "notice.delay")
    assert again.token != first.token
    named = {"token": [str(again.token)], "incident": [Incident.objects.get().public_id]}
    assert again.values == {**first.values, **named}
    go_through(author, recipe, "notice.delay")
    assert states(recipe)["notice.delay"] == StepState.PUBLISHED


def test_a_set_of_before_whose_draft_is_gone_says_so(author: Client) -> None:
    recipe = drafted(author)
    recipe.steps.update(values={})
    draft_of(recipe, "notice.delay").delete()
    refused = press(author, recipe, "again", "notice.delay")
    assert refused.status_code == 409
    assert "Write a new one." in words(refused)


def test_without_its_incident_the_rest_of_a_set_can_still_be_published(author: Client) -> None:
    recipe = drafted(author)
    author.post(f"/console/drafts/{draft_of(recipe, 'incident.opened').pk}/discard/")
    page = words(author.get(f"/console/recipes/{recipe.pk}/"))
    assert "The incident is left out" in page
    assert page.count("Open the draft") == len(KINDS)
    # The figures are about an incident.
    assert page.count("Publish the incident first: this names it.") == 1
    go_through(author, recipe, "notice.general")
    assert Notice.objects.get().incident_id == ""


def test_a_page_left_open_by_a_former_author_does_not_stop_the_next(author: Client) -> None:
    recipe = drafted(author)
    other = signed_in(Role.APPROVER)
    press(other, recipe, "take_over", "incident.opened")
    taken = draft_of(recipe, "incident.opened")
    Draft.objects.create(
        author=recipe.begun_by,
        token=taken.token,
        place=taken.place,
        kind=taken.kind,
        title=taken.title,
        values=taken.values,
        saved_at=timezone.now() + timedelta(minutes=1),
    )
    assert draft_of(recipe, "incident.opened").author == recipe.begun_by
    assert press(other, recipe, "take_over", "incident.opened").status_code == 302
    assert Draft.objects.filter(token=taken.token, author=taken.author).count() == 1


def test_the_time_it_was_noticed_goes_into_all_that_is_drafted(author: Client) -> None:
    recipe = drafted(author, since=f"{day(-1)}T09:00", begins="")
    opening = draft_of(recipe, "incident.opened").values
    assert opening["detected_at"] == [f"{day(-1)}T09:00"]
    delay = draft_of(recipe, "notice.delay").values
    assert delay["payload_transactions_from"] == [f"{day(-1)}T09:00"]
    go_through(author, recipe, "incident.opened")
    incident = Incident.objects.get()
    noticed = moment(day(-1)) - timedelta(hours=3)
    assert (incident.started_at, incident.detected_at) == (noticed, noticed)
    page = form_of(author.get(f"/console/recipes/{recipe.pk}/"), "transactions")
    author.post(f"/console/recipes/{recipe.pk}/", {**page, "step": "regulator"})
    assert {one.known_at for one in incident.estimates.all()} == {noticed}
    begun = standing_of(incident, Regime.PAYMENT, timezone.now()).clock.begun_at
    assert begun == noticed


def test_it_was_noticed_now_unless_another_time_is_entered(author: Client) -> None:
    before = timezone.now().replace(second=0, microsecond=0)
    given = form_of(author.get(FORM), "begins")["since"]
    assert before <= timezone.make_aware(datetime.fromisoformat(given)) <= timezone.now()


def test_a_later_start_of_the_incident_does_not_stop_the_figures(author: Client) -> None:
    recipe = drafted(author, since=f"{day(-1)}T09:00")
    draft = draft_of(recipe, "incident.opened")
    later = {**draft.values, "detected_at": [f"{day(-1)}T11:30"]}
    Draft.objects.filter(pk=draft.pk).update(values=later)
    go_through(author, recipe, "incident.opened")
    page = form_of(author.get(f"/console/recipes/{recipe.pk}/"), "transactions")
    author.post(f"/console/recipes/{recipe.pk}/", {**page, "step": "regulator"})
    started = moment(day(-1)) - timedelta(minutes=30)
    assert {one.known_at for one in Incident.objects.get().estimates.all()} == {started}


def test_it_was_not_noticed_before_the_incident_that_goes_on(author: Client) -> None:
    opened = open_incident(make_component())
    refused = send(author, incident=opened.subject_id, since=f"{day(-2)}T09:00")
    assert refused.status_code == 422
    assert "The detection time cannot be before the start." in words(refused)
    refused = send(author, since=f"{day(1)}T09:00")
    assert "The detection time cannot be in the future." in words(refused)
    assert not Recipe.objects.exists()


def test_a_colleague_takes_a_draft_over(author: Client) -> None:
    recipe = drafted(author)
    assert "Drafted together, not all published" in words(author.get("/console/"))
    other = signed_in(Role.APPROVER)
    path = f"/console/recipes/{recipe.pk}/"
    draft = draft_of(recipe, "incident.opened")
    assert other.get(draft.address).status_code == 404
    step = recipe.steps.get(kind="incident.opened")
    other.post(path, {"step": "take_over", "number": step.pk})
    assert other.get(draft.address).status_code == 200
    go_through(other, recipe, "incident.opened")
    assert "This draft no longer exists" in words(
        other.post(path, {"step": "take_over", "number": step.pk})
    )


def test_who_may_not_publish_sees_the_set_and_drafts_nothing(author: Client) -> None:
    recipe = drafted(author)
    reader = signed_in(Role.AUDITOR)
    assert reader.get(FORM).status_code == 403
    assert reader.post(FORM, facts()).status_code == 403
    path = f"/console/recipes/{recipe.pk}/"
    page = words(reader.get(path))
    assert "Take over" not in page
    step = recipe.steps.get(kind="incident.opened")
    refused = reader.post(path, {"step": "take_over", "number": step.pk})
    assert refused.status_code == 403
    assert draft_of(recipe, "incident.opened").author.role == Role.AUTHOR


def test_the_rule_keeps_the_cut_off_that_is_in_force(author: Client) -> None:
    rule_add(category="micro", cycle="T+1", cutoff=datetime(2025, 1, 1, 23).time())
    opened = open_incident(make_component())
    recipe = drafted(author, incident=opened.subject_id)
    go_through(author, recipe, "notice.settlement_rule")
    approve_all()
    rule = rule_for("micro", "", moment(day(2)))
    assert rule is not None
    assert (rule.cycle, str(rule.cutoff)) == ("T+5", "23:00:00")


def approve_all() -> None:
    """Publish all that waits, as a second person."""
    for proposal in Proposal.objects.filter(state="waiting").order_by("pk"):
        approved(proposal)


def test_in_chinese_every_word_of_the_pages_is_chinese(author: Client) -> None:
    recipe = drafted(author)
    reader = signed_in(language="zh-hans")
    assert "到账延迟：一次起草全部公告" in words(reader.get(FORM))
    page = words(reader.get(f"/console/recipes/{recipe.pk}/"))
    assert "还有 6 步未完成" in page
    assert "小微商户 T+1 交易调整为 T+5 到账" in page
    assert "监管报告" in page
    assert "小微商户 T+1" in words(reader.get("/console/recipes/"))


def test_a_press_of_a_button_that_is_none_is_refused(author: Client) -> None:
    recipe = drafted(author)
    path = f"/console/recipes/{recipe.pk}/"
    assert author.post(path, {"step": "explode"}).status_code == 400
    for number in ("", "x", "99999999", str(recipe.steps.last().pk)):
        assert author.post(path, {"step": "take_over", "number": number}).status_code == 409
        assert author.post(path, {"step": "reopen", "number": number}).status_code == 409
