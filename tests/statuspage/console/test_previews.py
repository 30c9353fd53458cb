"""A preview shows what publishing then says: the same document, the same words, the same people."""

from typing import Any

import pytest
from django.test import Client

from notifications.delivery.previews import previews_of
from statuspage.components.models import Component
from statuspage.statements.models import Statement
from tests.factories import make_address, make_component, open_incident
from tests.statuspage.console.browser import form_of, press, publish, words

INCIDENT = "/console/incidents/compose/"
TEXTS = {
    "name_zh": "到账延迟",
    "name_en": "Late",
    "body_zh": "资金安全",
    "body_en": "Funds are safe",
}
# These are only known once it is published.
LATER = {"published_at", "number", "subject"}


def htmx(client: Client, path: str, **values: Any) -> str:
    """What htmx would put into the preview while someone is typing."""
    form = form_of(client.get(path)) | values | {"step": "preview"}
    return words(client.post(path, form, headers={"hx-request": "true"}))


def test_typing_shows_the_entry_in_both_languages_and_stores_nothing(
    author: Client, component: Component
) -> None:
    part = htmx(author, INCIDENT, **TEXTS)
    assert "<html" not in part
    assert part.count('class="entry"') == 2
    assert "资金安全" in part
    assert "Funds are safe" in part
    assert not Statement.objects.exists()


def test_a_missing_translation_is_marked(author: Client, component: Component) -> None:
    assert "missing: shows Chinese" in htmx(author, INCIDENT, **TEXTS | {"body_en": ""})
    assert "missing: shows Chinese" not in htmx(author, INCIDENT, **TEXTS)


def test_an_unfinished_form_previews_what_there_is_without_complaints(
    author: Client, component: Component
) -> None:
    part = htmx(author, INCIDENT, name_zh="到账延迟", body_zh="", next_update_by="soon")
    assert "到账延迟" in part
    assert "error" not in part.replace("alert-error", "")


def test_placeholders_are_shown_in_the_preview(author: Client, component: Component) -> None:
    assert "{时间}起延迟" in htmx(author, INCIDENT, **TEXTS | {"body_zh": "{时间}起延迟"})


def test_without_javascript_the_button_shows_the_same(author: Client, component: Component) -> None:
    page = words(press(author, INCIDENT, "preview", **TEXTS))
    assert "<html" in page
    assert page.split('id="preview"')[1].count("Funds are safe") >= 1
    assert 'class="errors"' not in page


def test_the_first_look_already_has_a_preview(author: Client, component: Component) -> None:
    assert 'class="entry"' in words(author.get(INCIDENT))


def test_recipients_are_counted_by_channel_and_language(
    author: Client, component: Component
) -> None:
    other = make_component("刷卡交易")
    make_address()
    make_address(language="en")
    make_address(language="en", components=[component.public_id])
    make_address(components=[other.public_id])
    make_address(confirmed_at=None)
    chosen = {f"component_{component.public_id}": "major_outage"}
    part = htmx(author, INCIDENT, **TEXTS, **chosen)
    rows = part.split("<tbody>")[1].split("</tbody>")[0].split("<tr>")
    sms = [row for row in rows if "SMS" in row]
    assert [cell.split("<")[0] for cell in sms[0].split('class="figure">')[1:]] == ["1", "2"]
    assert "3 recipients" in part


def test_large_numbers_are_written_with_commas() -> None:
    from statuspage.console.templatetags.console import thousands

    assert thousands(12345) == "12,345"
    assert thousands(999) == "999"


def test_the_sms_is_shown_as_it_will_be_sent_with_its_segments(
    author: Client, component: Component
) -> None:
    part = htmx(author, INCIDENT, **TEXTS)
    publish(author, INCIDENT, **TEXTS, next_update_by="")
    for one in previews_of(Statement.objects.get().document):
        if one.channel.name == "twilio_sms" and one.language == "en":
            assert f"{one.content.segments} segment" in part


def test_a_channel_that_is_not_set_up_is_named_before_publishing(
    author: Client, component: Component, settings: Any
) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    make_address()
    page = words(press(author, INCIDENT, "confirm", **TEXTS))
    assert "is not set up: 1 addresses (中文) will not be reached." in page


