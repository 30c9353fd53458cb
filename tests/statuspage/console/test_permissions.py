"""Every address of the console × every role; a new address without a decision here fails."""

from typing import Final, TypeAlias

import pytest
from django.test import Client
from django.urls.resolvers import URLPattern

from statuspage.console.models import Decision
from statuspage.console.urls import urlpatterns
from statuspage.staff.permissions import Act
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, signed_in, words
from tests.statuspage.console.paths import example_paths, names
from tests.statuspage.decisions import ROLES, UNCONFIRMED

Acts: TypeAlias = tuple[Act | None, Act | None]


def both(act: Act) -> Acts:
    """Return a decision for GET and for POST."""
    return act, act


# Before signing in, there is nobody whose role could be asked for.
ANYONE: Final = (None, None)
READ, WRITE, AUDIT = both(Act.READ), both(Act.PUBLISH), both(Act.AUDIT)
# Open to every member of staff, about their own account only; never by a link where by POST.
OWN_TOKENS, OWN_BY_POST = both(Act.OWN_TOKENS), (None, Act.OWN_ACCOUNT)

# What a GET and what a POST does; None where there is no such method.
DECISIONS: Final[dict[str, Acts]] = {
    "dashboard": READ,
    "contacts": both(Act.OWN_ACCOUNT),
    "tests": (Act.OWN_ACCOUNT, None),
    "session_revoke": OWN_BY_POST,
    "tokens": OWN_TOKENS,
    "token_revoke": (None, Act.OWN_TOKENS),
    "token_decide": (None, Act.CONFIRM),
    "people": (Act.CONFIRM, Act.PEOPLE),
    "person": (Act.CONFIRM, Act.PEOPLE),
    "person_confirm": (None, Act.CONFIRM),
    "welcome": ANYONE,
    "audit": AUDIT,
    "consents": both(Act.PROVE_CONSENT),
    "audit_export": AUDIT,
    "drafts": WRITE,
    "draft_discard": (None, Act.PUBLISH),
    "draft_restore": (None, Act.PUBLISH),
    "incidents": READ,
    "incident": READ,
    "incident_new": WRITE,
    "incident_compose": WRITE,
    "incident_backfill": WRITE,
    "incident_update": WRITE,
    "incident_reopen": WRITE,
    "incident_resolve": WRITE,
    "postmortem": (Act.READ, Act.PUBLISH),
    "incident_regulator": (Act.READ, Act.RECORD_REPORTS),
    "regulator_cases": (Act.READ, Act.RECORD_REPORTS),
    "regulator_case": (Act.READ, Act.RECORD_REPORTS),
    "switchboard": READ,
    "recipes": READ,
    "recipe": (Act.READ, Act.PUBLISH),
    "cycle_change": WRITE,
    "maintenances": READ,
    "maintenance_calendar": READ,
    "recurrence_new": WRITE,
    "recurrence_end": (None, Act.PUBLISH),
    "recurrence_edit": WRITE,
    "recurrence_skip": (None, Act.PUBLISH),
    "recurrence_take_back": (None, Act.PUBLISH),
    "maintenance": READ,
    "maintenance_compose": WRITE,
    "maintenance_update": WRITE,
    "maintenance_reschedule": WRITE,
    "maintenance_cancel": WRITE,
    "notices": READ,
    "notice": READ,
    "notice_new": WRITE,
    "notice_compose": WRITE,
    "notice_proposal": (Act.READ, Act.PUBLISH),
    "templates": READ,
    "provider_templates": (Act.READ, Act.EDIT_TEMPLATES),
    "provider_template_new": both(Act.EDIT_TEMPLATES),
    "provider_template_edit": both(Act.EDIT_TEMPLATES),
    "template_new": both(Act.EDIT_TEMPLATES),
    "template_edit": both(Act.EDIT_TEMPLATES),
    "template_order": (None, Act.EDIT_TEMPLATES),
    "template_remove": both(Act.EDIT_TEMPLATES),
    "reviews": (Act.READ, Act.APPROVE),
    "calendar": READ,
    "rules": READ,
    "holidays": READ,
    "calendar_load": both(Act.LOAD_CALENDAR),
    "calendar_review": both(Act.REVIEW_CALENDAR),
    "log": READ,
    "statement_correct": WRITE,
    "statement_withdraw": WRITE,
    "broadcast": READ,
    "broadcast_progress": READ,
    "broadcast_export": READ,
    "ledger": READ,
    "held": READ,
    "held_broadcast": READ,
    "hold_look": both(Act.DECIDE_HELD),
    "hold_release": both(Act.DECIDE_HELD),
    "hold_discard": both(Act.DECIDE_HELD),
    "dead_letters": READ,
    "dead_letters_retry": both(Act.DECIDE_DEAD_LETTERS),
    "dead_letters_resend": both(Act.DECIDE_DEAD_LETTERS),
    "quarantine_resend": both(Act.REACTIVATE_ADDRESS),
    "dead_letter": (Act.READ, Act.DECIDE_DEAD_LETTERS),
    "signals": READ,
    "signal_draft": (Act.READ, Act.DECIDE_SIGNAL),
    "signal_rules": READ,
    "signal_rule_new": both(Act.REFERENCE_DATA),
    "signal_rule": (Act.READ, Act.REFERENCE_DATA),
    "signal_rule_confirm": (None, Act.APPROVE),
    "carrier_words": (Act.READ, Act.REFERENCE_DATA),
    "carrier_word": (Act.REFERENCE_DATA, Act.REFERENCE_DATA),
    "received_texts": (Act.READ_SUBSCRIBERS, Act.READ_SUBSCRIBERS),
    "quarantine": (Act.READ, Act.REACTIVATE_ADDRESS),
    "subscribers": both(Act.READ_SUBSCRIBERS),
    "subscriber": both(Act.READ_SUBSCRIBERS),
    "subscriber_export": (Act.EXPORT_MASKED, Act.EXPORT_CLEAR),
    "subscriber_import": both(Act.IMPORT_SUBSCRIBERS),
    "subscriber_upload": both(Act.READ_SUBSCRIBERS),
    "subscriber_problems": both(Act.READ_SUBSCRIBERS),
    "subscriber_known": both(Act.ADD_SUBSCRIBER),
    "subscriber_erasure": both(Act.ERASE_SUBSCRIBER),
    "transaction_uploads": READ,
    "transaction_upload": both(Act.UPLOAD_TRANSACTIONS),
    "transaction_list": READ,
    "transaction_problems": READ,
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
                assert response.status_code in {200, 302, 405, 410}
            else:
                assert response.status_code == 302
                assert response.headers["Location"] == f"/console/login/?next={path}"
    assert Statement.objects.count() == before


@pytest.mark.parametrize("role", Role.values)
def test_each_role_sees_what_it_may(paths: dict[str, str], role: str) -> None:
    staff = browser_of(make_staff(role))
    for name, (get, post) in DECISIONS.items():
        if (get, post) == ANYONE:
            continue
        expected = 200 if role in ROLES[get or post] else 403
        if expected == 200 and get is None:
            expected = 405
        assert staff.get(paths[name]).status_code == expected, name


@pytest.mark.parametrize("role", Role.values)
def test_each_role_may_send_the_forms_that_are_its_own(paths: dict[str, str], role: str) -> None:
    person, before = make_staff(role), Statement.objects.count()
    for name, (_get, post) in DECISIONS.items():
        if post is None:
            continue
        staff = browser_of(person)  # one of the forms signs a browser out
        response = staff.post(paths[name])
        assert (response.status_code == 403) == (role not in ROLES[post]), name
        assert response.status_code < 500, name
    assert Statement.objects.count() == before


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
        ("dead_letters_resend", {}),
        ("quarantine_resend", {}),
    ):
        response = staff.post(paths[name], sent)
        assert response.status_code == 403
        assert "Approvers only" in words(response)
    assert not Decision.objects.exists()


@pytest.mark.parametrize("role", Role.values)
def test_an_unconfirmed_account_can_do_what_an_author_or_auditor_can(
    paths: dict[str, str], role: str
) -> None:
    person, before = make_staff(role, confirmed_at=None), Statement.objects.count()
    for name, (get, post) in DECISIONS.items():
        staff = browser_of(person)
        for method, act in (("get", get), ("post", post)):
            if act is not None:
                allowed = role in ROLES[act] and act in UNCONFIRMED
                answer = getattr(staff, method)(paths[name])
                assert (answer.status_code == 403) == (not allowed), (name, method)
    assert Statement.objects.count() == before


def test_an_auditor_is_offered_nothing_that_writes(paths: dict[str, str]) -> None:
    auditor = signed_in(Role.AUDITOR)
    closed = [one for one, (get, _post) in DECISIONS.items() if get and "auditor" not in ROLES[get]]
    writing = [paths[name] for name in closed]
    for name, path in paths.items():
        if DECISIONS[name][0] == Act.READ:
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
