"""Staff confirm what monitors report, by one tap."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.console.forms.resolving import resolving_words
from statuspage.incidents.models import Template
from statuspage.monitors.calls import call_take
from statuspage.monitors.models import Signal, SignalDraft, SignalRule
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_address, open_incident, text
from tests.statuspage.console.browser import form_of, publish, signed_in, words
from tests.statuspage.monitors.factories import calm, fire, make_rule, make_template


@pytest.fixture
def draft(component: Component) -> SignalDraft:
    make_rule(template=make_template(component))
    found = fire(summary="3 files missing", url="https://monitor.example/x").draft
    assert found is not None
    return found


def path_of(draft: SignalDraft) -> str:
    return f"/console/signals/{draft.pk}/"


def test_every_page_of_the_console_says_that_something_waits(
    author: Client, draft: SignalDraft
) -> None:
    page = words(author.get("/console/notices/"))
    assert "not public yet" in page
    assert f'href="{path_of(draft)}"' in page


def test_the_page_shows_what_would_be_said_to_how_many_and_why(
    author: Client, draft: SignalDraft
) -> None:
    make_address()
    for path in ("/console/signals/", path_of(draft)):
        page = words(author.get(path))
        assert "Payouts are late since" in page
        assert "起到账延迟，资金安全。" in page
        assert "1 address will be notified." in page
    assert "3 files missing" in page
    assert "alertname=PayoutsLate" in page
    assert 'href="https://monitor.example/x"' in page


def test_one_tap_publishes_and_leads_to_the_broadcast(author: Client, draft: SignalDraft) -> None:
    answer = author.post(path_of(draft), {"act": "publish"})
    statement = Statement.objects.get()
    assert answer.headers["Location"] == f"/console/broadcasts/{statement.number}/"
    assert statement.kind == "incident.opened"
    again = author.post(path_of(draft), {"act": "publish"})
    assert again.status_code == 409
    assert "Already decided: Published." in words(again)
    assert Statement.objects.count() == 1


def test_what_is_nothing_for_the_public_is_dismissed(author: Client, draft: SignalDraft) -> None:
    answer = author.post(path_of(draft), {"act": "dismiss"}, follow=True)
    assert "Dismissed. Nothing was published." in words(answer)
    assert "Dismissed" in words(author.get(path_of(draft)))
    assert not Statement.objects.exists()


def test_the_words_can_be_changed_first(
    author: Client, draft: SignalDraft, component: Component
) -> None:
    path = f"/console/incidents/compose/?signal={draft.pk}"
    form = form_of(author.get(path))
    assert form["name_zh"] == "T+1到账延迟"
    assert form[f"component_{component.public_id}"] == "partial_outage"
    assert form["detected_at"] == f"{timezone.localtime(draft.detected_at):%Y-%m-%dT%H:%M}"
    publish(author, path, body_zh="另一段话。")
    draft.refresh_from_db()
    assert draft.state == "published"
    assert draft.incident == incident_of(Statement.objects.get())


def test_a_draft_that_somebody_else_decided_is_not_published_twice(
    author: Client, draft: SignalDraft
) -> None:
    path = f"/console/incidents/compose/?signal={draft.pk}"
    form = form_of(author.get(path))
    author.post(path_of(draft), {"act": "publish"})
    page = words(author.post(path, {**form, "step": "publish"}))
    assert "Already decided:" in page
    assert Statement.objects.count() == 1


def test_a_draft_can_belong_to_an_incident_that_is_open(
    author: Client, draft: SignalDraft, component: Component
) -> None:
    incident = incident_of(open_incident(component))
    page = words(author.get(path_of(draft)))
    assert "An open incident already covers the same service:" in page
    answer = author.post(path_of(draft), {"act": "join", "incident": incident.public_id})
    assert answer.headers["Location"] == f"/console/incidents/{incident.public_id}/"
    assert Statement.objects.count() == 1


@pytest.mark.parametrize(
    ("sent", "status"), [({}, 400), ({"act": "explode"}, 400), ({"act": "join"}, 404)]
)
def test_nonsense_changes_nothing(
    author: Client, draft: SignalDraft, sent: dict[str, str], status: int
) -> None:
    assert author.post(path_of(draft), sent).status_code == status
    assert SignalDraft.objects.get().state == "waiting"


def test_who_may_not_publish_decides_nothing(draft: SignalDraft) -> None:
    auditor = signed_in(Role.AUDITOR)
    assert 'name="act"' not in words(auditor.get("/console/signals/"))
    assert auditor.post(path_of(draft), {"act": "publish"}).status_code == 403
    assert not Statement.objects.exists()


def test_signals_that_no_rule_is_for_are_shown(author: Client, draft: SignalDraft) -> None:
    fire(labels={"alertname": "DiskFull"})
    calm(labels={"alertname": "DiskFull"})
    page = words(author.get("/console/signals/"))
    assert "DiskFull" in page
    assert "no matching rule" in page


@pytest.mark.parametrize("wanted", ["999", "x", "9" * 30])
def test_a_draft_that_does_not_exist_is_not_found(author: Client, wanted: str) -> None:
    assert author.get(f"/console/incidents/compose/?signal={wanted}").status_code == 404


RULE = {
    "name": "磁盘",
    "component_status": "",
    "quiet_minutes": "30",
    "position": "0",
    "enabled": "on",
}


@pytest.mark.parametrize(
    ("matchers", "kept"),
    [
        ("alertname=DiskFull\n mount = /data ", {"alertname": "DiskFull", "mount": "/data"}),
        ("query=a=b", {"query": "a=b"}),
        ("", None),
        ("alertname", None),
        ("a=1\na=2", None),
    ],
)
def test_administrators_write_rules_line_by_line(
    db: None, matchers: str, kept: dict[str, str] | None
) -> None:
    template = make_template(body=text("磁盘满。"))
    admin = signed_in(Role.ADMIN)
    sent = {**RULE, "matchers": matchers, "template": str(template.pk)}
    answer = admin.post("/console/signals/rules/new/", sent)
    found = SignalRule.objects.first()
    if kept is None:
        assert answer.status_code == 400
        assert form_of(answer, "matchers")["matchers"] == matchers
        assert found is None
    else:
        assert found is not None, words(answer)
        assert found.matchers == kept
        page = words(admin.get(f"/console/signals/rules/{found.pk}/"))
        assert matchers.split("=")[0] in page
    assert Statement.objects.count() == 0


def test_above_firing_alerts_nothing_says_that_all_is_normal(author: Client) -> None:
    assert "No alert is firing" not in words(author.get("/console/signals/"))
    fire(labels={"alertname": "Slow", "severity": "warning"})
    fire(labels={"alertname": "Down", "severity": "critical"}, summary="Gateway down")
    for path in ("/console/signals/", "/console/"):
        page = words(author.get(path))
        assert "2 alerts are firing. No rule matches 2 of them" in page
        assert "The worst: critical · Gateway down" in page
        assert "The public page says:" in page or path == "/console/signals/"
    calm(labels={"alertname": "Slow", "severity": "warning"})
    calm(labels={"alertname": "Down", "severity": "critical"})
    page = words(author.get("/console/signals/"))
    assert "No alert is firing." in page
    assert "Last report" in page
    Signal.objects.update(last_seen_at=timezone.now() - timedelta(hours=6))
    page = words(author.get("/console/signals/"))
    assert "No alert is firing." not in page
    assert "No monitor has reported for 6" in page


@pytest.mark.parametrize("summary", ["", "Disk full"])
def test_an_alert_without_a_name_is_shown_everywhere(
    author: Client, component: Component, summary: str
) -> None:
    signal = fire(labels={"job": "node", "severity": "critical"}, summary=summary).signal
    admin = signed_in(Role.ADMIN)
    for path in (
        "/console/",
        "/console/signals/",
        f"/console/incidents/compose/?reported={signal.pk}",
        f"/console/signals/rules/new/?signal={signal.pk}",
    ):
        assert (summary or "batch-watch") in admin.get(path).content.decode()
    make_rule(template=make_template(component), matchers={"job": "node"})
    found = fire(labels={"job": "node", "severity": "critical"}, summary=summary).draft
    assert found is not None
    assert (summary or "batch-watch") in words(author.get(path_of(found)))


def test_an_unmatched_alert_is_published_from_this(author: Client, component: Component) -> None:
    signal = fire(labels={"alertname": "Down"}, summary="Gateway down").signal
    path = f"/console/incidents/compose/?reported={signal.pk}"
    assert f'href="{path}"' in words(author.get("/console/signals/"))
    form = form_of(author.get(path))
    assert (form["name_zh"], form["body_en"]) == ("Gateway down", "Gateway down")
    assert form["detected_at"] == f"{timezone.localtime(signal.started_at):%Y-%m-%dT%H:%M}"
    states = {f"component_{component.public_id}": "major_outage"}
    publish(author, path, name_zh="网关中断", body_zh="网关中断。", **states)
    signal.refresh_from_db()
    assert signal.incident == incident_of(Statement.objects.get())
    page = words(author.get("/console/signals/"))
    assert "No rule matches" not in page
    assert signal.incident.public_id in page


def test_a_rule_is_made_from_an_unmatched_alert_and_matches_it(component: Component) -> None:
    template = make_template(component)
    labels = {"alertname": "Down", "service": "pay", "instance": "10.0.0.1:9100"}
    signal = fire(labels=labels).signal
    admin = signed_in(Role.ADMIN)
    path = f"/console/signals/rules/new/?signal={signal.pk}"
    assert f'href="{path}"' in words(admin.get("/console/signals/"))
    form = form_of(admin.get(path), "matchers")
    assert form["matchers"] == "alertname=Down\nservice=pay"
    sent = {**form, "template": str(template.pk)}
    trial = words(admin.post(path, {**sent, "try": "1"}))
    assert "Trial on the last 24 hours" in trial
    assert "Payouts are late since" in trial
    assert not SignalRule.objects.exists()
    sent.pop("try", None)
    answer = admin.post(path, sent, follow=True)
    assert "Saved. What fires now was matched at once." in words(answer)
    assert SignalDraft.objects.get().signals.get() == signal


def test_a_rule_shows_its_trial_to_everybody_and_its_form_to_administrators(
    author: Client, draft: SignalDraft
) -> None:
    page = words(author.get(f"/console/signals/rules/{draft.rule_id}/?try=1"))
    assert "1 signal matches." in page
    assert "<form" not in page.split("<h1>")[1].split("</main>")[0]
    sent = {"name": "x"}
    assert author.post(f"/console/signals/rules/{draft.rule_id}/", sent).status_code == 403


def test_a_second_person_lets_a_rule_publish_by_itself(component: Component) -> None:
    template = make_template(component)
    admin, approver = signed_in(Role.ADMIN), signed_in(Role.APPROVER)
    sent = {**RULE, "matchers": "alertname=Down", "template": str(template.pk)}
    admin.post("/console/signals/rules/new/", {**sent, "auto_publish": "on"})
    rule = SignalRule.objects.get()
    path = f"/console/signals/rules/{rule.pk}/"
    assert path in words(approver.get("/console/"))
    assert "Let it publish by itself" not in words(admin.get(path))
    form = form_of(approver.get(path), "seen")
    admin.post(f"{path}confirm/", form)
    assert not SignalRule.objects.get().publishes
    approver.post(f"{path}confirm/", form)
    assert SignalRule.objects.get().publishes


def test_staff_resolve_by_a_tap_when_all_alerts_are_over(
    author: Client, component: Component
) -> None:
    make_rule(template=make_template(component), auto_publish=True, quiet_minutes=0)
    fire()
    calm()
    incident = incident_of(Statement.objects.get())
    path = f"/console/incidents/{incident.public_id}/resolve/"
    for page in ("/console/", f"/console/incidents/{incident.public_id}/"):
        assert f'href="{path}"' in words(author.get(page))
    asked = author.get(path)
    assert "Publish this?" in words(asked)
    assert "has been back to normal since" in words(asked)
    form = form_of(asked, "body_zh")
    author.post(path, {**form, "step": "publish"})
    incident.refresh_from_db()
    component.refresh_from_db()
    assert (incident.status, component.status) == ("resolved", "operational")
    assert "监控" in Statement.objects.latest("number").content["body"]["zh-hans"]
    assert "This incident is already resolved." in words(author.get(path))


def test_while_an_alert_fires_nothing_is_prepared(author: Client, component: Component) -> None:
    make_rule(template=make_template(component), auto_publish=True)
    fire()
    incident = incident_of(Statement.objects.get())
    page = words(author.get(f"/console/incidents/{incident.public_id}/resolve/"))
    assert "Not all alerts of this incident are over" in page


def test_what_could_not_be_taken_is_shown(author: Client) -> None:
    call_take(b'{"alerts":[{"status":"odd","labels":{"alertname":"<b>Odd"}}],"truncatedAlerts":5}')
    page = words(author.get("/console/signals/"))
    assert "5 left out" in page
    assert "1 unreadable" in page
    assert "alertname=&lt;b&gt;Odd" in author.get("/console/signals/").content.decode()


@pytest.mark.django_db
def test_the_words_of_the_one_template_for_it_resolve_and_of_several_none_is_guessed() -> None:
    incident = incident_of(open_incident())
    now = timezone.now()
    ours = resolving_words(incident, now)["body"]["en"]
    assert ours.startswith("Our monitoring shows")
    values = {"use": "incident.resolved", "title": "x"}
    Template.objects.create(body=text("影响{?范围}。"), **values)
    assert resolving_words(incident, now)["body"]["en"] == ours
    Template.objects.create(body=text("{name}已恢复。"), **values)
    assert (
        resolving_words(incident, now)["body"]["zh-hans"] == f"{incident.name['zh-hans']}已恢复。"
    )
    Template.objects.create(body=text("好了。"), **values)
    assert resolving_words(incident, now)["body"]["en"] == ours
