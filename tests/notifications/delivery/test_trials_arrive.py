"""A test to oneself really arrives: at the simulator's phone, mailbox and group, and only there."""

import pytest

from notifications.delivery.trials import recent_trials, trial_ask, trials_send
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.services.staff_contacts import contact_keep
from statuspage.statements.models import Statement
from tests.factories import make_staff, open_incident, text
from tests.simulator import Simulator

pytestmark = pytest.mark.django_db


OPENID = "oDemoMerchant000000000000077"
ADDRESSES = {
    "sms": ("+8613800138077", "+8613800138079"),
    "email": ("me@example.com", "you@example.com"),
    "wechat": (OPENID, f"{OPENID[:-1]}9"),
}


@pytest.mark.parametrize("name", ["sms", "email", "wechat"])
def test_a_test_arrives_at_ones_own_address(provider: Simulator, name: str) -> None:
    document = dict(open_incident(name=text("到账延迟")).document)
    me, other = make_staff(), make_staff()
    for staff, address in zip((me, other), ADDRESSES[name], strict=True):
        contact_keep(staff=staff, contact=contact_on(name, address))
        if name == "wechat":
            provider.control("POST", "wechat/followers", {"openid": address, "event": False})
    trial_ask(staff=me, channel=name, language="zh-hans", document=document)
    assert trials_send() == 1
    assert recent_trials(me)[0].outcome == "accepted"
    [arrived] = provider.messages()
    assert arrived["to"] == ADDRESSES[name][0]
    assert "测试" in str(arrived)
    assert Statement.objects.count() == 1
