"""What is known of one subscriber: read and changed by id."""

from typing import Any

import pytest

from notifications.delivery.broadcasts import expand
from notifications.delivery.models import Delivery
from notifications.subscribers.models import Consent, Subscriber
from notifications.subscribers.services.importing import subscriber_import
from statuspage.notices.agents import agent_keys
from statuspage.staff.models import AuditEntry, Staff
from statuspage.staff.roles import Role, Scope
from statuspage.staff.services import token_issue
from tests.factories import make_address, make_staff
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of
from tests.statuspage.notices.samples import publish
from tests.statuspage.settlement.rules.factories import make_product

pytestmark = pytest.mark.django_db

NUMBER = "13800001234"
CHANGE: dict[str, Any] = {
    "category": "industry",
    "products": ["card"],
    "models": ["d210", "N5"],
    "cycles": ["T1"],
    "province": "广东",
    "agent_code": "a01/b02",
}
KNOWN = {
    **CHANGE,
    "models": ["D210", "N5"],
    "cycles": ["T+1"],
    "province": "44",
    "agent_code": "A01/B02",
}


@pytest.fixture
def api() -> Caller:
    return caller(Role.APPROVER)


@pytest.fixture
def one(api: Caller) -> str:
    """Return the path of a subscriber who was added a moment ago."""
    make_product("card")
    answer = api.post("subscribers/", samples.subscriber()).json()
    return f"subscribers/{answer['id']}/"


def decided(address: Any) -> None:
    """Let the owner have chosen for themselves."""
    Consent.objects.create(address=address, act="given", source="web", text_version="2026-11")


def test_it_shows_what_is_known_and_no_address_in_clear(api: Caller, one: str) -> None:
    response = api.get(one)
    answer = response.json()
    assert (answer["category"], answer["products"], answer["version"]) == ("micro", [], 1)
    (address,) = answer["addresses"]
    assert (address["channel"], address["address"]) == ("sms", "138****1234")
    assert address["stopped_at"] is None
    assert NUMBER not in response.content.decode()


def test_a_change_is_stored_audited_by_name_and_decides_who_is_told(api: Caller, one: str) -> None:
    answer = api.patch(one, {**CHANGE, "version": 1}).json()
    assert {name: answer[name] for name in KNOWN} == KNOWN
    assert answer["version"] == 2
    assert api.get(one).json() == answer
    assert Subscriber.objects.get().agent_keys == agent_keys("A01/B02")
    entry = AuditEntry.objects.get(act="subscriber.changed")
    assert entry.target in one
    assert entry.token == "outside"
    assert set(entry.after["changed"]) >= {"category", "terminal_models", "province"}
    assert "D210" not in str(entry.after)
    said = publish("general", audience={"agent_codes": ["A01"], "models": ["N5"]})
    expand(said.number)
    assert Delivery.objects.filter(statement=said).count() == 1


def test_what_is_left_out_stays_and_what_is_empty_is_not_known(api: Caller, one: str) -> None:
    api.patch(one, CHANGE)
    answer = api.patch(one, {"models": [], "agent_code": "", "category": ""}).json()
    assert (answer["models"], answer["agent_code"], answer["category"]) == ([], "", "")
    assert (answer["cycles"], answer["province"]) == (["T+1"], "44")
    assert Subscriber.objects.get().terminal_models is None
    assert Subscriber.objects.get().agent_keys is None


def test_no_change_is_no_version_and_no_entry(api: Caller, one: str) -> None:
    api.patch(one, CHANGE)
    assert api.patch(one, CHANGE).json()["version"] == 2
    assert AuditEntry.objects.filter(act="subscriber.changed").count() == 1


def test_a_stale_version_is_refused_whoever_changed_it(api: Caller, one: str) -> None:
    file = f"phone,language,category,consent_source,models\n{NUMBER},zh,micro,contract,N5\n"
    api.call("POST", "subscribers/import/", file, "text/csv")
    assert api.get(one).json()["version"] > 1
    response = api.patch(one, {**CHANGE, "version": 1})
    assert response.status_code == 409
    assert error_of(response)["code"] == "superseded"
    assert api.get(one).json()["models"] == ["N5"]


