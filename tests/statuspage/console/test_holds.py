"""What a restore put on hold, at the console: seen with its reason, and decided on."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from notifications.delivery.models import Hold
from notifications.delivery.states import NEVER
from notifications.subscribers.models import Address
from statuspage.console.models import Decision
from statuspage.incidents.models import Maintenance
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from tests.factories import make_address, make_component, make_staff, open_incident
from tests.notifications.delivery.rows import deliver, statement
from tests.notifications.delivery.steps import restore
from tests.statuspage.console.browser import browser_of, form_of, signed_in, words
from tests.statuspage.console.paths import plan

LIST = "/console/held/"


@pytest.fixture
def number(db: None) -> int:
    """A statement with two messages on hold, one of them by a channel that cannot be asked."""
    said = statement()
    deliver(said, "pending")
    deliver(said, "pending", channel="email", address=make_address("a@b.cn", channel="email"))
    restore()
    return said.number


@pytest.fixture
def approver(db: None) -> Client:
    """Someone who may decide, reading English."""
    return browser_of(make_staff(Role.APPROVER, "wang"))


def test_every_page_says_that_something_is_on_hold(author: Client, number: int) -> None:
    for path in ("/console/", "/console/dead-letters/", f"/console/broadcasts/{number}/"):
        page = words(author.get(path))
        assert "1 broadcast is on hold after a restore" in page, path
        assert f'href="{LIST}"' in page


def test_without_a_restore_nothing_is_said(author: Client, db: None) -> None:
    assert "on hold" not in words(author.get("/console/"))
    assert "No broadcasts on hold." in words(author.get(LIST))


def test_the_list_says_what_is_held_and_why(author: Client, number: int) -> None:
    page = words(author.get(LIST))
    assert f"from a backup whose newest statement is No. {number}." in page
    assert "2 messages on hold" in page
    assert "Waiting for your decision" in page
    assert f'href="{LIST}{number}/"' in page


def test_a_maintenance_that_was_due_is_listed_and_moved_by_hand(author: Client) -> None:
    said = plan(make_component("商户后台", "Merchant portal"))
    Maintenance.objects.update(scheduled_for=timezone.now() - timedelta(minutes=1))
    restore()
    page = words(author.get(LIST))
    assert "They no longer start or end automatically" in page
    assert f"/console/maintenances/{said.subject_id}/" in page


def test_a_broadcast_shows_each_channel_with_what_is_known(author: Client, number: int) -> None:
    page = words(author.get(f"{LIST}{number}/"))
    assert "Its messages may have been sent since the backup." in page
    assert "The provider cannot be asked." in page
    assert "Ask the provider first…" in page


class TestAsking:
    def test_it_says_how_many_before_and_sends_nothing(self, author: Client, number: int) -> None:
        page = words(author.get(f"{LIST}{number}/look/"))
        assert "The provider is asked about 1 message." in page
        assert "1 message is on a channel whose provider cannot be asked." in page
        assert Hold.objects.get().step == "waiting"
        answer = author.post(f"{LIST}{number}/look/", follow=True)
        assert "Your decision is recorded." in words(answer)
        assert Hold.objects.get().step == "looking"
        assert 'hx-trigger="every 2s"' in words(answer)


class TestReleasing:
    def test_it_says_how_many_go_by_which_channel(self, approver: Client, number: int) -> None:
        page = words(approver.get(f"{LIST}{number}/release/"))
        assert "2 messages will be sent." in page
        assert 'SMS <span class="number">1</span>' in page
        assert 'E-mail <span class="number">1</span>' in page
        assert "2 of them may have been sent since the backup and would be sent twice." in page
        assert "Ask the provider first." in page
        approver.post(f"{LIST}{number}/release/")
        assert Hold.objects.get().step == "releasing"

    def test_what_may_arrive_twice_is_an_approvers_decision(
        self, author: Client, number: int
    ) -> None:
        page = words(author.get(f"{LIST}{number}/"))
        assert "Release…" not in page
        assert "Only an approver or administrator can release" in page
        assert author.post(f"{LIST}{number}/release/").status_code == 403
        assert Hold.objects.get().step == "waiting"

    def test_what_the_provider_does_not_have_is_for_everyone_who_publishes(
        self, author: Client, db: None
    ) -> None:
        said = statement()
        held = deliver(said, "pending")
        restore()
        type(held).objects.update(due_at=NEVER, looks=2)
        page = words(author.get(f"{LIST}{said.number}/release/"))
        assert "1 message will be sent." in page
        assert "twice" not in page
        author.post(f"{LIST}{said.number}/release/")
        assert Hold.objects.get().step == "releasing"

    def test_a_statement_that_is_old_is_asked_about_twice(self, approver: Client, db: None) -> None:
        make_address()
        said = open_incident(published_at=timezone.now() - timedelta(hours=3))
        restore()
        path = f"{LIST}{said.number}/release/"
        second = approver.post(path)
        assert "It was published more than 2 hours ago. Is it still true?" in words(second)
        assert Hold.objects.get().step == "waiting"
        approver.post(path, form_of(second, "sure"))
        assert Hold.objects.get().step == "releasing"

    def test_what_nobody_would_get_is_counted_apart(self, approver: Client, number: int) -> None:
        Address.objects.filter(channel="email").update(suppressed_at=timezone.now())
        page = words(approver.get(f"{LIST}{number}/release/"))
        assert "1 message will be sent." in page
        assert "1 message is not sent: its address is stopped or erased" in page


class TestDiscarding:
    def test_it_says_how_many_are_not_sent(self, author: Client, number: int) -> None:
        page = words(author.get(f"{LIST}{number}/discard/"))
        assert "2 messages will not be sent." in page
        author.post(f"{LIST}{number}/discard/")
        assert Hold.objects.get().step == "discarding"


def test_what_is_decided_is_not_decided_again(author: Client, number: int) -> None:
    author.post(f"{LIST}{number}/discard/")
    answer = author.post(f"{LIST}{number}/look/", follow=True)
    assert "This broadcast has already been decided on." in words(answer)
    assert Hold.objects.get().step == "discarding"
    assert Decision.objects.count() == 1


def test_who_decided_what_is_written_down_twice(approver: Client, number: int) -> None:
    approver.post(f"{LIST}{number}/release/")
    page = words(approver.get(LIST))
    assert f"wang · Messages on hold released (2) · No. {number}" in page
    assert AuditEntry.objects.filter(
        act="POST console:hold_release", staff__username="wang"
    ).exists()


@pytest.mark.parametrize("act", ["look", "release", "discard"])
def test_an_auditor_decides_nothing(number: int, act: str) -> None:
    auditor = signed_in(Role.AUDITOR)
    assert auditor.post(f"{LIST}{number}/{act}/").status_code == 403
    page = words(auditor.get(f"{LIST}{number}/"))
    assert f"{LIST}{number}/{act}/" not in page
    assert Hold.objects.get().step == "waiting"
