"""The audit log says who did what, from where, and cannot be made to unsay it."""

import csv
import io

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from statuspage.staff.audit import record
from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.database.tampering import as_owner
from tests.factories import make_component, make_staff, open_incident
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words


def acts() -> list[str]:
    return [*AuditEntry.objects.order_by("pk").values_list("act", flat=True)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE staff_auditentry SET who = 'nobody'",
        "DELETE FROM staff_auditentry",
        "TRUNCATE staff_auditentry",
    ],
)
def test_the_database_refuses_to_change_an_entry(db: None, statement: str) -> None:
    record(act="signed_in", who="lin")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(DatabaseError, match="refused"), as_owner() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.get().who == "lin"


def test_coming_in_failing_and_going_out_are_there(db: None, client: Client) -> None:
    make_staff(username="lin")
    for password in ("wrong", "secret"):
        client.post(
            "/console/login/",
            {"username": "lin", "password": password},
            REMOTE_ADDR="203.0.113.9",
        )
    client.post("/console/logout/")
    assert [act for act in acts() if act.startswith("sign")] == [
        "sign_in_failed",
        "signed_in",
        "signed_out",
    ]
    assert {one.staff.username for one in AuditEntry.objects.all()} == {"lin"}
    assert AuditEntry.objects.filter(act="signed_in", ip="203.0.113.9").exists()


def test_a_password_typed_as_a_name_is_not_kept(db: None, client: Client) -> None:
    client.post("/console/login/", {"username": "hunter2hunter2", "password": "x"})
    assert "hunter2" not in str(list(AuditEntry.objects.values()))


def test_publishing_is_written_down_with_its_statement(db: None) -> None:
    author = make_staff(username="lin")
    statement = open_incident(author=author)
    entry = AuditEntry.objects.get(act="statement.published")
    assert (entry.staff, entry.target) == (author, f"#{statement.number}")
    assert entry.after == {"kind": statement.kind, "subject": statement.subject_id}


def test_what_was_not_published_leaves_no_entry(db: None) -> None:
    with transaction.atomic():
        open_incident(author=make_staff())
        transaction.set_rollback(True)
    assert not AuditEntry.objects.filter(act="statement.published").exists()


def test_every_post_at_the_console_is_there_whatever_came_of_it(db: None) -> None:
    staff = make_staff(Role.AUDITOR, username="wang")
    browser_of(staff).post("/console/incidents/compose/", {"step": "publish"})
    entry = AuditEntry.objects.get(act="POST console:incident_compose")
    assert (entry.staff, entry.status, entry.target) == (staff, 403, "/console/incidents/compose/")


def test_looking_leaves_no_entry_but_taking_away_does(db: None) -> None:
    admin = signed_in(Role.ADMIN)
    admin.get("/console/audit/")
    assert "GET console:audit" not in acts()
    admin.get("/console/audit/export/").getvalue()
    assert "GET console:audit_export" in acts()


def test_every_call_with_a_token_names_the_token(db: None, client: Client) -> None:
    lin = make_staff(username="lin")
    secret = token_issue(name="billing", staff=lin)
    headers = {"Authorization": f"Bearer {secret}"}
    client.get("/api/v1/components/", headers=headers, REMOTE_ADDR="203.0.113.7")
    entry = AuditEntry.objects.get(act="GET api:api:components")
    assert (entry.staff, entry.token, entry.status) == (lin, "billing", 200)
    assert entry.ip == "203.0.113.7"
    assert secret not in str(list(AuditEntry.objects.values()))


@pytest.mark.parametrize("over", ["expired", "revoked", "left"])
def test_a_token_that_is_over_leaves_an_entry_when_somebody_tries_it(
    db: None, client: Client, over: str
) -> None:
    lin = make_staff(username="lin")
    secret = token_issue(name="billing", staff=lin)
    if over == "left":
        Staff.objects.update(is_active=False)
    moment = {"expired": "expires_at", "revoked": "revoked_at"}.get(over)
    if moment:
        ApiToken.objects.update(**{moment: timezone.now()})
    for _try in range(3):  # one entry a minute: a script that goes on asking fills no log
        answer = client.get("/api/v1/incidents/", headers={"authorization": f"Bearer {secret}"})
        assert answer.status_code == 401
    entry = AuditEntry.objects.get(act="token.refused")
    assert (entry.staff, entry.token, entry.ip) == (lin, "billing", "127.0.0.1")
    assert secret not in str(vars(entry))


def test_words_that_never_were_a_token_fill_no_log(db: None, client: Client) -> None:
    for secret in ("candor_guess", "", "a\0b", "x" * 300):
        header = {"authorization": f"Bearer {secret}"}
        assert client.get("/api/v1/incidents/", headers=header).status_code == 401
    assert not AuditEntry.objects.exists()


def test_an_administrators_edit_says_what_was_before_and_after(db: None) -> None:
    component = make_component(name="结算")
    admin = signed_in(Role.ADMIN, username="lin")
    path = f"/admin/components/component/{component.pk}/change/"
    form = form_of(admin.get(path), "position")
    response = admin.post(path, {**form, "position": "77"})
    assert response.status_code == 302, words(response)
    entry = AuditEntry.objects.get(act="components.component.changed")
    assert entry.before == {"position": component.position}
    assert entry.after == {"position": 77}


def test_a_change_of_role_is_there_and_the_password_is_not(db: None) -> None:
    someone = make_staff(Role.AUTHOR, username="wang")
    admin = signed_in(Role.ADMIN)
    path = f"/console/people/{someone.pk}/"
    form = form_of(admin.get(path), "role")
    admin.post(path, {**form, "role": "approver", "email": "w@pay.example"})
    entry = AuditEntry.objects.get(act="account.role")
    assert (entry.target, entry.before, entry.after) == (
        f"account {someone.pk}",
        {"role": "author"},
        {"role": "approver"},
    )
    assert "md5$" not in str(list(AuditEntry.objects.values()))


def test_the_log_is_searched_and_paged(db: None) -> None:
    for number in range(60):
        record(act="signed_in", who=f"person{number:02}", ip="203.0.113.9")
    admin = signed_in(Role.ADMIN)
    first = words(admin.get("/console/audit/"))
    assert "person59" in first
    assert "person00" not in first
    after = first.split("after=")[1].split('"')[0]
    assert "person00" in words(admin.get(f"/console/audit/?after={after}"))
    found = words(admin.get("/console/audit/?q=person07+203.0.113.9"))
    assert "person07" in found
    assert "person08" not in found


@pytest.mark.parametrize("words_sought", ["%00", "%25", "'", "a b c d e f g", "%F0%9F%92%A9"])
def test_no_search_breaks_the_page(db: None, words_sought: str) -> None:
    admin = signed_in(Role.ADMIN)
    assert admin.get(f"/console/audit/?q={words_sought}").status_code == 200
    assert admin.get(f"/console/audit/?after={words_sought}").status_code == 200


def test_the_export_is_the_search_as_a_table_and_starts_no_formula(db: None) -> None:
    record(act="signed_in", who="=cmd()", ip="203.0.113.9", after={"a": "值"})
    record(act="signed_out", who="lin")
    response = signed_in(Role.AUDITOR).get("/console/audit/export/?q=203.0.113.9")
    rows = list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))
    assert [(row["who"], row["act"], row["after"]) for row in rows] == [
        ("'=cmd()", "signed_in", '{"a": "值"}')
    ]
