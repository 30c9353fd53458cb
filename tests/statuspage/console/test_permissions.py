"""Every address of the console × every role; a new address without a decision here fails."""

import pytest
from django.test import Client
from django.urls.resolvers import URLPattern

from statuspage.console.models import Decision
from statuspage.console.urls import urlpatterns
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, signed_in, words
from tests.statuspage.console.paths import example_paths, names

ANYONE, READ, WRITE, DECIDE, AUDIT = "anyone", "read", "write", "decide", "audit"
# Open to every member of staff, about their own account only, and never by a link.
OWN = "own"
# By a form of theirs alone, for those who may write.
OWN_DRAFT = "own draft"

DECISIONS = {
    "dashboard": READ,
    "login": ANYONE,
    "logout": ANYONE,
    "second_factor": ANYONE,
    "account": READ,
    "totp": READ,
    "totp_off": OWN,
    "recovery_codes": OWN,
    "passkey_options": OWN,
    "passkey_add": OWN,
    "passkey_off": OWN,
    "passkey_show_options": ANYONE,
    "passkey_show": ANYONE,
    "sso": ANYONE,
    "sso_back": ANYONE,
    "session_revoke": OWN,
    "tokens": READ,
    "token_revoke": OWN,
    "audit": AUDIT,
    "audit_export": AUDIT,
    "drafts": WRITE,
    "draft_discard": OWN_DRAFT,
    "draft_restore": OWN_DRAFT,
    "incidents": READ,
    "incident": READ,
    "incident_new": WRITE,
    "incident_compose": WRITE,
    "incident_backfill": WRITE,
    "incident_update": WRITE,
    "postmortem": READ,
    "incident_regulator": READ,
    "switchboard": READ,
    "maintenances": READ,
    "maintenance_calendar": READ,
    "recurrence_new": WRITE,
    "recurrence_end": OWN_DRAFT,
    "maintenance": READ,
    "maintenance_compose": WRITE,
    "maintenance_update": WRITE,
    "notices": READ,
    "notice": READ,
    "notice_new": WRITE,
    "notice_compose": WRITE,
    "notice_proposal": READ,
    "reviews": READ,
    "calendar": READ,
    "rules": READ,
    "calendar_load": WRITE,
    "calendar_review": DECIDE,
    "log": READ,
    "statement_correct": WRITE,
    "statement_withdraw": WRITE,
    "broadcast": READ,
    "broadcast_progress": READ,
    "broadcast_export": READ,
    "ledger": READ,
    "held": READ,
    "held_broadcast": READ,
    "hold_look": WRITE,
    "hold_release": WRITE,
    "hold_discard": WRITE,
    "dead_letters": READ,
    "dead_letters_retry": DECIDE,
    "dead_letter": READ,
    "signals": READ,
    "signal_draft": READ,
    "quarantine": READ,
    "subscribers": READ,
    "subscriber": READ,
    "subscriber_export": READ,
    "subscriber_import": DECIDE,
    "subscriber_upload": READ,
    "subscriber_problems": READ,
    "subscriber_erasure": DECIDE,
    "transaction_uploads": READ,
    "transaction_upload": DECIDE,
    "transaction_list": READ,
    "transaction_problems": READ,
}
WRITERS = {Role.AUTHOR, Role.APPROVER, Role.ADMIN}
ROLES = {
    READ: set(Role),
    WRITE: WRITERS,
    DECIDE: {Role.APPROVER, Role.ADMIN},
    AUDIT: {Role.ADMIN, Role.AUDITOR},
}


@pytest.fixture
def paths(db: None) -> dict[str, str]:
    """Return an existing page for every address."""
    return example_paths()


def test_every_address_has_a_decision_and_every_decision_an_address() -> None:
    assert all(isinstance(one, URLPattern) for one in urlpatterns), "decide for included urls too"
    assert set(names()) == set(DECISIONS)