@pytest.fixture
def drafted(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Every draft that was looked at, in order."""
    seen: list[dict[str, Any]] = []
    from statuspage.console import preview

    def remember(document: dict[str, Any]) -> list[Any]:
        seen.append(document)
        return previews_of(document)

    monkeypatch.setattr(preview, "previews_of", remember)
    return seen


def same_as_published(draft: dict[str, Any]) -> bool:
    published = Statement.objects.order_by("-number")[0].document
    content = dict(published["content"])
    drafted_content = dict(draft["content"])
    for document in (content, drafted_content):
        for moment in ("started_at", "first_update_by"):
            document.pop(moment, None)
    rest = {key for key in published if key not in LATER | {"content"}}
    return content == drafted_content and all(published[key] == draft[key] for key in rest)


def test_an_opening_says_what_its_draft_said(
    author: Client, component: Component, drafted: list[dict[str, Any]]
) -> None:
    values = TEXTS | {f"component_{component.public_id}": "partial_outage", "impact": ""}
    publish(author, INCIDENT, **values, next_update_by="2098-01-01T10:00")
    assert drafted[1]["number"] == 1
    assert same_as_published(drafted[1])


@pytest.mark.parametrize("impact", ["none", "major", "critical"])
@pytest.mark.parametrize("status", ["identified", "resolved"])
def test_an_update_says_what_its_draft_said(
    author: Client, component: Component, drafted: list[dict[str, Any]], status: str, impact: str
) -> None:
    statement = open_incident(component)
    path = f"/console/incidents/{statement.subject_id}/update/"
    publish(author, path, body_zh="更新", status=status, impact=impact)
    assert drafted[1]["subject"]["id"] == statement.subject_id
    assert same_as_published(drafted[1])


def test_a_maintenance_says_what_its_draft_said(
    author: Client, component: Component, drafted: list[dict[str, Any]]
) -> None:
    times = {"scheduled_for": "2098-03-01T01:00", "scheduled_until": "2098-03-01T03:00"}
    publish(
        author,
        "/console/maintenances/compose/",
        **TEXTS,
        **times,
        components=component.public_id,
    )
    assert same_as_published(drafted[1])
    subject = Statement.objects.get().subject_id
    drafted.clear()
    path = f"/console/maintenances/{subject}/update/"
    publish(author, path, status="in_progress", body_zh="开始")
    assert same_as_published(drafted[1])


def test_a_notice_says_what_its_draft_said(author: Client, drafted: list[dict[str, Any]]) -> None:
    values = {
        "title_zh": "结算恢复",
        "body_zh": "已恢复",
        "payload_restored_at": "2025-02-21T15:30",
    }
    publish(author, "/console/notices/compose/recovery/", **values, categories=["micro"])
    assert same_as_published(drafted[1])


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_an_answer_says_what_its_draft_said(
    author: Client, drafted: list[dict[str, Any]], act: str
) -> None:
    statement = open_incident()
    publish(author, f"/console/statements/{statement.number}/{act}/", body_zh="更正")
    assert same_as_published(drafted[1])


def test_a_preview_warns_an_author_who_was_overtaken(author: Client) -> None:
    from statuspage.incidents.services.incidents import incident_update
    from tests.factories import incident_of, text

    statement = open_incident()
    path = f"/console/incidents/{statement.subject_id}/update/"
    form = form_of(author.get(path)) | {"body_zh": "我写的", "step": "preview"}
    incident_update(
        incident=incident_of(statement), status="identified", body=text("先"), author=None
    )
    part = words(author.post(path, form, headers={"hx-request": "true"}))
    assert "Someone else has published an update meanwhile" in part


def test_an_unknown_button_does_no_more_than_a_preview(
    author: Client, component: Component
) -> None:
    page = press(author, INCIDENT, "launch", **TEXTS)
    assert page.status_code == 200
    assert not Statement.objects.exists()


def test_the_helpers_of_these_tests_see_the_form_as_a_browser_does(author: Client) -> None:
    form = form_of(author.get(INCIDENT))
    assert form["status"] == "investigating"
    assert form["impact"] == ""
    assert "step" not in form
