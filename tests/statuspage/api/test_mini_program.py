"""The door for the mini program's backend: users, and what they agreed to, counted once."""

from typing import Any

import pytest

from notifications.subscribers.models import Address, MessageConsent
from tests.statuspage.api.client import Caller, error_of

pytestmark = pytest.mark.django_db
PATH = "subscribers/mini-program/"
OPENID, TEMPLATE = "oMiniProgramUser000000000001", "9Aw5ZV1j9xdWTFEkqCpZ7mIBbSC34khK55OtzUPl0rU"


def user(*acts: str, **values: Any) -> dict[str, Any]:
    consents = [{"template_id": TEMPLATE, "act_id": act} for act in acts]
    return {"openid": OPENID, "consent_source": "mini-program", "consents": consents, **values}


def test_a_user_is_registered_with_what_they_agreed_to(approver: Caller) -> None:
    answer = approver.post(PATH, user("1"))
    assert answer.status_code == 201
    assert answer.json() == {"address": "***0001", "messages_left": {TEMPLATE: 1}}
    address = Address.objects.get()
    assert (address.channel, address.kind) == ("mini_program", "mini")
    assert address.confirmed_at


def test_each_act_counts_once(approver: Caller) -> None:
    approver.post(PATH, user("1", "2"))
    answer = approver.post(PATH, user("2", "3"))
    assert answer.status_code == 200
    assert answer.json()["messages_left"] == {TEMPLATE: 3}


def test_the_same_act_of_another_user_is_another(approver: Caller) -> None:
    approver.post(PATH, user("1"))
    approver.post(PATH, user("1", openid="oMiniProgramUser000000000002"))
    assert MessageConsent.objects.count() == 2


def test_what_wechat_tells_us_itself_is_not_counted_twice(approver: Caller, settings) -> None:
    settings.MINI_PROGRAM_CALLBACK_TOKEN = "a-token-of-the-program"
    answer = approver.post(PATH, user("1"))
    assert answer.status_code == 400
    assert "consents" in error_of(answer)["fields"]
    assert not Address.objects.exists()
    assert approver.post(PATH, user()).status_code == 201


@pytest.mark.parametrize(
    "changes",
    [
        {"openid": "short"},
        {"openid": ""},
        {"consents": "all"},
        {"consents": [{"template_id": TEMPLATE}]},
        {"consents": [{"template_id": "x" * 65, "act_id": "1"}]},
        {"consents": [{"template_id": TEMPLATE, "act_id": str(n)} for n in range(21)]},
        {"language": "fr"},
        {"consent_source": ""},
    ],
)
def test_what_makes_no_sense_is_refused(approver: Caller, changes: dict[str, Any]) -> None:
    assert (
        approver.post(
            PATH, user("1", **changes) if "consents" not in changes else {**user(), **changes}
        ).status_code
        == 400
    )
    assert not Address.objects.exists()


def test_who_stopped_our_messages_stays_stopped(approver: Caller) -> None:
    from notifications.subscribers.services.subscriptions import address_suppress

    approver.post(PATH, user("1"))
    address_suppress(channel="mini_program", clear_address=OPENID, reason="opted_out")
    assert approver.post(PATH, user("2")).status_code in {400, 409}
    assert Address.objects.get().suppressed_at
