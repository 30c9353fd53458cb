"""Letters that come back, as our mail server posts them: believed by their secret mark alone."""

import base64
import quopri
import re
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from notifications.channels.addresses import AddressKind
from notifications.channels.mail import bounces
from notifications.channels.mail.marks import mark_of
from notifications.delivery.broadcasts import expand
from notifications.delivery.claim import claim
from notifications.delivery.models import Delivery, Receipt, RefusedCallback
from notifications.delivery.receipts import receipts_apply
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import Contact
from notifications.subscribers.models import Address, Consent, SignUp
from notifications.subscribers.services.signups import signup_request
from notifications.subscribers.services.subscriptions import (
    addresses_reactivate,
    subscription_confirm,
)
from tests.factories import make_address, open_incident

pytestmark = pytest.mark.django_db
MAIL = "merchant@example.com"
TOKEN = "a-token-of-the-mail-server"
URL = f"/hooks/email/?token={TOKEN}"


@pytest.fixture(autouse=True)
def _token(settings) -> None:
    settings.EMAIL_BOUNCE_TOKEN = TOKEN
    settings.EMAIL_HOST = "127.0.0.1"


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


def code_sent(clear: str) -> SignUp:
    """Return a sign-up for which a code was asked, as if it had been typed since."""
    contact = Contact("email", AddressKind.EMAIL, clear)
    return signup_request(contact=contact, choices=Choices("en"), client_ip="192.0.2.1")


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


def test_a_mailbox_that_gets_too_much_just_now_is_not_stopped(client, delivery) -> None:
    diagnosis = "550 5.2.1 The user you are trying to contact is receiving mail at a rate that"
    post(client, failure(mark_of(delivery.pk), "5.2.1", diagnosis))
    assert Delivery.objects.get().reason == "unreachable"
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


def several(*blocks: tuple[str, str]) -> bytes:
    """Return the blocks of a report about several recipients, by action and status."""
    shown = [
        f"Final-Recipient: rfc822; m{n}@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        for n, (action, status) in enumerate(blocks)
    ]
    return "\r\n".join(shown).encode()


def about(delivery: Delivery, *blocks: tuple[str, str]) -> bytes:
    whole = failure(mark_of(delivery.pk))
    before, after = whole.index(b"Final-Recipient"), whole.index(b"--b\r\nContent-Type: text/rfc8")
    return whole[:before] + several(*blocks) + b"\r\n" + whole[after:]


@pytest.mark.parametrize("other", ["delivered", "relayed", "expanded", "delayed"])
def test_of_several_whom_an_alias_serves_one_that_fails_says_nothing(
    client, delivery, other: str
) -> None:
    post(client, about(delivery, ("failed", "5.1.1"), (other, "2.0.0")))
    assert Delivery.objects.get().state == "sent"
    assert stopped(delivery) == ""


def test_of_several_that_fail_the_mildest_word_counts(client, delivery) -> None:
    post(client, about(delivery, ("failed", "5.1.1"), ("failed (full)", "5.2.2")))
    assert (Delivery.objects.get().code, stopped(delivery)) == ("5.2.2", "")


def test_several_that_do_not_exist_stop_the_address(client, delivery) -> None:
    post(client, about(delivery, ("failed", "5.1.1"), ("failed", "5.1.1")))
    assert stopped(delivery) == "bad_address"


def encoded(letter: bytes, kind: str, encode: Callable[[bytes], bytes]) -> bytes:
    """Return a report whose part for programs is encoded."""
    head, rest = letter.split(b"Content-Type: message/delivery-status\r\n\r\n")
    report, after = rest.split(b"\r\n--b\r\n", 1)
    name = b"base64" if encode is base64.encodebytes else b"quoted-printable"
    start = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: ".encode() + name
    return head + start + b"\r\n\r\n" + encode(report) + b"\r\n--b\r\n" + after


@pytest.mark.parametrize("kind", ["message/delivery-status", "message/global-delivery-status"])
@pytest.mark.parametrize("encode", [base64.encodebytes, quopri.encodestring])
def test_an_encoded_or_international_report_is_read(client, delivery, kind, encode) -> None:
    post(client, encoded(failure(mark_of(delivery.pk)), kind, encode))
    assert stopped(delivery) == "bad_address"


def test_an_international_report_as_it_is_read_too(client, delivery) -> None:
    report = failure(mark_of(delivery.pk)).replace(
        b"message/delivery-", b"message/global-delivery-"
    )
    post(client, report)
    assert stopped(delivery) == "bad_address"


@pytest.mark.parametrize(
    "words",
    [
        "Call us at 400-800-1234 or 550-1234567.",
        "Delivery is delayed. 550 5.1.1 was the answer; we are still trying.",
        "451 4.4.1 No answer from host.",
        "250 2.1.5 Delivered.",
    ],
)
def test_a_postmaster_who_says_nothing_final_changes_nothing(client, delivery, words) -> None:
    mark = mark_of(delivery.pk)
    post(client, f"From: PostMaster@example.net\n\n{words}\nMessage-ID: {mark}\n".encode())
    assert Delivery.objects.get().state == "sent"


