"""WeChat's templates change, vanish or are refused: nothing is lost, and staff hear of it."""

from collections.abc import Sequence

import pytest
from django.utils.translation import override

from notifications.channels import provider as find_provider
from notifications.delivery.alarm_texts import advice, alarm_path, headline
from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Alarm, Delivery
from notifications.delivery.refusals import TELL_AFTER
from notifications.delivery.send import send_due
from notifications.delivery.shares import templates_approved
from notifications.delivery.template_work import templates_recheck, templates_work
from notifications.templates.models import Template
from notifications.templates.services import default_note
from tests.factories import make_address, open_incident
from tests.notifications.delivery.steps import due_now
from tests.simulator import Simulator

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.within_the_hour]
OPENID, TEMPLATE = "oABCDEFGHIJKLMNOPQRSTUV_0001", "template-0001"
WECHAT = find_provider("wechat")
BEFORE = "{{thing1.DATA}}{{phrase2.DATA}}{{time3.DATA}}{{thing4.DATA}}"


@pytest.fixture(autouse=True)
def account(provider: Simulator, settings) -> Simulator:
    """A service account with one template, which WeChat was asked about, and a follower."""
    settings.WECHAT_PROVIDERS = ["wechat"]
    Template.objects.all().delete()
    has(provider, {TEMPLATE: BEFORE})
    provider.control("POST", "wechat/followers", {"openid": OPENID, "event": False})
    make_address(OPENID, channel="wechat")
    default_note(WECHAT)
    templates_work()
    assert state() == "approved"
    return provider


def has(simulator: Simulator, contents: dict[str, str]) -> None:
    rows = [{"template_id": name, "content": said} for name, said in contents.items()]
    simulator.control("PUT", "wechat/templates", {"templates": rows})


def state(provider_id: str = TEMPLATE) -> str:
    return str(Template.objects.get(provider="wechat", provider_id=provider_id).state)


def row() -> Delivery:
    return Delivery.objects.get()


def tell() -> None:
    expand(open_incident().number)


def alarms() -> Sequence[tuple[str, str]]:
    return sorted(Alarm.objects.filter(over_at=None).values_list("kind", "subject"))


@pytest.mark.parametrize(
    ("now", "code", "becomes"),
    [
        ({TEMPLATE: "{{thing1.DATA}}{{date9.DATA}}"}, "47003", "refused"),
        ({"template-of-others": BEFORE}, "40037", "missing"),
    ],
)
def test_a_template_that_changed_at_wechat_holds_its_messages_until_the_repair(
    account, settings, now, code, becomes
) -> None:
    has(account, now)
    tell()
    send_due("wechat")
    assert (row().state, row().reason, row().code) == ("pending", "no_template", code)
    # It is asked about at once, and no longer used.
    templates_work()
    assert state() == becomes
    due_now()
    send_due("wechat")
    assert alarms() == [
        ("no_template", "wechat:incident.opened"),
        ("template_lost", f"wechat:{TEMPLATE}"),
    ]

    settings.WECHAT_TEMPLATE_ID = next(iter(now))
    settings.WECHAT_TEMPLATE_FIELDS = (
        {"thing1": "what", "date9": "published"} if code == "47003" else {}
    )
    default_note(WECHAT)
    templates_work()
    send_due("wechat")
    assert row().state == "sent"
    assert len(account.messages(to=OPENID)) == 1
    templates_work()
    assert ("no_template", "wechat:incident.opened") not in alarms()


def test_what_is_refused_although_the_list_agrees_raises_an_alarm_too(account) -> None:
    account.switch("refuse", provider="wechat", code=47003)
    tell()
    for _ in range(TELL_AFTER):
        due_now()
        send_due("wechat")
        templates_work()
    assert state() == "approved"
    assert alarms() == [("provider_refuses", "wechat:no_template")]
    alarm = Alarm.objects.get()
    with override("en"):
        assert "47003" in headline(alarm)
        assert "Compare the template" in advice(alarm)
    assert alarm_path(alarm) == "/console/message-templates/"

    account.control("DELETE", "switches")
    due_now()
    send_due("wechat")
    templates_work()
    assert row().state == "sent"
    assert alarms() == []


def test_a_refused_template_stops_no_other_message(account) -> None:
    for number in range(2, 30):
        openid = f"oABCDEFGHIJKLMNOPQRSTUV_{number:04}"
        account.control("POST", "wechat/followers", {"openid": openid, "event": False})
        make_address(openid, channel="wechat")
    account.switch("refuse", provider="wechat", code=47003, count=29)
    tell()
    send_due("wechat")
    assert Delivery.objects.filter(code="47003").count() == 29
    due_now()
    send_due("wechat")
    assert Delivery.objects.filter(state="sent").count() == 29


def test_at_a_start_every_template_is_asked_about(account, settings) -> None:
    # As if the settings named another account by now.
    has(account, {"template-of-others": BEFORE})
    templates_work()
    assert state() == "approved"
    templates_recheck()
    templates_work()
    assert state() == "missing"


def test_another_template_in_the_settings_goes_before_the_one_that_was_there(
    account, settings
) -> None:
    has(account, {TEMPLATE: BEFORE, "template-0000": "{{thing1.DATA}}"})
    settings.WECHAT_TEMPLATE_ID = "template-0000"
    settings.WECHAT_TEMPLATE_FIELDS = {"thing1": "what"}
    for _ in range(2):
        default_note(WECHAT)
        tell()
        send_due("wechat")
        templates_work()
    templates_approved()
    used = {one["details"]["template_id"] for one in account.messages(to=OPENID)}
    assert used == {"template-0000"}
