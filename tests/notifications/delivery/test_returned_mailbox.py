"""The mailbox to which letters come back: each is read once, and no server holds a worker up."""

import time
from pathlib import Path

import pytest

from notifications.channels.mail import mailbox
from notifications.delivery import returned_mail
from notifications.delivery.models import Delivery, Receipt
from notifications.delivery.receipts import receipts_apply
from notifications.delivery.returned_mail import returned_mail_read
from notifications.subscribers.models import Address
from statuspage.lib.redis_client import client
from tests.notifications.delivery import mail_server
from tests.notifications.delivery.mail_server import MailServer
from tests.notifications.delivery.test_returned_mail import delivery, failure, mark_of

pytestmark = pytest.mark.django_db
__all__ = ["delivery"]
JUNK = b"From: somebody@example.net\r\nSubject: buy\r\n\r\nnow\r\n"


@pytest.fixture
def pem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a certificate that our side trusts."""
    path = mail_server.certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


@pytest.fixture(autouse=True)
def _mailbox(settings) -> None:
    settings.EMAIL_BOUNCE_IMAP_HOST = mail_server.HOST
    settings.EMAIL_BOUNCE_IMAP_USER = mail_server.USER
    settings.EMAIL_BOUNCE_IMAP_PASSWORD = mail_server.PASSWORD


def visit(server: MailServer, settings) -> int:
    with server.running() as port:
        settings.EMAIL_BOUNCE_IMAP_PORT = port
        return returned_mail_read()


def stopped() -> str:
    receipts_apply()
    return Address.objects.get().suppressed_for


def test_a_letter_that_came_back_stops_its_address(delivery: Delivery, pem, settings) -> None:
    server = MailServer(pem, JUNK, failure(mark_of(delivery.pk)), JUNK)
    assert visit(server, settings) == 3
    assert stopped() == "bad_address"
    delivery.refresh_from_db()
    assert (delivery.state, delivery.code) == ("undelivered", "5.1.1")


def test_each_letter_is_read_once(delivery: Delivery, pem, settings) -> None:
    server = MailServer(pem, failure(mark_of(delivery.pk)))
    assert [visit(server, settings), visit(server, settings)] == [1, 0]
    assert server.fetched == [1]
    assert Receipt.objects.count() == 1


def test_whoever_ends_before_marking_a_letter_finds_it_again_and_says_the_same(
    delivery: Delivery, pem, settings
) -> None:
    server = MailServer(pem, failure(mark_of(delivery.pk)), fault="refuses STORE")
    visit(server, settings)
    server.seen.clear()
    server.fault = ""
    assert visit(server, settings) == 1
    assert Receipt.objects.count() == 1


def test_a_letter_that_the_server_does_not_give_holds_up_no_other(
    delivery: Delivery, pem, settings
) -> None:
    server = MailServer(pem, JUNK, failure(mark_of(delivery.pk)), fault="refuses FETCH 1")
    assert visit(server, settings) == 2
    assert stopped() == "bad_address"
    assert server.seen == {2}  # the other one is asked for again


def test_a_mailbox_is_read_by_one_worker_at_a_time(pem, settings) -> None:
    server = MailServer(pem, JUNK)
    client().set(returned_mail.VISIT, 1, ex=60)
    assert visit(server, settings) == 0
    client().delete(returned_mail.VISIT)
    assert visit(server, settings) == 1
    assert client().get(returned_mail.VISIT) is None


def test_a_visit_that_takes_long_begins_no_more_letters(pem, settings, monkeypatch) -> None:
    monkeypatch.setattr(mailbox, "READING_SECONDS", -1.0)
    server = MailServer(pem, JUNK, JUNK, JUNK)
    assert [visit(server, settings) for _ in range(4)] == [1, 1, 1, 0]


def test_of_a_huge_letter_only_the_beginning_is_read(delivery: Delivery, pem, settings) -> None:
    report = failure(mark_of(delivery.pk)) + b"\r\n" + b"x" * (2 * mailbox.LONGEST)
    assert visit(MailServer(pem, report), settings) == 1
    assert stopped() == "bad_address"


def test_a_visit_reads_so_many_letters_and_the_next_one_the_rest(
    pem, settings, monkeypatch
) -> None:
    monkeypatch.setattr(mailbox, "LETTERS", 2)
    server = MailServer(pem, JUNK, JUNK, JUNK)
    assert [visit(server, settings) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize("fault", ["no handshake", "no greeting"])
def test_a_server_that_never_ends_is_left_in_time(pem, settings, monkeypatch, fault: str) -> None:
    monkeypatch.setattr(mailbox, "VISIT_SECONDS", 0.5)
    began = time.monotonic()
    assert visit(MailServer(pem, fault=fault), settings) == 0
    assert time.monotonic() - began < mailbox.WAIT_SECONDS


@pytest.mark.parametrize(
    "fault", ["endless letter", "refuses SEARCH", "refuses SELECT", "refuses STORE"]
)
def test_a_mailbox_that_cannot_be_read_is_tried_again_later(
    delivery: Delivery, pem, settings, fault: str
) -> None:
    server = MailServer(pem, failure(mark_of(delivery.pk)), fault=fault)
    assert visit(server, settings) == 0
    server.fault = ""
    server.seen.clear()
    assert visit(server, settings) == 1
    assert stopped() == "bad_address"


def test_a_wrong_password_is_no_error_and_is_not_logged(pem, settings, caplog) -> None:
    settings.EMAIL_BOUNCE_IMAP_PASSWORD = "SECRET-WORD"
    assert visit(MailServer(pem, JUNK), settings) == 0
    assert "cannot be read" in caplog.text
    assert "SECRET-WORD" not in caplog.text


def test_a_server_whose_certificate_nobody_vouches_for_gets_no_password(
    pem, settings, tmp_path: Path, monkeypatch
) -> None:
    (tmp_path / "other").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.certificate(tmp_path / "other")))
    server = MailServer(pem, JUNK)
    assert visit(server, settings) == 0
    assert not server.fetched


def test_without_a_mailbox_nothing_is_asked(settings) -> None:
    settings.EMAIL_BOUNCE_IMAP_HOST = ""
    settings.EMAIL_BOUNCE_IMAP_PORT = 1
    assert returned_mail_read() == 0
