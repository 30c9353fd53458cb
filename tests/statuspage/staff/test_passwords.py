"""Change a password, forget one, set one by a link; nobody learns who has an account."""

import re
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from statuspage.console.views import passwords
from statuspage.staff import links, password_mails, services
from statuspage.staff.links import forgotten_link, password_link
from statuspage.staff.models import AuditEntry, PasswordMail, ProviderConfirmation, Staff
from statuspage.staff.tasks import send_password_mails
from tests.factories import make_staff
from tests.statuspage.console.browser import browser_of, words

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
NEW = "a-long-word-of-passage"
LINK = re.compile(r"https?://\S+/console/login/password/\S+/")


@pytest.fixture
def lin(settings: Any) -> Staff:
    settings.EMAIL_HOST = "mail.example.com"
    return make_staff(username="lin", email="Lin@shop.example")


def ask(address: str, ip: str = "10.0.0.1") -> Any:
    return Client(headers=ENGLISH).post(
        "/console/login/forgotten/", {"email": address}, REMOTE_ADDR=ip, follow=True
    )


def follow(link: str, password: str = NEW, again: str = "") -> Any:
    client = Client(headers=ENGLISH)
    path = "/" + link.split("/", 3)[3]
    opened = client.get(path)
    if opened.status_code != 302:
        return opened
    assert opened.headers["Location"].endswith("/set/"), "the key does not stay in the address"
    values = {"password1": password, "password2": again or password}
    return client.post(opened.headers["Location"], values)


def signs_in(password: str) -> bool:
    values = {"username": "lin", "password": password}
    return Client().post("/console/login/", values).status_code == 302


def test_ones_own_password_is_changed_and_other_sessions_end(lin: Staff) -> None:
    here, there = browser_of(lin), browser_of(lin)
    weak = here.post("/console/account/password/", {"password1": "12345", "password2": "12345"})
    assert weak.status_code == 400
    differ = here.post("/console/account/password/", {"password1": NEW, "password2": "x"})
    assert "The two passwords differ." in words(differ)
    assert signs_in("secret")
    answer = here.post("/console/account/password/", {"password1": NEW, "password2": NEW})
    assert answer.headers["Location"] == "/console/account/"
    assert here.get("/console/").status_code == 200
    assert there.get("/console/").status_code == 302
    assert signs_in(NEW)
    assert not signs_in("secret")
    assert AuditEntry.objects.filter(act="password.set", staff=lin).count() == 1


def test_a_forgotten_one_is_set_by_mail_once_and_sessions_end(lin: Staff) -> None:
    before = browser_of(lin)
    assert "Look into your mailbox" in words(ask("lin@SHOP.example"))
    send_password_mails()
    send_password_mails()
    assert [one.to for one in mail.outbox] == [["Lin@shop.example"]]
    link = LINK.search(mail.outbox[0].body)[0]
    assert follow(link).headers["Location"] == "/console/login/"
    assert signs_in(NEW)
    assert before.get("/console/").status_code == 302
    assert follow(link, "another-long-word").status_code == 410
    assert not signs_in("another-long-word")


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_mail_is_in_its_readers_language_whoever_asks(
    lin: Staff, settings: Any, language: str
) -> None:
    settings.OPERATOR_NAME = {"zh-hans": "演示支付", "en": "Demo Pay"}
    Staff.objects.filter(pk=lin.pk).update(language=language)
    for asks in ("zh-CN", "en"):
        Client(headers={"accept-language": asks}).post(
            "/console/login/forgotten/", {"email": lin.email}
        )
    send_password_mails()
    assert len(mail.outbox) == 2
    for one in mail.outbox:
        assert ("密码" in one.body, "演示支付" in one.subject) == (language == "zh-hans",) * 2
        assert ("new password" in one.body, "Demo Pay" in one.subject) == (language == "en",) * 2


