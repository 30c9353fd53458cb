"""The template of the settings: believed until WeChat was asked, and then as WeChat says."""

import pytest
from django.core.checks import run_checks
from django.utils.translation import override

from notifications.channels import provider as find_provider
from notifications.templates.models import Template
from notifications.templates.selectors import approved_templates
from notifications.templates.services import default_note
from notifications.templates.states import TemplateState

pytestmark = pytest.mark.django_db
WECHAT = find_provider("wechat")


@pytest.fixture(autouse=True)
def account(settings) -> None:
    settings.WECHAT_TEMPLATE_ID = "template-0001"


def ids() -> list[str]:
    return [one.provider_id for one in approved_templates(WECHAT)]


def test_it_is_used_until_wechat_was_asked() -> None:
    assert ids() == ["template-0001"]
    default_note(WECHAT)
    assert Template.objects.get().state == TemplateState.IN_REVIEW
    assert ids() == ["template-0001"]


@pytest.mark.parametrize(
    ("state", "expected"),
    [("approved", ["template-0001"]), ("refused", []), ("missing", [])],
)
def test_then_what_wechat_says_counts(state: str, expected: list[str]) -> None:
    default_note(WECHAT)
    Template.objects.update(state=state)
    assert ids() == expected


def test_a_map_in_the_settings_replaces_what_was_there(settings) -> None:
    default_note(WECHAT)
    Template.objects.update(state="approved")
    settings.WECHAT_TEMPLATE_FIELDS = {"thing1": "what"}
    default_note(WECHAT)
    row = Template.objects.get()
    assert (row.fields, row.state, row.version) == ({"thing1": "what"}, "in_review", 2)
    default_note(WECHAT)
    assert Template.objects.get().version == 2


def test_without_one_in_the_settings_what_staff_entered_stays() -> None:
    default_note(WECHAT)
    Template.objects.update(fields={"thing1": "body"})
    default_note(WECHAT)
    assert Template.objects.get().fields == {"thing1": "body"}


def test_no_template_is_no_row(settings) -> None:
    settings.WECHAT_TEMPLATE_ID = ""
    default_note(WECHAT)
    assert not Template.objects.exists()
    assert ids() == []


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"thing1": "waht"}, "There is no fact of this name: waht."),
        ({"amount1": "what"}, "what does not fit into amount1."),
        ({"thin1": "what"}, "WeChat has no kind of field that begins thin1."),
        ({"phrase1": "=Not Chinese"}, "WeChat does not take “Not Chinese” in phrase1."),
        ({"const1": "phrase"}, "List the values that WeChat has approved for const1."),
        ({"thing1": "what", "amount2": "amount|=¥0.00"}, ""),
    ],
)
def test_a_map_that_cannot_be_sent_is_pointed_out_at_the_start(settings, fields, said) -> None:
    settings.WECHAT_APP_ID = settings.WECHAT_SECRET = "set"
    settings.WECHAT_TEMPLATE_FIELDS = fields
    with override("en"):
        found = [str(one.msg) for one in run_checks() if one.id == "delivery.W002"]
    assert [said in one for one in found] == ([True] if said else [])
