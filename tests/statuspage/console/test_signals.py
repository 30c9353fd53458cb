"""Staff confirm what monitors report, by one tap."""

import pytest
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.monitors.models import SignalDraft, SignalRule
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
    answer = admin.post("/admin/monitors/signalrule/add/", sent)
    found = SignalRule.objects.first()
    if kept is None:
        assert answer.status_code == 200
        assert found is None
    else:
        assert found is not None, words(answer)
        assert found.matchers == kept
        page = words(admin.get(f"/admin/monitors/signalrule/{found.pk}/change/"))
        assert matchers.split("=")[0] in page