def test_the_same_key_changes_once(api: Caller, one: str) -> None:
    first = api.patch(one, {"province": "44", "version": 1}, Idempotency_Key="k1")
    again = api.patch(one, {"province": "44", "version": 1}, Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (200, 200)
    assert again["Idempotent-Replay"] == "true"
    assert again.json() == first.json()
    other = api.patch(one, {"province": "43", "version": 2}, Idempotency_Key="k1")
    assert other.status_code == 422


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"products": ["nothing"]}, "products"),
        ({"cycles": ["tomorrow"]}, "cycles"),
        ({"province": "Atlantis"}, "province"),
        ({"agent_code": "A//B"}, "agent_code"),
        ({"models": ["x" * 61]}, "models"),
        ({"models": "D210"}, "models"),
        ({"category": "shop"}, "category"),
        ({"agent": None}, "agent"),
        ({"version": 0}, "version"),
        ({"address": "+8613900000000"}, "address"),
        ({"topics": []}, "topics"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_cannot_be_is_refused_by_name(
    one: str, body: dict[str, Any], field: str, language: str
) -> None:
    response = caller(Role.APPROVER, language).patch(one, body)
    assert response.status_code == 400
    assert any(name.partition(".")[0] == field for name in error_of(response)["fields"])


@pytest.mark.parametrize("body", [[], "x", 1, None])
def test_what_is_no_object_is_refused(api: Caller, one: str, body: Any) -> None:
    assert api.call("PATCH", one, str(body).replace("None", "null")).status_code == 400


class TestItsOwner:
    def test_what_they_said_stands_and_the_rest_can_be_set(self, api: Caller, one: str) -> None:
        api.patch(one, {"models": ["N5"]})
        decided(Subscriber.objects.get().addresses.get())
        response = api.patch(one, {"models": ["X9"], "agent_code": "A01"})
        assert response.status_code == 409
        assert error_of(response)["code"] == "owner_decided"
        assert "terminal models" in error_of(response)["message"]
        assert api.get(one).json()["agent_code"] == ""
        answer = api.patch(one, {"agent": True, "agent_code": "A01", "province": "44"}).json()
        assert (answer["agent"], answer["agent_code"], answer["province"]) == (True, "A01", "44")

    def test_a_category_left_open_is_their_answer_over_every_door(
        self, api: Caller, one: str
    ) -> None:
        Subscriber.objects.update(category="")
        decided(Subscriber.objects.get().addresses.get())
        _load("industry")
        assert api.patch(one, {"category": "industry"}).status_code == 409
        assert Subscriber.objects.get().category == ""


def test_an_empty_cell_and_a_second_post_leave_the_category(api: Caller, one: str) -> None:
    _load("")
    assert Subscriber.objects.get().category == "micro"
    body = samples.subscriber()
    del body["category"]
    assert api.post("subscribers/", body).json()["category"] == "micro"
    assert api.post("subscribers/", {**body, "category": ""}).json()["category"] == ""


def _load(category: str) -> None:
    import io

    lines = f"phone,language,category,consent_source\n{NUMBER},zh,{category},contract\n"
    subscriber_import(io.BytesIO(lines.encode()))


def test_a_webhook_has_no_attributes(api: Caller) -> None:
    hook = make_address("https://example.com/hook", channel="webhook")
    path = f"subscribers/{hook.subscriber.public_id}/"
    assert api.get(path).json()["addresses"][0]["address"] == "example.com/***"
    response = api.patch(path, {"province": "44", "category": "micro"})
    assert response.status_code == 400
    assert set(error_of(response)["fields"]) == {"province", "category"}


def test_a_reading_token_does_not_see_them(api: Caller, one: str) -> None:
    for scope in (Scope.READ, Scope.PUBLISH):
        token = token_issue(name="x", staff=_owner(), scopes=[scope], confirmed=True)
        for method in ("GET", "HEAD", "PATCH"):
            assert Caller(token).call(method, one).status_code == 403


def test_an_unknown_id_and_another_method_are_refused_in_plain_words(api: Caller, one: str) -> None:
    assert api.get("subscribers/zzzzzzzzzzzz/").status_code == 404
    assert api.patch("subscribers/zzzzzzzzzzzz/", CHANGE).status_code == 404
    for path in (one, "subscribers/"):
        response = api.call("DELETE", path)
        assert response.status_code == 405
        assert "Statements" not in error_of(response)["message"]


def _owner() -> Staff:
    return make_staff(Role.APPROVER)
