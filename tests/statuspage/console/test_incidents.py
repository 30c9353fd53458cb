"""Opening an incident and keeping it up to date, as staff do it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from statuspage.components.models import Component
from statuspage.incidents.models import Incident, Template
from statuspage.statements.models import Statement
from tests.factories import (
    make_address,
    make_component,
    make_group,
    make_staff,
    open_incident,
    text,
)
from tests.statuspage.console.browser import browser_of, form_of, press, publish, words

COMPOSE = "/console/incidents/compose/"
WRITTEN = {
    "name_zh": "T+1到账延迟",
    "name_en": "T+1 payouts are late",
    "body_zh": "10:42起部分小微商户到账延迟,资金安全。",
    "body_en": "Since 10:42 some payouts are late. Funds are safe.",
}


def written(component: Component, **values: str) -> dict[str, str]:
    return {**WRITTEN, f"component_{component.public_id}": "partial_outage", **values}


def test_an_incident_is_published_with_what_was_written(
    author: Client, component: Component
) -> None:
    page = publish(author, COMPOSE, **written(component, impact="critical", status="identified"))
    statement = Statement.objects.get()
    assert page.redirect_chain == [("/console/broadcasts/1/", 302)]
    assert "Published as statement 1." in words(page)
    assert f'href="/console/incidents/{statement.subject_id}/"' in words(page)
    assert statement.content["name"] == text(WRITTEN["name_zh"], WRITTEN["name_en"])
    assert statement.content["body"] == text(WRITTEN["body_zh"], WRITTEN["body_en"])
    assert statement.content["impact"] == "critical"
    assert statement.content["status"] == "identified"
    component.refresh_from_db()
    assert component.status == "partial_outage"


def test_the_author_is_recorded(component: Component) -> None:
    staff = make_staff()
    publish(browser_of(staff), COMPOSE, **written(component))
    assert Statement.objects.get().author == staff


def test_without_an_impact_it_follows_from_the_components(
    author: Client, component: Component
) -> None:
    other = make_component("刷卡交易", "Card payments")
    values = written(component, impact="") | {f"component_{other.public_id}": "major_outage"}
    publish(author, COMPOSE, **values)
    assert Incident.objects.get().impact == "critical"


def test_a_component_left_alone_is_not_mentioned(author: Client, component: Component) -> None:
    make_component("刷卡交易", "Card payments")
    publish(author, COMPOSE, **written(component))
    told = Statement.objects.get().content["components"]
    assert [one["id"] for one in told] == [component.public_id]


def test_a_promise_is_kept_to_the_minute_in_beijing_time(
    author: Client, component: Component
) -> None:
    publish(author, COMPOSE, **written(component, next_update_by="2099-06-01T11:15"))
    assert Statement.objects.get().content["next_update_by"] == "2099-06-01T03:15:00.000Z"


@pytest.mark.parametrize(
    ("impact", "minutes"), [("critical", 30), ("major", 60), ("minor", 240), ("none", 240)]
)
def test_the_next_update_is_suggested_by_the_impact(
    author: Client, impact: str, minutes: int
) -> None:
    template = Template.objects.create(
        use="incident.opened", title="x", name=text("名"), body=text("文"), impact=impact
    )
    before = timezone.localtime() + timedelta(minutes=minutes)
    form = form_of(author.get(f"{COMPOSE}?template={template.pk}"))
    after = timezone.localtime() + timedelta(minutes=minutes)
    suggested = [f"{moment:%Y-%m-%dT%H:%M}" for moment in (before, after)]
    assert form["next_update_by"] in suggested


@pytest.mark.parametrize("step", ["confirm", "publish"])
def test_a_placeholder_left_in_the_text_is_refused_by_name(
    author: Client, component: Component, step: str
) -> None:
    page = press(
        author, COMPOSE, step, **written(component, body_zh="{时间}起延迟", body_en="Since {time}")
    )
    assert "Fill in or delete these placeholders: {时间} {time}" in words(page)
    assert form_of(page)["body_en"] == "Since {time}"
    assert not Statement.objects.exists()


def test_placeholders_in_full_width_braces_are_refused_too(
    chinese: Client, component: Component
) -> None:
    page = press(chinese, COMPOSE, "confirm", **written(component, name_zh="\uff5b产品\uff5d延迟"))
    assert "\uff5b产品\uff5d" in words(page)
    assert 'name="step" value="publish"' not in words(page)


def test_a_missing_chinese_text_is_refused_and_keeps_what_was_typed(
    author: Client, component: Component
) -> None:
    page = press(author, COMPOSE, "confirm", **written(component, body_zh=""))
    assert "The Chinese text (zh-hans) is required." in words(page)
    assert form_of(page)["body_en"] == WRITTEN["body_en"]
    assert form_of(page)[f"component_{component.public_id}"] == "partial_outage"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("next_update_by", "2001-01-01T00:00"),
        ("next_update_by", "0001-01-01T00:00"),
        ("next_update_by", "9999-12-31T23:59"),
        ("next_update_by", "tomorrow"),
        ("status", "resolved"),
        ("status", ""),
        ("impact", "huge"),
        ("name_zh", "长" * 121),
        ("name_zh", "a\x00b"),
        ("body_zh", "字" * 5001),
        ("token", "not-a-token"),
        ("token", ""),
    ],
)
def test_what_cannot_be_published_is_refused_with_a_sentence(
    author: Client, component: Component, field: str, value: str
) -> None:
    for step in ("preview", "confirm", "publish"):
        page = press(author, COMPOSE, step, **written(component) | {field: value})
        assert page.status_code == 200
        assert step == "preview" or 'class="errors"' in words(page)
    assert not Statement.objects.exists()


def test_an_unknown_state_of_a_component_is_refused(author: Client, component: Component) -> None:
    values = {**WRITTEN, f"component_{component.public_id}": "on_fire"}
    page = press(author, COMPOSE, "publish", **values)
    assert 'class="errors"' in words(page)
    assert not Statement.objects.exists()


def test_windows_line_ends_are_published_as_one_character(
    author: Client, component: Component
) -> None:
    publish(author, COMPOSE, **written(component, body_zh="一\r\n二"))
    assert Statement.objects.get().content["body"]["zh-hans"] == "一\n二"


def test_markup_in_a_text_is_shown_as_text(author: Client, component: Component) -> None:
    page = publish(author, COMPOSE, **written(component, name_zh="<script>x</script>"))
    assert "<script>x" not in page.content.decode()


def test_the_confirming_page_names_the_number_of_people(
    author: Client, chinese: Client, component: Component
) -> None:
    for _one in range(3):
        make_address()
    make_address(language="en")
    make_address(topics=["notice"])
    assert "4 addresses will be notified." in words(
        press(author, COMPOSE, "confirm", **written(component))
    )
    page = press(chinese, COMPOSE, "confirm", **written(component))
    assert 'value="publish"' in words(page)
    assert not Statement.objects.exists()


def test_going_back_from_the_confirming_page_keeps_everything(
    author: Client, component: Component
) -> None:
    confirming = press(author, COMPOSE, "confirm", **written(component, impact="minor"))
    page = author.post(COMPOSE, {**form_of(confirming), "step": "edit"})
    form = form_of(page)
    assert {name: form[name] for name in WRITTEN} == WRITTEN
    assert form["impact"] == "minor"
    assert form[f"component_{component.public_id}"] == "partial_outage"


def test_pressing_publish_again_publishes_nothing_more(
    author: Client, component: Component
) -> None:
    confirming = form_of(press(author, COMPOSE, "confirm", **written(component)))
    first = author.post(COMPOSE, {**confirming, "step": "publish"})
    second = author.post(COMPOSE, {**confirming, "step": "publish"}, follow=True)
    assert Statement.objects.count() == 1
    assert second.redirect_chain[0][0] == first.headers["Location"]
    assert "This was already published as statement 1." in words(second)


def test_coming_back_with_the_back_button_publishes_nothing_more(
    author: Client, component: Component
) -> None:
    form = form_of(author.get(COMPOSE)) | written(component)
    author.post(COMPOSE, {**form, "step": "publish"})
    page = author.post(COMPOSE, {**form, "body_zh": "改了", "step": "confirm"}, follow=True)
    assert "It was not published again." in words(page)
    assert Statement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_publishes_once() -> None:
    component, staff = make_component(), make_staff()
    form = form_of(browser_of(staff).get(COMPOSE)) | written(component) | {"step": "publish"}
    browsers = [browser_of(staff) for _one in range(4)]

    def click(browser: Client) -> str:
        try:
            return browser.post(COMPOSE, form).headers["Location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(browsers)) as pool:
        places = set(pool.map(click, browsers))
    assert Incident.objects.count() == 1
    assert Statement.objects.count() == 1
    assert places == {f"/console/broadcasts/{Statement.objects.get().number}/"}


def test_two_forms_publish_two_incidents(author: Client, component: Component) -> None:
    publish(author, COMPOSE, **written(component))
    publish(author, COMPOSE, **written(component))
    assert Incident.objects.count() == 2


def test_a_refused_form_can_be_mended_and_published(author: Client, component: Component) -> None:
    refused = form_of(press(author, COMPOSE, "publish", **written(component, body_zh="{时间}")))
    author.post(COMPOSE, {**refused, "body_zh": "10:42起延迟", "step": "publish"})
    assert Statement.objects.get().content["body"]["zh-hans"] == "10:42起延迟"


def test_the_list_shows_incidents_in_the_readers_language(author: Client, chinese: Client) -> None:
    open_incident()
    assert "T+1 payouts are late" in words(author.get("/console/incidents/"))
    assert "T+1到账延迟" in words(chinese.get("/console/incidents/"))


def test_long_lists_are_paged(author: Client, component: Component) -> None:
    for _one in range(51):
        open_incident(component)
    first = words(author.get("/console/incidents/"))
    assert first.count('class="item"') == 50
    assert words(author.get("/console/incidents/?page=2")).count('class="item"') == 1
    assert author.get("/console/incidents/?page=nonsense").status_code == 200


def test_components_stand_under_their_groups(author: Client) -> None:
    group = make_group("结算")
    make_component("D+1 结算", "D+1 settlement", group=group)
    page = words(author.get(COMPOSE))
    assert page.index(">结算</p>") < page.index("D+1 settlement")


def test_a_token_of_ones_own_making_works_once_like_any_other(
    author: Client, component: Component
) -> None:
    token = str(uuid4())
    for _one in range(2):
        press(author, COMPOSE, "publish", **written(component), token=token)
    assert Statement.objects.count() == 1
