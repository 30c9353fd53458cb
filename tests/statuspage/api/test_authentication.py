"""Who may call, and what each role may do."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications.subscribers.models import Address
from statuspage.components.models import Component
from statuspage.staff.models import ApiToken
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_staff, open_incident
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller, caller, error_of

pytestmark = pytest.mark.django_db

PUBLISHING_ROLES = [Role.AUTHOR, Role.APPROVER, Role.ADMIN]


def test_without_a_token_the_answer_says_how_to_send_one():
    response = Caller(None).get("incidents/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert "Authorization: Bearer" in error_of(response)["message"]


@pytest.mark.parametrize("token", ["wrong", "", " ", "a b", "té", "x" * 5000, "candor_"])
def test_a_wrong_token_is_refused(token):
    response = Caller(token).get("incidents/")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    error_of(response)


def test_an_expired_token_is_refused():
    past = timezone.now() - timedelta(seconds=1)
    token = token_issue(name="old", staff=make_staff(), expires_at=past)
    assert Caller(token).get("incidents/").status_code == 401


def test_the_token_of_someone_who_has_left_is_refused():
    staff = make_staff()
    token = token_issue(name="left", staff=staff)
    staff.is_active = False
    staff.save()
    assert Caller(token).get("incidents/").status_code == 401


def test_another_scheme_is_not_a_token():
    response = Caller(None).get("incidents/", Authorization="Basic dXNlcjpwYXNz")
    assert response.status_code == 401


def test_a_console_session_is_no_token(client):
    client.force_login(make_staff(Role.ADMIN))
    assert client.get("/api/v1/incidents/").status_code == 401


def test_the_scheme_may_be_written_in_any_case(api):
    secret = api.headers["Authorization"].removeprefix("Bearer ")
    assert Caller(None).get("incidents/", Authorization=f"bearer {secret}").status_code == 200


def test_using_a_token_is_noted(api):
    assert ApiToken.objects.get().last_used_at is None
    api.get("components/")
    assert ApiToken.objects.get().last_used_at is not None


def _posts(component: Component) -> dict[str, object]:
    """One request for every address that takes POST, each of them right."""
    statement = open_incident(component)
    announced = caller().post("maintenances/", samples.maintenance(component)).json()
    words = {"body": {"zh-hans": "更正。"}}
    return {
        "incidents/": samples.incident(component),
        f"incidents/{statement.subject_id}/updates/": samples.update(),
        "maintenances/": samples.maintenance(component),
        f"maintenances/{announced['id']}/updates/": {"status": "scheduled", **words},
        f"maintenances/{announced['id']}/reschedulings/": {"components": [], **words},
        f"maintenances/{announced['id']}/cancellations/": words,
        "notices/": samples.notice(),
        f"statements/{statement.number}/corrections/": words,
        f"statements/{statement.number}/withdrawals/": words,
    }


READS = [
    "incidents/",
    "maintenances/",
    "notices/",
    "statements/",
    "statements/1/",
    "components/",
    "broadcasts/1/",
    "deliveries/?statement=1",
]


@pytest.mark.parametrize("role", PUBLISHING_ROLES)
def test_every_publishing_role_may_publish_everything(role, component):
    outside = caller(role)
    for path, body in _posts(component).items():
        assert outside.post(path, body).status_code == 201, path


@pytest.mark.parametrize("role", [Role.APPROVER, Role.ADMIN])
def test_approvers_may_add_and_import_subscribers(role):
    outside = caller(role)
    assert outside.post("subscribers/", samples.subscriber()).status_code == 201
    imported = outside.call("POST", "subscribers/import/", samples.CSV, "text/csv")
    assert imported.status_code == 200


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.AUDITOR])
def test_who_may_not_import_at_the_console_adds_nobody_by_a_token(role):
    outside = caller(role)
    webhook = {"channel": "webhook", "address": "https://example.com/x", "consent_source": "me"}
    for answer in (
        outside.post("subscribers/", samples.subscriber()),
        outside.post("subscribers/", webhook),
        outside.call("POST", "subscribers/import/", samples.CSV, "text/csv"),
    ):
        assert answer.status_code == 403
        assert "neither here nor in the console" in error_of(answer)["message"]
    assert not Address.objects.exists()


def test_an_auditor_may_do_nothing_and_nothing_is_said(auditor, component):
    requests = _posts(component)
    before = Statement.objects.count()
    for path, body in requests.items():
        response = auditor.post(path, body)
        assert response.status_code == 403, path
        assert "not publish" in error_of(response)["message"]
    assert Statement.objects.count() == before


def test_every_role_may_read(subtests: pytest.Subtests) -> None:
    for path in READS:
        for role in Role.values:
            with subtests.test(path=path, role=role):
                open_incident()
                assert caller(role).get(path).status_code == 200


def test_a_stranger_may_read_nothing(subtests: pytest.Subtests) -> None:
    for path in READS:
        with subtests.test(path=path):
            open_incident()
            assert Caller(None).get(path).status_code == 401


def test_answers_are_not_for_caches(api):
    assert api.get("incidents/")["Cache-Control"] == "no-store"
    assert Caller(None).get("incidents/")["Cache-Control"] == "no-store"


def test_neither_token_nor_body_is_logged(component, caplog):
    api = caller(Role.APPROVER)
    caplog.set_level("DEBUG")
    body = samples.subscriber(address="+8613811112222", category="nonsense")
    assert api.post("subscribers/", body).status_code == 400
    assert "13811112222" not in caplog.text
    assert api.headers["Authorization"].removeprefix("Bearer ") not in caplog.text