def test_the_time_of_the_answer_tells_nobody_who_has_an_account(
    lin: Staff, monkeypatch: Any
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(passwords.time, "sleep", slept.append)
    taken = []
    for address in (lin.email, "nobody@shop.example"):
        started = time.monotonic()
        ask(address)
        taken.append(slept.pop() + time.monotonic() - started)
    assert all(one >= passwords.ANSWER_SECONDS for one in taken)
    assert not slept


@pytest.mark.parametrize("made", [forgotten_link, password_link])
def test_of_two_who_use_a_link_at_once_one_sets_the_password(
    lin: Staff, made: Any, monkeypatch: Any
) -> None:
    link = made(lin)
    path, other = urlsplit(link).path, Staff.objects.get(pk=lin.pk)
    first = services.staff_of_link

    def meanwhile(uid: str, key: str) -> Staff | None:
        found = first(uid, key)
        monkeypatch.setattr(services, "staff_of_link", first)
        services.password_set(staff=other, password=NEW)
        return found

    client = Client(headers=ENGLISH)
    opened = client.get(path)
    monkeypatch.setattr(services, "staff_of_link", meanwhile)
    values = {"password1": "the-other-long-word", "password2": "the-other-long-word"}
    answer = client.post(opened.headers.get("Location", path), values)
    assert answer.status_code == 410
    assert signs_in(NEW)
    assert not signs_in("the-other-long-word")


def test_the_audit_log_keeps_no_link(lin: Staff) -> None:
    link = forgotten_link(lin)
    path = urlsplit(link).path
    browser_of(make_staff(username="wu")).post(path)
    assert not AuditEntry.objects.filter(target__contains=path.split("/")[-2]).exists()


@pytest.mark.parametrize("kind", ["unknown", "inactive", "vouched for", "without an address"])
def test_nobody_learns_who_has_an_account(lin: Staff, kind: str) -> None:
    known = words(ask(lin.email))
    address = "other@shop.example"
    if kind != "unknown":
        other = make_staff(username="wu", email="" if kind == "without an address" else address)
        Staff.objects.filter(pk=other.pk).update(is_active=kind != "inactive")
        if kind == "vouched for":
            ProviderConfirmation.objects.create(staff=other, confirmed_at=timezone.now())
    PasswordMail.objects.all().delete()
    mine = re.sub(r'value="\w{64}"', "", words(ask(address)))
    assert mine == re.sub(r'value="\w{64}"', "", known)
    assert not PasswordMail.objects.exists()
    assert ask("no address").status_code == 200


def test_a_mailbox_is_not_filled_and_asking_is_slowed(lin: Staff) -> None:
    for number in range(6):
        ask(lin.email, f"10.0.{number}.1")
    assert PasswordMail.objects.count() == password_mails.MOST_AN_HOUR
    answers = [ask(f"{number}@shop.example").status_code for number in range(15)]
    assert 429 in answers


def test_without_mail_the_page_says_whom_to_ask(lin: Staff, settings: Any) -> None:
    settings.EMAIL_HOST = ""
    assert "Ask an administrator" in words(ask(lin.email))
    assert not PasswordMail.objects.exists()


def test_an_invitation_is_good_for_three_days_and_a_forgotten_one_for_an_hour(
    lin: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited, forgotten = password_link(lin), forgotten_link(lin)
    real = links.database_now
    for hours, link, works in (
        (0.9, forgotten, True),
        (1.1, forgotten, False),
        (71, invited, True),
        (73, invited, False),
    ):
        shift = timedelta(hours=hours)
        monkeypatch.setattr(links, "database_now", lambda shift=shift: real() + shift)
        opened = Client().get("/" + link.split("/", 3)[3], follow=True)
        assert (opened.status_code == 200) is works, (hours, link)


@pytest.mark.parametrize("changed", ["left", "vouched for", "address", "another's"])
def test_a_link_works_for_the_one_it_was_made_for(lin: Staff, changed: str) -> None:
    link = forgotten_link(lin)
    if changed == "left":
        Staff.objects.filter(pk=lin.pk).update(is_active=False)
    elif changed == "vouched for":
        ProviderConfirmation.objects.create(staff=lin, confirmed_at=timezone.now())
    elif changed == "address":
        Staff.objects.filter(pk=lin.pk).update(email="other@shop.example")
    else:
        uid = links.user_pk_to_url_str(make_staff())
        link = re.sub(r"password/\w+/", f"password/{uid}/", link)
    assert follow(link).status_code == 410
    assert not signs_in(NEW)


@pytest.mark.parametrize("path", ["1/set/", "zzzzzzzzzzzzzzzzzzz/x/", "1/1/", "_/a-b-c/"])
def test_a_link_that_nobody_made_is_dead(lin: Staff, path: str) -> None:
    assert Client().get(f"/console/login/password/{path}", follow=True).status_code == 410


def test_who_came_by_a_mail_is_not_held_up_by_strangers(lin: Staff) -> None:
    for number in range(12):
        Client().post(
            "/console/login/", {"username": "lin", "password": "x"}, REMOTE_ADDR=f"10.1.{number}.1"
        )
    client = Client()
    path = "/" + forgotten_link(lin).split("/", 3)[3]
    opened = client.get(path).headers["Location"]
    client.post(opened, {"password1": NEW, "password2": NEW})
    answer = client.post("/console/login/", {"username": "lin", "password": NEW})
    assert answer.status_code == 302