@pytest.mark.parametrize(
    "words",
    [
        "550 Mailbox not found. http://service.mail.example/detail/0/122",
        "550 The recipient may contain a non-existent account",
        "550 Invalid User",
        "553 sorry, no mailbox here by that name",
        "554 RCPT (m@example.com) dosn't exist",
        "550 Unknown local part",
    ],
)
def test_the_words_of_many_servers_are_known(client, delivery, words: str) -> None:
    post(client, failure(mark_of(delivery.pk), "5.0.0", words))
    assert stopped(delivery) == "bad_address"


def test_a_late_report_does_not_stop_an_address_that_was_proved_since(client, delivery) -> None:
    Delivery.objects.update(sent_at=Now())
    signup = code_sent(MAIL)
    subscription_confirm(signup=signup)
    post(client, failure(mark_of(delivery.pk)))
    assert Delivery.objects.get().state == "undelivered"
    assert stopped(delivery) == ""


def test_nor_one_that_staff_reactivated_since(client, delivery) -> None:
    Delivery.objects.update(sent_at=Now())
    post(client, failure(mark_of(delivery.pk)))
    assert addresses_reactivate([delivery.address_id]) == 1
    post(client, failure(mark_of(delivery.pk), "5.1.10", "550 5.1.10 none"))
    assert stopped(delivery) == ""


def test_a_complaint_counts_however_old_the_letter_is(client, delivery) -> None:
    Delivery.objects.update(sent_at=Now())
    subscription_confirm(signup=code_sent(MAIL))
    post(client, complaint(mark_of(delivery.pk)))
    assert stopped(delivery) == "opted_out"


class TestLettersThatNeverArrive:
    """A full mailbox stops nothing, until nothing has arrived on five days."""

    def letters(self, days: Sequence[int]) -> list[Delivery]:
        make_address(MAIL, "email")
        made = []
        for day in days:
            said = open_incident()
            expand(said.number)
            one = Delivery.objects.get(statement_id=said.number)
            sent = timezone.now() - timedelta(days=day)
            Delivery.objects.filter(pk=one.pk).update(state="sent", sent_at=sent)
            made.append(one)
        return made

    def full(self, client, *letters: Delivery) -> str:
        for one in letters:
            post(client, failure(mark_of(one.pk), "5.2.2", "552 5.2.2 Mailbox full"))
        return Address.objects.get().suppressed_for

    def test_five_days_stop_it(self, client) -> None:
        letters = self.letters([9, 8, 7, 6, 5])
        assert self.full(client, *letters[:4]) == ""
        assert self.full(client, letters[4]) == "unreachable"

    def test_five_letters_of_four_days_do_not(self, client) -> None:
        assert self.full(client, *self.letters([8, 7, 6, 5, 5])) == ""

    def test_one_that_arrived_in_between_begins_anew(self, client) -> None:
        letters = self.letters([9, 8, 7, 6, 5, 4])
        assert self.full(client, *letters[:2], *letters[3:]) == ""

    def test_newer_letters_say_nothing_yet_and_reports_come_in_any_order(self, client) -> None:
        letters = self.letters([9, 8, 7, 6, 5, 1])
        assert self.full(client, *reversed(letters[:5])) == "unreachable"

    def test_what_came_back_before_a_new_subscription_does_not_count(self, client) -> None:
        letters = self.letters([9, 8, 7, 6, 5])
        Address.objects.update(revived_at=timezone.now() - timedelta(days=6, hours=12))
        assert self.full(client, *letters) == ""

    def test_a_policy_or_a_fault_of_ours_never_stops_it(self, client) -> None:
        for one in self.letters([9, 8, 7, 6, 5]):
            post(client, failure(mark_of(one.pk), "5.7.1", "550 5.7.1 Refused by policy"))
        assert Address.objects.get().suppressed_for == ""


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


def in_html(mark: str, words: str) -> bytes:
    """Return a letter of a postmaster's as QQ writes it: a page alone, and the letter returned."""
    body = base64.encodebytes(f"<style>b {{}}</style><p>{words}</p>".encode("gb18030")).decode()
    return f"""\
From: PostMaster@qq.com
To: status@example.com
Subject: returned
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/html; charset=gb18030
Content-Transfer-Encoding: base64

{body}
--b
Content-Type: message/rfc822

Message-ID: <delivery-{mark}@status.example.com>
Subject: x

x
--b--
""".encode()


def test_a_server_that_writes_html_alone_is_read_too(client, delivery) -> None:
    words = "退信原因：<b>host mx.example.net said: 550&nbsp;Mailbox not found</b>"
    post(client, in_html(mark_of(delivery.pk), words))
    assert Delivery.objects.get().state == "undelivered"
    assert stopped(delivery) == "bad_address"


@pytest.mark.parametrize("words", ["550 busy，系统将继续尝试投递。", "邮件投递延迟：550 5.1.1"])
def test_a_letter_that_is_still_on_its_way_changes_nothing(client, delivery, words: str) -> None:
    post(client, in_html(mark_of(delivery.pk), words))
    assert Delivery.objects.get().state == "sent"


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
