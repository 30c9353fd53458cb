"""What someone wants to hear about."""

import pytest
from django.core.exceptions import ValidationError

from notifications.subscribers.choices import Choices, clean_choices, clean_language
from notifications.subscribers.selectors import component_names
from tests.factories import make_component

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "language"),
    [
        ("zh-hans", "zh-hans"),
        ("zh", "zh-hans"),
        ("ZH-CN", "zh-hans"),
        (" 中文 ", "zh-hans"),
        ("en", "en"),
        ("EN-us", "en"),
        ("英文", "en"),
    ],
)
def test_a_language_by_any_of_its_names(written: str, language: str) -> None:
    assert clean_language(written) == language


@pytest.mark.parametrize("written", ["", "fr", "zh-hant", "english", "zh\x00"])
def test_other_languages_are_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        clean_language(written)


def test_left_out_everything_but_the_language_means_everything() -> None:
    choices = clean_choices(language="en")
    assert choices == Choices("en", "", ("incident", "maintenance", "notice"), ())


def test_topics_come_in_one_order_and_once() -> None:
    choices = clean_choices(language="en", topics=["notice", "incident", "notice"])
    assert choices.topics == ("incident", "notice")


def test_components_keep_their_order_and_come_once() -> None:
    one, other = make_component().public_id, make_component().public_id
    choices = clean_choices(language="en", components=[other, one, other])
    assert choices.components == (other, one)


@pytest.mark.parametrize(
    "changes",
    [
        {"topics": []},
        {"topics": ["gossip"]},
        {"category": "giant"},
        {"components": ["nothing"]},
        {"language": "fr"},
    ],
)
def test_unknown_values_are_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        clean_choices(**{"language": "en", **changes})  # type: ignore[arg-type]


def test_component_names_come_in_page_order_and_language() -> None:
    second = make_component("二", "Two", position=2)
    first = make_component("一", "One", position=1)
    untranslated = make_component("三", "", position=3)
    ids = [untranslated.public_id, second.public_id, first.public_id]
    assert component_names(ids, "en") == ["One", "Two", "三"]
    assert component_names(ids, "zh-hans") == ["一", "二", "三"]


def test_a_component_that_is_hidden_later_is_no_longer_named() -> None:
    component = make_component(visible=False)
    assert component_names([component.public_id], "en") == []
