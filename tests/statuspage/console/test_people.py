"""The People page: inviting, changing, confirming; what the mail says; what the links do."""

import importlib
import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from statuspage.staff.models import ApiToken, AuditEntry, Staff
from statuspage.staff.roles import Role
from statuspage.staff.services import token_check, token_issue
from tests.factories import make_staff
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words

PEOPLE = "/console/people/"
LINK = re.compile(r"https?://[^/\s]+(/console/welcome/[^\s<]+)")
WEI = {"username": "wei", "email": "wei@pay.example", "role": "approver", "language": "en"}
PASSWORD = "a-long-word-of-passage"


@pytest.fixture
def admin(db: None) -> Client:
    return signed_in(Role.ADMIN, username="lin")


@pytest.fixture
def mails(settings) -> list:
    """There is a mail server."""
    settings.EMAIL_HOST = "mail.example"
    return mail.outbox


def invited(admin: Client, **values: str) -> tuple[Staff, str]:
    """Invite someone without a mail server; returns the account and its link."""
    answer = admin.post(PEOPLE, {**WEI, **values})
    return Staff.objects.get(username="wei"), LINK.search(words(answer))[1]


def accept(link: str, password: str = PASSWORD) -> int:
    return Client().post(link, {"password1": password, "password2": password}).status_code


def act(browser: Client, staff: Staff, name: str, **values: str) -> str:
    path = f"{PEOPLE}{staff.pk}/"
    return words(browser.post(path, {"act": name, **values}, follow=True))


def confirm(browser: Client, staff: Staff) -> str:
    path = f"{PEOPLE}{staff.pk}/"
    form = form_of(browser.get(path), "seen")
    return words(browser.post(f"{path}confirm/", form, follow=True))


def test_an_invited_person_sets_a_password_and_counts_when_confirmed(admin: Client, mails) -> None:
    answer = admin.post(PEOPLE, WEI, follow=True)
    assert "A link was sent to wei@pay.example." in words(answer)
    assert not LINK.search(words(answer))
    letter = mails[0]
    assert letter.to == ["wei@pay.example"]
    assert "user name is wei" in letter.body
    assert accept(LINK.search(letter.body)[1]) == 302
    browser = Client(headers={"accept-language": "en"})
    browser.post("/console/login/", {"username": "wei", "password": PASSWORD})
    assert "not confirmed yet" in words(browser.get("/console/subscribers/import/"))
    wei = Staff.objects.get(username="wei")
    assert 'name="seen"' not in words(admin.get(f"{PEOPLE}{wei.pk}/"))
    assert "Confirmed." in confirm(signed_in(Role.APPROVER), wei)
    assert browser.get("/console/subscribers/import/").status_code == 200


def test_the_letter_is_in_their_language(admin: Client, mails) -> None:
    admin.post(PEOPLE, {**WEI, "language": "zh-hans"})
    assert "用户名" in mails[0].body


def test_without_a_mail_server_the_link_is_shown_once_and_why(admin: Client) -> None:
    wei, link = invited(admin)
    shown = words(admin.get(f"{PEOPLE}{wei.pk}/")) + words(admin.get(PEOPLE))
    assert not LINK.search(shown)
    assert accept(link) == 302
    assert "EMAIL_HOST" in words(admin.post(PEOPLE, {**WEI, "username": "b", "email": "b@b.com"}))


def test_a_mail_server_that_fails_shows_the_link_too(admin: Client, mails, monkeypatch) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr(mail.EmailMessage, "send", fails)
    answer = words(admin.post(PEOPLE, WEI))
    assert "did not take the message" in answer
    assert LINK.search(answer)


def test_a_link_works_once(admin: Client) -> None:
    _wei, link = invited(admin)
    assert accept(link) == 302
    assert accept(link, "another-long-word") == 410
    assert Client().get(link).status_code == 410


def test_a_weak_password_is_refused_and_the_link_stays(admin: Client) -> None:
    _wei, link = invited(admin)
    assert accept(link, "12345") == 400
    assert accept(link, "wei@pay.example") == 400
    answer = Client().post(link, {"password1": PASSWORD, "password2": "other"})
    assert answer.status_code == 400
    assert accept(link) == 302


def test_a_link_ends_after_three_days(admin: Client) -> None:
    wei, link = invited(admin)
    assert Client().get(link).status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with time_machine.travel(timezone.now() - timedelta(hours=73), tick=False):
        from statuspage.staff import links

        links.database_now, kept = lambda: timezone.now(), links.database_now
        try:
            old = links.password_link(Staff.objects.get(pk=wei.pk))
        finally:
            links.database_now = kept
    assert Client().get(LINK.search(old)[1]).status_code == 410


def test_a_new_link_ends_the_one_before_and_a_revoked_one_is_dead(admin: Client) -> None:
    wei, first = invited(admin)
    second = LINK.search(act(admin, wei, "link"))[1]
    assert Client().get(first).status_code == 410
    assert Client().get(second).status_code == 200
    assert "no longer works" in act(admin, wei, "revoke")
    assert accept(second) == 410


