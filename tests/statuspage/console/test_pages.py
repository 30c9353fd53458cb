"""Every page, as a screen reader, a keyboard and a hostile stranger would find it."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from django.test import Client
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_address
from tests.statuspage.console.browser import form_of, signed_in, words
from tests.statuspage.console.paths import COMPOSING, example_paths, names

PARTS = {
    "broadcast_progress",
    "broadcast_export",
    "audit_export",
    "transaction_problems",
    "subscriber_export",
    "subscriber_problems",
}
# Only a form leads there.
POSTED = {
    "template_order",
    "token_decide",
    "person_confirm",
    "totp_off",
    "recovery_codes",
    "session_revoke",
    "token_revoke",
    "draft_discard",
    "draft_restore",
    "recurrence_end",
    "recurrence_skip",
    "recurrence_take_back",
    "passkey_options",
    "passkey_add",
    "passkey_off",
    "passkey_show_options",
    "passkey_show",
}
# They only lead on.
DOORS = {"logout", "login", "second_factor", "sso", "sso_back", "signal_rule_confirm"}
PAGES = [name for name in names() if name not in DOORS | PARTS | POSTED]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


class _Page(HTMLParser):
    """What assistive technology needs to find."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.open_labels = 0
        self.wrapped: set[str] = set()
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag == "label":
            self.open_labels += 1
        if self.open_labels and "id" in values:
            self.wrapped.add(values["id"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.open_labels -= 1

    def all(self, *wanted: str) -> list[dict[str, str]]:
        return [values for tag, values in self.tags if tag in wanted]


@pytest.fixture
def paths(db: None) -> dict[str, str]:
    make_address()
    return example_paths()


@pytest.fixture
def administrator(db: None) -> Client:
    return signed_in(Role.ADMIN)


def every_input_has_a_label(page: _Page) -> bool:
    labelled = {one.get("for") for one in page.all("label")} | page.wrapped
    fields = page.all("input", "select", "textarea")
    return all(one["id"] in labelled for one in fields if one.get("type") != "hidden")


def no_id_is_given_twice(page: _Page) -> bool:
    ids = [values["id"] for _tag, values in page.tags if "id" in values]
    return len(ids) == len(set(ids))


def every_form_that_changes_something_is_protected(page: _Page) -> bool:
    posting = [one for one in page.all("form") if one.get("method") == "post"]
    tokens = [one for one in page.all("input") if one.get("name") == "csrfmiddlewaretoken"]
    return len(tokens) == len(posting) > 0


def links_within_the_page_lead_somewhere(page: _Page) -> bool:
    ids = {values["id"] for _tag, values in page.tags if "id" in values}
    targets = [one.get("href", "") for one in page.all("a")]
    return all(one[1:] in ids for one in targets if one.startswith("#"))


def every_button_submits(page: _Page) -> bool:
    """Or copies a text: those are not shown where there is no script."""
    return all(one.get("type") == "submit" or "data-copy" in one for one in page.all("button"))


CHECKS: dict[str, Callable[[_Page], bool]] = {
    "there is one main heading": lambda page: len(page.all("h1")) == 1,
    "every input has a label": every_input_has_a_label,
    "no id is given twice": no_id_is_given_twice,
    "every button submits": every_button_submits,
    "every picture has an alternative": lambda page: all("alt" in one for one in page.all("img")),
    "every form that changes something is protected": (
        every_form_that_changes_something_is_protected
    ),
    "links within the page lead somewhere": links_within_the_page_lead_somewhere,
}


def title_language(source: str) -> str:
    title = source.split("<title>")[1].split(" · ")[0]
    return "zh-hans" if CHINESE.search(title) else "en"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_keeps_every_rule_for_pages(
    paths: dict[str, str], language: str, subtests: pytest.Subtests
) -> None:
    staff = signed_in(Role.ADMIN, language)
    for name, path in paths.items():
        with subtests.test(page=name):
            response = staff.get(path)
            source = words(response)
            assert "no-store" in response.headers["Cache-Control"]
            assert not re.search(r" style=| onclick=|<style", source)
            assert all("src=" in tag for tag in source.split("<script")[1:])
            if response.status_code == 200:
                assert response.headers["Content-Language"] == language
            if name in PAGES:
                assert title_language(source) == language
                page = _Page(source)
                assert [rule for rule, holds in CHECKS.items() if not holds(page)] == []


def test_errors_link_to_their_fields(administrator: Client, paths: dict[str, str]) -> None:
    for name in COMPOSING:
        form = form_of(administrator.get(paths[name])) | {"body_zh": "", "body_en": ""}
        found = _Page(words(administrator.post(paths[name], {**form, "step": "confirm"})))
        targets = [
            one["href"] for one in found.all("a") if one.get("href", "").startswith("#field")
        ]
        ids = {values.get("id") for _tag, values in found.tags}
        assert "#field-body" in targets
        assert {one[1:] for one in targets} <= ids


hostile = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["\x00", "\ud800", "{}", "9" * 400, "-1", "null", "<script>", "[]", "2099-13-99"]
    ),
)


@pytest.mark.parametrize("name", COMPOSING)
@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_input_breaks_a_form(
    administrator: Client, paths: dict[str, str], name: str, data: st.DataObject
) -> None:
    before = Statement.objects.count()
    form = form_of(administrator.get(paths[name]))
    fields = data.draw(st.lists(st.sampled_from(sorted(form)), min_size=1, max_size=4))
    for field in fields:
        value = data.draw(hostile)
        form[field] = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    step = data.draw(st.sampled_from(["preview", "edit", "confirm"]))
    answer = administrator.post(paths[name], {**form, "step": step})
    assert answer.status_code in {200, 302}
    assert Statement.objects.count() == before
