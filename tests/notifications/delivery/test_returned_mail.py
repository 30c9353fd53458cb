"""Letters that come back, as our mail server posts them: believed by their secret mark alone."""

import re

import pytest

from notifications.channels.mail import bounces
from notifications.channels.mail.marks import mark_of
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery, Receipt, RefusedCallback
from notifications.delivery.receipts import receipts_apply
from notifications.subscribers.models import Consent
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
MAIL = "merchant@example.com"
TOKEN = "a-token-of-the-mail-server"
URL = f"/hooks/email/?token={TOKEN}"


@pytest.fixture(autouse=True)
def _token(settings) -> None:
    settings.EMAIL_BOUNCE_TOKEN = TOKEN


@pytest.fixture
def delivery() -> Delivery:
    make_address(MAIL, "email")
    expand(open_incident().number)
    claim("email", 1)
    Delivery.objects.update(state="sent", provider="email", provider_id="<x@y>")
    return Delivery.objects.get()


def failure(
    mark: str,
    status: str = "5.1.1",
    diagnosis: str = "550 5.1.1 User unknown",
    action: str = "failed",
) -> bytes:
    """Return a report as RFC 3464 shows it, with the headers of the letter that it returns."""
    return f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: status@example.com
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net

Final-Recipient: rfc822; {MAIL}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {diagnosis}

--b
Content-Type: text/rfc822-headers

From: status@example.com
Message-ID: <delivery-{mark}@status.example.com>

--b--
""".replace("\n", "\r\n").encode()


def complaint(mark: str) -> bytes:
    """Return a complaint as RFC 5965 shows it."""
    return f"""\
From: <abusedesk@example.com>
Subject: FW: notice
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b"

--b
Content-Type: text/plain

This is an abuse report.

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeGenerator/1.0
Version: 1

--b
Content-Type: message/rfc822

From: status@example.com
Message-ID: <delivery-{mark}@status.example.com>
Subject: notice

words
--b--
""".replace("\n", "\r\n").encode()


def answer(mark: str) -> bytes:
    """Return what a reader's program answers during their holiday."""
    return f"""\
From: {MAIL}
To: status@example.com
Subject: Re: notice
Auto-Submitted: auto-replied
In-Reply-To: <delivery-{mark}@status.example.com>

I am on holiday. 550 5.1.1 is my room.
""".replace("\n", "\r\n").encode()


def post(client, letter: bytes, url: str = URL) -> int:
    status = client.post(url, letter, content_type="message/rfc822").status_code
    receipts_apply()
    return status


def stopped(delivery: Delivery) -> str:
    return delivery.__class__.objects.get(pk=delivery.pk).address.suppressed_for


def test_a_mailbox_that_does_not_exist_stops_the_letters_to_it(client, delivery) -> None:
    assert post(client, failure(mark_of(delivery.pk))) == 200
    found = Delivery.objects.get()
    assert (found.state, found.reason, found.code) == ("undelivered", "bad_address", "5.1.1")
    assert stopped(delivery) == "bad_address"


@pytest.mark.parametrize(
    ("status", "diagnosis", "reason"),
    [
        ("5.2.2", "552 5.2.2 Mailbox full", "unreachable"),
        ("5.0.0", "550 The mailbox is full", "unreachable"),
        ("4.4.1", "451 4.4.1 No answer from host", "unreachable"),
        ("4.2.2", "452 4.2.2 Over quota", "unreachable"),
        ("5.7.1", "550 5.7.1 Refused by policy", "blocked"),
        ("5.3.4", "552 5.3.4 Message too big", "refused_content"),
    ],
)
def test_what_may_pass_stops_nothing(client, delivery, status, diagnosis, reason) -> None:
    post(client, failure(mark_of(delivery.pk), status, diagnosis))
    found = Delivery.objects.get()
    assert (found.state, found.reason) == ("undelivered", reason)
    assert stopped(delivery) == ""