@pytest.mark.parametrize("link", ["x/y", "MQ/x-y", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5/x-y", "%00/x"])
def test_nonsense_is_no_link(db: None, link: str) -> None:
    assert Client().get(f"/console/welcome/{link}/").status_code == 410


def test_a_disabled_account_has_no_link(admin: Client) -> None:
    wei, link = invited(admin)
    act(admin, wei, "disable")
    assert accept(link) == 410


def test_whoever_has_a_password_is_reset_not_sent_another_link(admin: Client) -> None:
    chen = make_staff(Role.APPROVER)
    assert "Reset their sign-in instead" in act(admin, chen, "link")
    assert Staff.objects.get(pk=chen.pk).has_usable_password()


def test_a_reset_signs_out_and_takes_password_and_confirmation(admin: Client) -> None:
    chen = make_staff(Role.APPROVER, email="chen@pay.example")
    browser = browser_of(chen)
    assert LINK.search(act(admin, chen, "reset"))
    assert browser.get("/console/").status_code == 302
    chen.refresh_from_db()
    assert not chen.has_usable_password()
    assert not chen.is_confirmed


@pytest.mark.parametrize("name", ["disable", "reset", "link", "revoke", "change"])
def test_nobody_does_it_to_themselves(admin: Client, name: str) -> None:
    lin, form = Staff.objects.get(username="lin"), {**WEI, "email": "lin@pay.example"}
    assert "Another administrator must change" in act(admin, lin, name, **form)
    assert Staff.objects.get(pk=lin.pk).role == Role.ADMIN
    assert admin.get(PEOPLE).status_code == 200


def test_a_role_is_changed_and_waits(admin: Client) -> None:
    chen = make_staff(Role.AUTHOR, email="chen@pay.example")
    form = form_of(admin.get(f"{PEOPLE}{chen.pk}/"), "role")
    assert "Saved." in words(
        admin.post(f"{PEOPLE}{chen.pk}/", {**form, "role": "admin"}, follow=True)
    )
    page = words(admin.get(f"{PEOPLE}{chen.pk}/"))
    assert "Role raised" in page
    assert "You changed this account yourself" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"username": ""},
        {"username": "lin"},
        {"username": "a b"},
        {"username": "x" * 151},
        {"email": ""},
        {"email": "x"},
        {"role": "owner"},
        {"language": "fr"},
    ],
)
def test_what_is_wrong_invites_nobody(admin: Client, wrong: dict[str, str]) -> None:
    answer = admin.post(PEOPLE, {**WEI, **wrong})
    assert answer.status_code == 400
    assert "Nobody was invited." in words(answer)
    assert Staff.objects.count() == 1


def test_an_approver_confirms_and_changes_nothing(admin: Client) -> None:
    wei, link = invited(admin)
    accept(link)
    approver = signed_in(Role.APPROVER)
    page = words(approver.get(f"{PEOPLE}{wei.pk}/"))
    assert 'name="seen"' in page
    assert 'name="act"' not in page
    for path in (PEOPLE, f"{PEOPLE}{wei.pk}/"):
        assert approver.post(path, {**WEI, "act": "disable"}).status_code == 403
    assert "Confirmed." in confirm(approver, wei)
    assert "confirmed by" in words(approver.get(f"{PEOPLE}{wei.pk}/"))


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"seen": "0"},
        {"role": "approver"},
        {"seen": "0", "role": "x"},
        *({"seen": seen, "role": "approver"} for seen in ("x", "-1", "9" * 30)),
    ],
)
def test_a_confirmation_says_what_was_looked_at(admin: Client, sent: dict[str, str]) -> None:
    wei, link = invited(admin)
    accept(link)
    path = f"{PEOPLE}{wei.pk}/confirm/"
    assert signed_in(Role.APPROVER).post(path, sent).status_code == 400
    assert not Staff.objects.get(pk=wei.pk).is_confirmed


def test_a_token_that_publishes_alone_waits_on_the_page(admin: Client) -> None:
    values = {"name": "portal", "scopes": ["read", "publish", "alone"], "days": 30}
    issued = words(admin.post("/console/tokens/", values))
    assert "only after a second person has confirmed it" in issued
    secret = re.search(r"candor_[\w-]{43}", issued)[0]
    assert Caller(secret).post("notices/", samples.notice()).status_code == 401
    assert "waits for a second person" in words(admin.get("/console/tokens/"))
    path = f"/console/tokens/{ApiToken.objects.get().pk}/decide/"
    assert "Confirm portal" not in words(admin.get(PEOPLE))
    assert "Another person decides" in words(admin.post(path, {"act": "confirm"}, follow=True))
    approver = signed_in(Role.APPROVER)
    assert "Confirm portal" in words(approver.get(PEOPLE))
    assert approver.post(path, {"act": "x"}).status_code == 400
    assert "is recorded" in words(approver.post(path, {"act": "confirm"}, follow=True))
    assert Caller(secret).post("notices/", samples.notice()).status_code == 201


