"""A preview shows what publishing then says: the same document, the same words, the same people."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client
from django.utils import timezone
from time_machine import travel

from notifications.delivery.selectors import previews_of
from statuspage.components.models import Component
from statuspage.console.forms.compose import NO_ID
from statuspage.incidents.services.maintenances import maintenance_schedule
from statuspage.statements.models import Statement
from tests.factories import make_address, make_component, open_incident, text
from tests.statuspage.console.browser import form_of, press, publish, words

INCIDENT = "/console/incidents/compose/"
TEXTS = {
    "name_zh": "到账延迟",
    "name_en": "Late",
    "body_zh": "资金安全",
    "body_en": "Funds are safe",
}
# An address of the console, and what is typed there.
Case = tuple[str, dict[str, Any]]


def htmx(client: Client, path: str, **values: Any) -> str:
    """Return what htmx would put into the preview while someone is typing."""
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
    assert "No English text: Chinese is shown" in htmx(author, INCIDENT, **TEXTS | {"body_en": ""})
    assert "No English text: Chinese is shown" not in htmx(author, INCIDENT, **TEXTS)


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
    rows = part.split("<tbody")[1].split("</tbody>")[0].split("<tr")
    sms = [row for row in rows if "SMS" in row]
    assert re.findall(r'class="figure"[^>]*>(\d+)<', sms[0]) == ["1", "2"]
    assert "3 recipients" in part


def test_large_numbers_are_written_with_commas() -> None:
    shown = Template("{% load console %}{{ many|thousands }} {{ few|thousands }}")
    assert shown.render(Context({"many": 12345, "few": 999})) == "12,345 999"


def test_the_sms_is_shown_as_it_will_be_sent_with_its_segments(
    author: Client, component: Component
) -> None:
    part = htmx(author, INCIDENT, **TEXTS)
    publish(author, INCIDENT, **TEXTS, unnamed="on", next_update_by="")
    for one in previews_of(Statement.objects.get().document):
        if one.channel.name == "sms" and one.language == "en":
            assert f"{one.content.segments} segment" in part


def test_a_channel_that_is_not_set_up_is_named_before_publishing(
    author: Client, component: Component, settings: Any
) -> None:
    settings.TWILIO_ACCOUNT_SID = ""
    make_address()
    page = words(press(author, INCIDENT, "confirm", **TEXTS, unnamed="on"))
    assert "is not set up: 1 addresses (中文) will receive nothing." in page


def opening(component: Component) -> Case:
    values = TEXTS | {f"component_{component.public_id}": "partial_outage", "impact": ""}
    return INCIDENT, values | {"next_update_by": "2098-01-01T10:00"}


def updating(status: str, impact: str) -> Callable[[Component], Case]:
    def case(component: Component) -> Case:
        # Another incident goes on holding the component.
        open_incident(component, components={component.public_id: "degraded_performance"})
        path = f"/console/incidents/{open_incident(component).subject_id}/update/"
        return path, {"body_zh": "更新", "status": status, "impact": impact}

    return case


def backfilling(component: Component) -> Case:
    times = {"started_at": "2025-02-01T10:00", "resolved_at": "2025-02-01T11:00"}
    chosen = {f"component_{component.public_id}": "major_outage"}
    return "/console/incidents/backfill/", TEXTS | times | chosen


def announcing(component: Component) -> Case:
    times = {"scheduled_for": "2098-03-01T01:00", "scheduled_until": "2098-03-01T03:00"}
    chosen = {"components": component.public_id}
    return "/console/maintenances/compose/", TEXTS | times | chosen


def maintaining(status: str) -> Callable[[Component], Case]:
    def case(component: Component) -> Case:
        start = timezone.now() + timedelta(days=1)
        said = maintenance_schedule(
            name=text("维护"),
            body=text("升级"),
            components=[component.public_id],
            scheduled_for=start,
            scheduled_until=start + timedelta(hours=1),
            short_notice_reason=text("安全补丁"),
            author=None,
        )
        path = f"/console/maintenances/{said.subject_id}/update/"
        return path, {"status": status, "body_zh": "进展"}

    return case


def noticing(component: Component) -> Case:
    values = {"title_zh": "结算恢复", "body_zh": "已恢复", "categories": ["micro"]}
    path = "/console/notices/compose/recovery/"
    return path, values | {"payload_restored_at": "2025-02-21T15:30"}


def answering(act: str) -> Callable[[Component], Case]:
    def case(component: Component) -> Case:
        return f"/console/statements/{open_incident(component).number}/{act}/", {"body_zh": "改"}

    return case


@pytest.mark.parametrize(
    "case",
    [
        opening,
        updating("identified", "none"),
        updating("identified", "critical"),
        updating("resolved", "critical"),
        backfilling,
        announcing,
        maintaining("scheduled"),
        maintaining("in_progress"),
        noticing,
        answering("correct"),
        answering("withdraw"),
    ],
)
def test_what_is_previewed_is_what_is_published(
    author: Client, component: Component, case: Callable[[Component], Case]
) -> None:
    path, values = case(component)
    with travel(timezone.now(), tick=False):
        previewed = press(author, path, "confirm", **values).context["preview"].document
        publish(author, path, **values)
    published = Statement.objects.latest("number").document
    if previewed["subject"]["id"] == NO_ID:
        previewed["subject"]["id"] = published["subject"]["id"]
    assert previewed == published


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
    assert "Someone else has published an update in the meantime" in part


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