@pytest.mark.parametrize("diagnosis", ["550 no such user here", "550 5.1.1 <x>: unknown"])
def test_a_general_status_is_read_in_its_words(client, delivery, diagnosis) -> None:
    post(client, failure(mark_of(delivery.pk), "5.0.0", diagnosis))
    assert stopped(delivery) == "bad_address"


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_no_failure_changes_nothing(client, delivery, action) -> None:
    assert post(client, failure(mark_of(delivery.pk), action=action)) == 200
    assert Delivery.objects.get().state == "sent"
    assert not Receipt.objects.exists()


def test_a_holiday_changes_nothing(client, delivery) -> None:
    assert post(client, answer(mark_of(delivery.pk))) == 200
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize("make", [failure, complaint])
def test_without_our_secret_mark_nothing_is_believed(client, delivery, make) -> None:
    secret = mark_of(delivery.pk).partition(".")[2]
    for forged in [
        "",
        str(delivery.pk),
        f"{delivery.pk}.{'a' * 16}",
        f"{delivery.pk + 1}.{secret}",
    ]:
        assert post(client, make(forged)) == 200
    assert not Receipt.objects.exists()
    assert stopped(delivery) == ""


@pytest.mark.parametrize("url", ["/hooks/email/", "/hooks/email/?token=", f"{URL}x"])
def test_whoever_does_not_know_the_address_is_refused_and_counted(client, delivery, url) -> None:
    assert post(client, failure(mark_of(delivery.pk)), url) == 403
    assert RefusedCallback.objects.get().count == 1
    assert Delivery.objects.get().state == "sent"


def test_without_a_token_the_address_is_closed(client, delivery, settings) -> None:
    settings.EMAIL_BOUNCE_TOKEN = ""
    assert post(client, failure(mark_of(delivery.pk)), "/hooks/email/?token=") == 403


def test_the_same_letter_twice_changes_nothing_more(client, delivery) -> None:
    for _ in range(3):
        assert post(client, failure(mark_of(delivery.pk))) == 200
    assert Receipt.objects.count() == 1


def test_a_complaint_withdraws_consent_and_the_letter_has_arrived(client, delivery) -> None:
    post(client, complaint(mark_of(delivery.pk)))
    assert Delivery.objects.get().state == "delivered"
    assert stopped(delivery) == "opted_out"
    assert Consent.objects.get(address=delivery.address_id).act == "withdrawn"


def test_the_mark_in_the_envelope_is_enough(client, delivery) -> None:
    letter = failure("none").replace(
        b"To: status@example.com", f"To: bounces+{mark_of(delivery.pk)}@example.com".encode()
    )
    post(client, letter)
    assert stopped(delivery) == "bad_address"


def test_a_server_without_reports_is_read_in_its_words(client, delivery) -> None:
    words = f"""\
From: postmaster@example.net
Subject: failure notice

Sorry. 550 5.1.1 No such user.

--- Below this line is a copy of the message.
Message-ID: <delivery-{mark_of(delivery.pk)}@status.example.com>
"""
    post(client, words.encode())
    assert stopped(delivery) == "bad_address"


@pytest.mark.parametrize("damage", [b"", b"\xff" * 5000, b"Content-Type: multipart/report\r\n\r\n"])
def test_what_nobody_can_read_is_taken_and_says_nothing(client, delivery, damage: bytes) -> None:
    assert post(client, damage) == 200
    assert not Receipt.objects.exists()


def test_a_report_cut_anywhere_never_fails(client, delivery) -> None:
    whole = failure(mark_of(delivery.pk))
    for length in range(0, len(whole), 37):
        assert len(bounces.receipts_in(whole[:length])) <= 1
    nested = b"Content-Type: message/rfc822\r\n\r\n" * 3000
    assert bounces.receipts_in(nested) == []


def test_a_letter_of_half_a_megabyte_is_taken(client, delivery) -> None:
    letter = failure(mark_of(delivery.pk)) + b"x" * (300 * 1024)
    assert post(client, letter) == 200
    assert re.match(r"returned:\d+:5\.1\.1", Receipt.objects.get().key)