def test_both_languages_have_every_word(admin: Client) -> None:
    wei, link = invited(admin)
    admin.cookies["django_language"] = "zh-hans"
    for path in (PEOPLE, f"{PEOPLE}{wei.pk}/", link):
        page = admin.get(path).content.decode()
        shown = re.sub(r"<[^>]+>|candor \w+|wei(@pay.example)?|[A-Z]\w+", "", page.split("<h1>")[1])
        assert not re.search(r"\b(the|account|password|link|person)\b", shown), path


class TestServer:
    """What the person with the server types."""

    FIRST = ("--person", "lin", "lin@pay.example", "--person", "chen", "chen@pay.example")

    def test_the_first_two_people_get_a_link_each_and_are_confirmed(self, db, capsys) -> None:
        call_command("staff_first", *self.FIRST)
        said = capsys.readouterr().out
        links = LINK.findall(said)
        assert len(links) == 2
        assert {accept(link) for link in links} == {302}
        both = Staff.objects.order_by("username")
        assert [(one.username, one.role) for one in both] == [("chen", "admin"), ("lin", "admin")]
        assert all(one.may_approve for one in both)
        assert AuditEntry.objects.filter(act="account.confirmed", who="manage.py").count() == 2

    def test_with_a_mail_server_no_link_is_printed(self, db, mails, capsys) -> None:
        call_command("staff_first", *self.FIRST)
        assert not LINK.search(capsys.readouterr().out)
        assert len(mails) == 2

    def test_it_refuses_where_there_are_people_unless_told(self, db, capsys) -> None:
        make_staff()
        with pytest.raises(CommandError, match="accounts already"):
            call_command("staff_first", *self.FIRST)
        assert Staff.objects.count() == 1
        call_command("staff_first", *self.FIRST, "--although-there-are-people")
        assert Staff.objects.count() == 3

    @pytest.mark.parametrize(
        "people",
        [
            FIRST[:3],
            (*FIRST, "--person", "x", "x@x.com"),
            ("--person", "lin", "a@b.com", "--person", "lin", "c@d.com"),
            ("--person", "lin", "a@b.com", "--person", "chen", "A@b.com"),
            ("--person", "lin", "a@b.com", "--person", "chen", "nonsense"),
            ("--person", "lin", "a@b.com", "--person", "chen", " "),
        ],
    )
    def test_it_makes_two_people_or_none(self, db, people: tuple[str, ...]) -> None:
        with pytest.raises(CommandError):
            call_command("staff_first", *people)
        assert not Staff.objects.exists()

    @pytest.mark.parametrize("command", [["createsuperuser"], ["changepassword", "lin"]])
    def test_djangos_own_commands_make_nobody_two_persons(self, db, command: list[str]) -> None:
        lin = make_staff(Role.ADMIN, username="lin")
        with pytest.raises(CommandError, match="staff_"):
            call_command(*command)
        assert Staff.objects.get().password == lin.password

    def test_a_reset_on_the_server_unconfirms(self, db, capsys) -> None:
        lin = make_staff(Role.ADMIN, username="lin")
        call_command("staff_reset", "lin", "--link")
        assert accept(LINK.search(capsys.readouterr().out)[1]) == 302
        lin.refresh_from_db()
        assert not lin.may_approve
        call_command("staff_confirm", "lin")
        lin.refresh_from_db()
        assert lin.may_approve

    def test_a_token_that_publishes_alone_waits_unless_told(self, db, capsys) -> None:
        make_staff(Role.ADMIN, username="lin")
        for options, works in (
            ((), True),
            (("--alone",), False),
            (("--alone", "--confirmed"), True),
        ):
            call_command("token_issue", "--staff", "lin", "--name", "x", *options)
            token = token_check(capsys.readouterr().out.strip())
            assert (token is not None) == works
            if token:
                assert ("alone" in token.scopes) == bool(options)
        entries = AuditEntry.objects.filter(act="token.issued", who="manage.py").order_by("pk")
        assert [one.after["confirmed"] for one in entries] == [True, False, True]

    def test_an_author_has_no_such_token(self, db) -> None:
        make_staff(username="wang")
        with pytest.raises(CommandError, match="may not publish without"):
            call_command("token_issue", "--staff", "wang", "--name", "x", "--alone", "--confirmed")


def test_accounts_and_tokens_of_earlier_releases_are_confirmed_by_the_upgrade(db: None) -> None:
    admin, author = (make_staff(one, confirmed_at=None) for one in (Role.ADMIN, Role.AUTHOR))
    every = ["read", "publish", "alone", "signals", "subscribers"]
    secrets = [token_issue(name="x", staff=one, scopes=every) for one in (admin, author)]
    module = importlib.import_module("statuspage.staff.migrations.0005_confirmed_so_far")
    with connection.cursor() as cursor:
        cursor.execute(module.CONFIRM)
    admin.refresh_from_db()
    assert admin.may_approve
    assert token_check(secrets[0]).scopes == every
    # It had no effect, and would have one if they were promoted.
    assert "alone" not in token_check(secrets[1]).scopes