@pytest.mark.parametrize("method", ["get", "post"])
def test_strangers_are_sent_to_the_sign_in(
    paths: dict[str, str], method: str, subtests: pytest.Subtests
) -> None:
    before = Statement.objects.count()
    for name, path in paths.items():
        with subtests.test(page=name):
            response = getattr(Client(), method)(path)
            if DECISIONS[name] == ANYONE:
                assert response.status_code in {200, 302, 405}
            else:
                assert response.status_code == 302
                assert response.headers["Location"] == f"/console/login/?next={path}"
    assert Statement.objects.count() == before


@pytest.mark.parametrize("role", Role.values)
def test_each_role_sees_what_it_may(paths: dict[str, str], role: str) -> None:
    staff = browser_of(make_staff(role))
    for name, path in paths.items():
        if DECISIONS[name] == ANYONE:
            continue
        if DECISIONS[name] in {OWN, OWN_DRAFT}:
            closed = DECISIONS[name] == OWN_DRAFT and role not in WRITERS
            assert staff.get(path).status_code == (403 if closed else 405), name
            continue
        expected = 200 if role in ROLES[DECISIONS[name]] else 403
        assert staff.get(path).status_code == expected, name


@pytest.mark.parametrize("step", ["", "edit", "preview", "confirm", "publish"])
def test_an_auditor_writes_nothing_and_is_told_why(
    paths: dict[str, str], step: str, subtests: pytest.Subtests
) -> None:
    before = Statement.objects.count()
    auditor = signed_in(Role.AUDITOR)
    for name in (one for one, decision in DECISIONS.items() if decision == WRITE):
        with subtests.test(page=name):
            response = auditor.post(paths[name], {"step": step})
            assert response.status_code == 403
            assert "You cannot publish" in words(response)
    assert Statement.objects.count() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AUTHOR])
def test_who_may_not_decide_changes_nothing_and_is_told_why(
    paths: dict[str, str], role: str
) -> None:
    staff = signed_in(role)
    for name, sent in (
        ("dead_letters_retry", {}),
        ("dead_letter", {"act": "send_again"}),
        ("quarantine", {"address": "1"}),
    ):
        response = staff.post(paths[name], sent)
        assert response.status_code == 403
        assert "Approvers only" in words(response)
    assert not Decision.objects.exists()


def test_an_auditor_is_offered_nothing_that_writes(paths: dict[str, str]) -> None:
    auditor = signed_in(Role.AUDITOR)
    writing = [path for name, path in paths.items() if DECISIONS[name] in {WRITE, DECIDE}]
    for name, path in paths.items():
        if DECISIONS[name] == READ:
            page = words(auditor.get(path))
            assert not [one for one in writing if f'href="{one}"' in page], name
            assert 'name="step"' not in page, name
            assert 'name="act"' not in page, name


def test_staff_who_left_are_signed_out_at_once(paths: dict[str, str]) -> None:
    staff = make_staff()
    browser = browser_of(staff)
    assert browser.get(paths["dashboard"]).status_code == 200
    staff.is_active = False
    staff.save()
    assert browser.get(paths["dashboard"]).status_code == 302


def test_what_does_not_exist_is_not_found(paths: dict[str, str]) -> None:
    staff = signed_in(Role.ADMIN)
    for path in (
        "/console/incidents/zzzzzzzzzzzz/",
        "/console/incidents/zzzzzzzzzzzz/update/",
        "/console/maintenances/zzzzzzzzzzzz/",
        "/console/notices/zzzzzzzzzzzz/",
        "/console/notices/compose/nonsense/",
        "/console/notices/proposals/999/",
        "/console/notices/proposals/999999999999999999/",
        "/console/statements/999/correct/",
        "/console/statements/999999999999999999/withdraw/",
        "/console/broadcasts/999/",
        "/console/broadcasts/999/progress/",
        "/console/broadcasts/999/export/",
        "/console/dead-letters/999/",
        "/console/dead-letters/999999999999999999/",
        "/console/incidents/compose/?template=999",
        "/console/incidents/compose/?template=x",
        "/console/incidents/compose/?template=99999999999999999999",
        "/console/maintenances/compose/?template=²",
    ):
        assert staff.get(path).status_code == 404, path
