"""The audit log forgets nothing, so it holds no names: people are named by their account's id."""

import json
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client

from statuspage.staff.audit import record
from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.restoring import NO_NAMES
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue, token_revoke
from tests.database.tampering import as_owner
from tests.factories import make_staff
from tests.statuspage.console.browser import form_of, signed_in, words

NAME = "zhang.wei-7781"


def everything() -> str:
    return json.dumps([*AuditEntry.objects.values()], default=str, ensure_ascii=False)


def test_no_entry_names_who_acted_or_whom_it_is_about(db: None, client: Client) -> None:
    someone = make_staff(username=NAME, email=f"{NAME}@pay.example", last_name="张伟")
    for password in ("wrong", "secret"):
        client.post("/console/login/", {"username": NAME, "password": password})
    token_issue(name="billing", staff=someone, by=someone)
    token_revoke(token=ApiToken.objects.get(), by=someone)
    admin = signed_in(Role.ADMIN)
    path = f"/console/people/{someone.pk}/"
    form = form_of(admin.get(path), "role")
    admin.post(path, {**form, "email": f"{NAME}@bank.example"})
    found = everything()
    assert f"account {someone.pk}" in found
    for name in (NAME, "张伟", "pay.example", "bank.example"):
        assert name not in found
    changed = AuditEntry.objects.get(act="account.email")
    assert changed.target == f"account {someone.pk}"
    assert changed.after == {"email": "•••"}


def test_whatever_is_passed_by_name_is_kept_by_id(db: None) -> None:
    someone = make_staff(username=NAME)
    record(
        act="staff.confirmed",
        target=NAME,
        before={"for": NAME, "all": [NAME, {"of": NAME}]},
        after={"role": "admin", "note": "call +86 138 0013 8000 or wei@example.com"},
    )
    entry, shown = AuditEntry.objects.get(), f"account {someone.pk}"
    assert entry.target == shown
    assert entry.before == {"for": shown, "all": [shown, {"of": shown}]}
    assert entry.after == {"role": "admin", "note": "call ••• or •••"}


def test_a_role_is_not_taken_for_an_account_of_that_name(db: None) -> None:
    make_staff(username="admin")
    record(act="staff.role", after={"role": "admin"}, before={"scopes": ["admin"]})
    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"scopes": ["admin"]}, {"role": "admin"})


@pytest.mark.parametrize(
    ("language", "gone"), [("zh-hans", "账号 {}（已删除）"), ("en", "account {} (deleted)")]
)
def test_names_are_looked_up_and_gone_with_the_account(db: None, language: str, gone: str) -> None:
    someone = make_staff(username=NAME)
    record(act="signed_in", staff=someone)
    record(act="second_factor.removed", who="manage.py", target=f"account {someone.pk}")
    auditor = signed_in(Role.AUDITOR)
    auditor.cookies["django_language"] = language

    def shown() -> tuple[str, str]:
        export = auditor.get("/console/audit/export/").getvalue().decode()
        return words(auditor.get("/console/audit/")), export

    page, export = shown()
    assert page.count(NAME) == 2
    assert NAME in export
    Staff.objects.filter(pk=someone.pk).update(username="renamed-1")
    assert "renamed-1" in shown()[0]
    assert "renamed-1" in words(auditor.get("/console/audit/?q=renamed-1"))
    Staff.objects.filter(pk=someone.pk).delete()
    page, export = shown()
    assert page.count(gone.format(someone.pk)) == 2
    assert gone.format(someone.pk) in export
    assert NAME not in page + export + everything()


OLD = """
    INSERT INTO staff_auditentry (at, staff_id, who, token, act, target, before, after, ip)
    VALUES (now(), %(id)s, %(name)s, '', 'signed_in', '', NULL, NULL, ''),
           (now(), NULL, 'manage.py', '', 'second_factor.removed', %(name)s, NULL, NULL, ''),
           (now(), NULL, 'manage.py', '', 'token.issued', 'billing', NULL, %(for)s, ''),
           (now(), %(id)s, %(name)s, '', 'staff.staff.changed', 'someone-who-left', %(fields)s,
            %(fields)s, ''),
           (now(), %(id)s, %(name)s, '', 'subscriber.erased', 'abc', NULL, %(erased)s, '')
"""


def test_entries_of_an_earlier_release_lose_their_names(db: None) -> None:
    someone = make_staff(username=NAME)
    values = {
        "id": someone.pk,
        "name": NAME,
        "for": json.dumps({"for": NAME, "scopes": ["read"]}),
        "fields": json.dumps({"username": "someone-who-left", "role": "admin"}),
        "erased": json.dumps({"addresses": ["138****0000", "w***@pay.example"], "how": "t 1"}),
    }
    with as_owner() as cursor:
        cursor.execute(OLD, values)
        for _again in range(2):
            cursor.execute(NO_NAMES)
            found = everything()
            for name in (NAME, "someone-who-left", "138****", "pay.example"):
                assert name not in found
    by_act = {one.act: one for one in AuditEntry.objects.all()}
    assert by_act["token.issued"].after == {"for": f"account {someone.pk}", "scopes": ["read"]}
    assert by_act["second_factor.removed"].target == f"account {someone.pk}"
    assert by_act["staff.staff.changed"].after == {"username": "•••", "role": "admin"}
    assert by_act["subscriber.erased"].after == {"addresses": 2, "how": "t 1"}
    # And the entries cannot be changed by anybody else, as before.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT bool_and(tgenabled = 'O') FROM pg_trigger"
            " WHERE tgrelid = 'staff_auditentry'::regclass AND NOT tgisinternal"
        )
        assert cursor.fetchone() == (True,)


def test_no_call_of_the_logger_is_given_a_user_name_or_an_address() -> None:
    root = Path(__file__).parents[3]
    calls = [
        line
        for folder in ("statuspage", "notifications")
        for path in (root / folder).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if "logger." in line
    ]
    assert len(calls) > 20
    for word in ("username", "get_username", ".clear", "clear_address", ".email", "masked"):
        assert [line for line in calls if word in line] == []
