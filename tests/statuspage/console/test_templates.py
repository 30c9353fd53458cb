"""Templates: words that can go out in the first minute, and those that somebody must fill in."""

from django.test import Client

from statuspage.components.models import Component
from statuspage.incidents.models import Template
from statuspage.statements.models import Statement
from tests.factories import text
from tests.statuspage.console.browser import form_of, press, signed_in_at, words

INCIDENT, MAINTENANCE = "/console/incidents/compose/", "/console/maintenances/compose/"
NOON = "2025-02-21T12:00:00+08:00"


def template(use: str, chinese: str, english: str, **values: object) -> Template:
    return Template.objects.create(
        use=use,
        title="模板",
        name=text(f"标题 {chinese}", f"Headline {english}"),
        body=text(f"正文 {chinese}", f"Text {english}"),
        **values,
    )


def test_a_template_fills_in_the_form(author: Client, component: Component) -> None:
    chosen = Template.objects.create(
        use="incident.opened",
        title="到账延迟",
        name=text("{产品}到账延迟"),
        body=text("{原因}导致到账延迟", "Late because of {cause}"),
        impact="minor",
        status="identified",
        component_status="degraded_performance",
    )
    chosen.components.add(component)
    assert f"?template={chosen.pk}" in words(author.get("/console/incidents/new/"))
    form = form_of(author.get(f"{INCIDENT}?template={chosen.pk}"))
    assert form["name_zh"] == "{产品}到账延迟"
    assert form["body_en"] == "Late because of {cause}"
    assert form["impact"] == "minor"
    assert form["status"] == "identified"
    assert form[f"component_{component.public_id}"] == "degraded_performance"


def test_the_time_is_filled_in_for_an_incident_in_both_languages(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}起', 'since {time}').pk}"
    with signed_in_at(author, NOON):
        form = form_of(author.get(path))
    assert form["name_zh"] == "标题 12:00起"
    assert form["name_en"] == "Headline since 12:00"
    assert form["body_zh"] == "正文 12:00起"
    assert form["body_en"] == "Text since 12:00"


def test_the_time_is_filled_in_for_maintenance_too(author: Client, db: None) -> None:
    path = f"{MAINTENANCE}?template={template('maintenance.scheduled', '{time}', '{time}').pk}"
    with signed_in_at(author, NOON):
        form = form_of(author.get(path))
    assert form["body_zh"] == "正文 12:00"
    assert form["name_en"] == "Headline 12:00"


def test_the_preview_shows_the_same_time_as_the_form(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}起', 'since {time}').pk}"
    with signed_in_at(author, NOON):
        page = words(author.get(path))
    preview = page.split('id="preview"')[1]
    assert "正文 12:00起" in preview
    assert "Text since 12:00" in preview
    assert "{time}" not in page


def test_a_template_is_published_without_a_key_pressed(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}起', 'since {time}').pk}"
    with signed_in_at(author, NOON):
        confirming = press(author, path, "confirm")
        author.post(path, {**form_of(confirming), "step": "publish"})
    assert Statement.objects.get().content["body"] == text("正文 12:00起", "Text since 12:00")


def test_the_time_does_not_move_on_while_the_author_writes(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}起', 'since {time}').pk}"
    with signed_in_at(author, NOON):
        form = form_of(author.get(path))
    with signed_in_at(author, "2025-02-21T12:20:00+08:00"):
        page = author.post(path, {**form, "step": "confirm"})
    assert form_of(page)["body_zh"] == "正文 12:00起"


def test_what_only_the_author_knows_stays_and_is_refused(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}{产品}', '{product}').pk}"
    page = press(author, path, "publish")
    assert "Fill in or delete these placeholders: {产品} {product}" in words(page)
    assert not Statement.objects.exists()


def test_a_time_typed_as_a_placeholder_is_refused_like_any_other(
    author: Client, component: Component
) -> None:
    page = press(author, INCIDENT, "publish", name_zh="延迟", body_zh="{time}起延迟")
    assert "Fill in or delete these placeholders: {time}" in words(page)
    assert form_of(page)["body_zh"] == "{time}起延迟"
    assert not Statement.objects.exists()


def test_the_preview_of_a_refused_text_still_shows_it(author: Client, db: None) -> None:
    page = words(press(author, INCIDENT, "confirm", name_zh="{产品}延迟", body_zh="{多少}家受影响"))
    preview = page.split('id="preview"')[1]
    assert "{产品}延迟" in preview
    assert "{多少}家受影响" in preview


def test_publishing_leads_to_where_its_broadcast_is_watched(author: Client, db: None) -> None:
    path = f"{INCIDENT}?template={template('incident.opened', '{time}起', 'since {time}').pk}"
    confirming = press(author, path, "confirm")
    answer = author.post(path, {**form_of(confirming), "step": "publish"}, follow=True)
    statement = Statement.objects.get()
    assert answer.redirect_chain == [(f"/console/broadcasts/{statement.number}/", 302)]
    page = words(answer)
    assert f"Published as statement {statement.number}." in page
    assert f"/console/incidents/{statement.subject_id}/" in page
    assert 'id="progress"' in page
