"""E-mail: what is written, and what each answer of a mail server means."""

import re
import socket
import time
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes
from email.policy import default

import pytest
from django.core.mail import EmailMessage

from notifications.channels import provider as find_provider
from notifications.channels.outcomes import Accepted, Failed, NotSent, Outcome, Reason, Unknown
from notifications.channels.smtp import Backend
from tests.notifications.channels.builders import (
    again,
    bulletin,
    closed_port,
    message,
    send,
    tcp_server,
)
from tests.simulator import Simulator

TO = "merchant@example.com"
EMAIL = find_provider("email")


def letter(delivery_id: int = 7, address: str = TO, **values):
    content = EMAIL.compose(bulletin(**values))
    return message(address, delivery_id=delivery_id, content=content)


class Script:
    """A mail server that answers as told: by command, once for each connection."""

    def __init__(self, answers: dict[str, str], greeting: str = "220 hello") -> None:
        self.answers = answers
        self.greeting = greeting
        self.connections = 0
        self.taken: list[bytes] = []
        self.heard: list[str] = []

    def __call__(self, connection: socket.socket) -> None:
        self.connections += 1
        file = connection.makefile("rwb")
        self._say(file, self.greeting)
        for raw in file:
            line = raw.decode().strip()
            self.heard.append(line)
            command = line.split(" ")[0].split(":")[0].upper()
            if not self._answer(file, command):
                return

    def _answer(self, file, command: str) -> bool:
        default = {"DATA": "354 go", "QUIT": "221 bye"}.get(command, "250 ok")
        told = self.answers.get(command, default)
        if told == "hang up":
            return False
        self._say(file, told)
        if command == "DATA" and told.startswith("354"):
            return self._take(file)
        return command != "QUIT"

    def _take(self, file) -> bool:
        lines = []
        for raw in file:
            if raw == b".\r\n":
                self.taken.append(b"".join(lines))
                break
            lines.append(raw)
        told = self.answers.get(".", "250 taken")
        if told == "hang up":
            return False
        self._say(file, told)
        return True

    @staticmethod
    def _say(file, line: str) -> None:
        if line:
            file.write(f"{line}\r\n".encode())
            file.flush()


def send_to(settings, script: Script, *batch) -> list[Outcome]:
    with tcp_server(script) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        return send(EMAIL, *(batch or [letter()]))


class TestWriting:
    def test_the_subject_names_operator_state_and_subject(self) -> None:
        assert EMAIL.compose(bulletin()).subject == "【演示支付】调查中：T+1到账延迟"
        english = EMAIL.compose(bulletin("en")).subject
        assert english == "[DemoPay] Investigating: T+1 payouts are late"

    def test_a_subject_does_not_say_twice_what_the_name_begins_with(self) -> None:
        twice = bulletin(name="到账进度：已到账 40%", status_label="到账进度")
        assert EMAIL.compose(twice).subject == "【演示支付】到账进度：已到账 40%"

    def test_a_subject_is_one_line(self) -> None:
        assert "\n" not in EMAIL.compose(bulletin(name="a\r\nBcc: x@example.com")).subject

    def test_the_text_says_everything_and_where_to_stop(self, settings) -> None:
        text = EMAIL.compose(bulletin("en")).text
        for part in [
            "T+1 payouts are late: Investigating.",
            "Funds are safe.",
            "Next update by 11:15.",
            "(No. 12, CDF3X)",
            "https://status.example.com/en/incidents/abc/",
            f"{settings.SITE_URL}/en/manage/",
            f"{settings.SITE_URL}/en/unsubscribe/",
        ]:
            assert part in text

    def test_html_escapes_what_staff_wrote(self) -> None:
        html = EMAIL.compose(bulletin(name="<b>", body="<script>alert(1)</script>\n& co")).html
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;<br>&amp; co" in html
        assert 'lang="zh-hans"' in html

    def test_both_parts_say_when_and_what_it_concerns(self) -> None:
        said = bulletin("en")
        services = [{"id": "a", "name": {"zh-hans": "T+1 结算", "en": "T+1 settlement"}}]
        content = {**said.document["content"], "components": services}
        written = EMAIL.compose(replace(said, document={**said.document, "content": content}))
        for part in (written.text, written.html):
            assert "Affected services: T+1 settlement" in part
            assert "Published: 21 Feb 2025 10:42 (Beijing time)" in part

    def test_html_says_what_the_text_says(self) -> None:
        content = EMAIL.compose(bulletin("en"))
        written = re.sub(r'<a href="([^"]+)"[^>]*>([^<]*)</a>', r"\2 \1", content.html)
        words = " ".join(re.sub(r"<[^>]+>|&nbsp;", " ", written).split())
        assert " ".join(content.text.split()) == words


class TestSending:
    def test_a_letter_reaches_the_mailbox(self, simulator: Simulator) -> None:
        [outcome] = send(EMAIL, letter())
        [row] = simulator.messages(provider="mail")
        assert isinstance(outcome, Accepted)
        assert row["to"] == TO
        assert "T+1到账延迟" in str(row)

    def test_a_batch_uses_one_connection(self, settings) -> None:
        script = Script({})
        batch = [letter(n, f"m{n}@example.com") for n in range(1, 21)]
        outcomes = send_to(settings, script, *batch)
        assert all(isinstance(outcome, Accepted) for outcome in outcomes)
        assert script.connections == 1

    def test_a_repetition_has_the_same_message_id(self, simulator: Simulator) -> None:
        sent = letter()
        [first], [second] = send(EMAIL, sent), send(EMAIL, again(sent))
        assert first == second
        assert re.fullmatch(r"<delivery-7\.[a-z2-7]{16}@[\w.]+>", first.provider_id)

    def test_headers_tell_programs_that_a_program_wrote(self, settings) -> None:
        seen: list[bytes] = []

        class Keeping(Script):
            def _take(self, file) -> bool:
                for raw in file:
                    seen.append(raw)
                    if raw == b".\r\n":
                        break
                self._say(file, "250 ok")
                return True

        send_to(settings, Keeping({}))
        raw = b"".join(seen).decode()
        assert "Auto-Submitted: auto-generated\r\n" in raw
        assert f"List-Unsubscribe: <{settings.SITE_URL}/manage/>\r\n" in raw
        assert "List-Unsubscribe-Post" not in raw  # it names no reader
        assert "Message-ID: <delivery-7." in raw
        assert "multipart/alternative" in raw

    @pytest.mark.parametrize(
        ("answers", "expected"),
        [
            ({"RCPT": "550 no"}, Failed(Reason.BAD_ADDRESS, "550", suppress=True)),
            ({"RCPT": "551 moved"}, Failed(Reason.BAD_ADDRESS, "551", suppress=True)),
            ({"RCPT": "553 no"}, Failed(Reason.BAD_ADDRESS, "553", suppress=True)),
            ({"RCPT": "511 no"}, Failed(Reason.BAD_ADDRESS, "511", suppress=True)),
            ({"RCPT": "554 no"}, Failed(Reason.BAD_ADDRESS, "554")),
            ({"RCPT": "550 5.1.1 no"}, Failed(Reason.BAD_ADDRESS, "550 5.1.1", suppress=True)),
            ({"RCPT": "552 5.2.2 full"}, Failed(Reason.UNREACHABLE, "552 5.2.2")),
            ({"RCPT": "550 Mailbox full"}, Failed(Reason.UNREACHABLE, "550")),
            ({"RCPT": "550 5.4.1 denied"}, Failed(Reason.BAD_ADDRESS, "550 5.4.1")),
            ({"RCPT": "550 5.7.1 Policy"}, NotSent(Reason.NO_CREDENTIALS, "550 5.7.1")),
            ({"RCPT": "550 Relaying denied"}, NotSent(Reason.NO_CREDENTIALS, "550")),
            ({"RCPT": "554 Your IP is blocked"}, NotSent(Reason.NO_CREDENTIALS, "554")),
            ({"RCPT": "530 Log in"}, NotSent(Reason.NO_CREDENTIALS, "530")),
            ({"RCPT": "503 AUTH first"}, NotSent(Reason.NO_CREDENTIALS, "503")),
            ({"RCPT": "503 Bad sequence"}, NotSent(Reason.PROVIDER_ERROR, "503")),
            ({".": "550 5.7.26 DMARC"}, NotSent(Reason.NO_CREDENTIALS, "550 5.7.26")),
            ({".": "552 5.3.4 too big"}, Failed(Reason.REFUSED_CONTENT, "552 5.3.4")),
            ({"DATA": "554 5.5.1 no"}, NotSent(Reason.PROVIDER_ERROR, "554 5.5.1")),
            ({"RCPT": "550 5.1.1. Unknown."}, Failed(Reason.BAD_ADDRESS, "550 5.1.1", True)),
            ({"RCPT": "554 User unknown, Exim 4.94.2"}, Failed(Reason.BAD_ADDRESS, "554", True)),
            ({"RCPT": "550 5.4.6 Routing loop"}, Failed(Reason.BAD_ADDRESS, "550 5.4.6")),
            ({"RCPT": "550 5.2.9 no"}, Failed(Reason.BAD_ADDRESS, "550 5.2.9")),
            (
                {"RCPT": "550 5.2.1 The user is receiving mail at a rate that prevents more"},
                NotSent(Reason.PROVIDER_ERROR, "550 5.2.1"),
            ),
            ({"RCPT": "550 4.2.1 Busy"}, NotSent(Reason.PROVIDER_ERROR, "550 4.2.1")),
            ({"RCPT": "550 5.3.2 Not now"}, NotSent(Reason.PROVIDER_ERROR, "550 5.3.2")),
            ({"RCPT": "571 no"}, NotSent(Reason.NO_CREDENTIALS, "571")),
            ({"RCPT": "577 no"}, NotSent(Reason.UNKNOWN_CODE, "577")),
            ({".": "577 no"}, NotSent(Reason.UNKNOWN_CODE, "577")),
            ({".": "552 Message size exceeds"}, Failed(Reason.REFUSED_CONTENT, "552")),
            ({".": "421 bye"}, NotSent(Reason.PROVIDER_ERROR, "421")),
            ({"DATA": "hang up"}, NotSent(Reason.CONNECTION, "SMTPServerDisconnected")),
            ({"DATA": "421 bye"}, NotSent(Reason.PROVIDER_ERROR, "421")),
            # It has read the letter: what it means nobody knows.
            ({".": "354 go"}, Unknown(Reason.PROVIDER_ERROR, "354")),
            ({".": "what?"}, Unknown(Reason.PROVIDER_ERROR, "-1")),
            ({"EHLO": "554 5.7.1 no", "HELO": "554 no"}, NotSent(Reason.NO_CREDENTIALS, "554")),
            ({"RCPT": "450 later"}, NotSent(Reason.PROVIDER_ERROR, "450")),
            ({"RCPT": "421 bye"}, NotSent(Reason.PROVIDER_ERROR, "421")),
            ({"MAIL": "550 not you"}, NotSent(Reason.NO_CREDENTIALS, "550")),
            ({"MAIL": "451 later"}, NotSent(Reason.PROVIDER_ERROR, "451")),
            ({"DATA": "451 later"}, NotSent(Reason.PROVIDER_ERROR, "451")),
            ({".": "554 spam"}, Failed(Reason.REFUSED_CONTENT, "554")),
            ({".": "452 full"}, NotSent(Reason.PROVIDER_ERROR, "452")),
            ({".": "hang up"}, Unknown(Reason.CONNECTION, "SMTPServerDisconnected")),
            ({"RCPT": "hang up"}, NotSent(Reason.CONNECTION, "SMTPServerDisconnected")),
            ({"MAIL": "hang up"}, NotSent(Reason.CONNECTION, "SMTPServerDisconnected")),
        ],
    )
    def test_each_answer_of_the_mail_server_leads_to_its_outcome(
        self, settings, answers: dict[str, str], expected: Outcome
    ) -> None:
        assert send_to(settings, Script(answers), letter()) == [expected]

    @pytest.mark.parametrize("answers", [{"RCPT": "252 maybe"}, {".": "251 ok"}, {".": "259 ok"}])
    def test_every_positive_answer_is_one(self, settings, answers: dict[str, str]) -> None:
        [outcome] = send_to(settings, Script(answers))
        assert isinstance(outcome, Accepted)

    def test_a_server_that_ends_a_connection_after_some_letters_gets_the_rest_over_others(
        self, settings
    ) -> None:
        class Tired(Script):
            def __call__(self, connection: socket.socket) -> None:
                self.left = 2
                super().__call__(connection)

            def _answer(self, file, command: str) -> bool:
                if command == "MAIL" and not self.left:
                    self._say(file, self.goodbye)
                    return False
                self.left -= command == "MAIL"
                return super()._answer(file, command)

        for goodbye in ("421 4.7.0 Too many messages", ""):
            script = Tired({})
            script.goodbye = goodbye
            outcomes = send_to(settings, script, *(letter(n) for n in range(1, 6)))
            assert [type(outcome) for outcome in outcomes] == [Accepted] * 5
            assert (script.connections, len(script.taken)) == (3, 5)

    def test_one_bad_mailbox_does_not_hold_up_the_next(self, settings) -> None:
        class OneBad(Script):
            def _answer(self, file, command: str) -> bool:
                self.answers = {"RCPT": "550 no"} if "bad@" in self.heard[-1] else {}
                return super()._answer(file, command)

        script = OneBad({})
        outcomes = send_to(settings, script, letter(1, "bad@example.com"), letter(2))
        assert isinstance(outcomes[0], Failed)
        assert isinstance(outcomes[1], Accepted)
        assert script.connections == 1

    def test_after_a_hang_up_the_next_letter_has_a_new_connection(self, settings) -> None:
        script = Script({".": "hang up"})
        outcomes = send_to(settings, script, letter(1), letter(2))
        assert [type(outcome) for outcome in outcomes] == [Unknown, Unknown]
        assert script.connections == 2

    def test_a_server_that_refuses_connections_has_sent_nothing(self, settings) -> None:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed_port()
        assert send(EMAIL, letter()) == [NotSent(Reason.CONNECTION, "ConnectionRefusedError")]

    @pytest.mark.parametrize(
        ("greeting", "expected"),
        [
            ("554 no service", NotSent(Reason.NO_CREDENTIALS, "554")),
            ("571 5.7.1 not you", NotSent(Reason.NO_CREDENTIALS, "571 5.7.1")),
            ("421 later", NotSent(Reason.PROVIDER_ERROR, "421")),
        ],
    )
    def test_a_server_that_greets_with_no_has_sent_nothing(
        self, settings, greeting: str, expected: Outcome
    ) -> None:
        assert send_to(settings, Script({}, greeting=greeting)) == [expected]

    def test_a_server_without_tls_or_login_waits_for_whoever_sets_it_right(self, settings) -> None:
        refused = [NotSent(Reason.NO_CREDENTIALS, "SMTPNotSupportedError")]
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "x"
        assert send_to(settings, Script({})) == refused
        settings.EMAIL_USE_TLS = True
        assert send_to(settings, Script({})) == refused

    def test_a_password_that_no_server_can_take_is_no_crash(self, settings) -> None:
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "x", "密码"
        script = Script({"EHLO": "250-here\r\n250 AUTH PLAIN"})
        assert send_to(settings, script) == [NotSent(Reason.NO_CREDENTIALS, "UnicodeEncodeError")]

    def test_a_login_that_fails_for_now_is_no_wrong_password(self, settings) -> None:
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "x"
        script = Script({"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "454 4.7.0 later"})
        assert send_to(settings, script) == [NotSent(Reason.PROVIDER_ERROR, "454 4.7.0")]

    def test_a_server_that_says_nothing_has_sent_nothing(self, settings, impatient) -> None:
        [outcome] = send_to(settings, Script({}, greeting=""))
        assert outcome == NotSent(Reason.CONNECTION, "SMTPServerDisconnected")

    def test_silence_after_the_letter_leaves_it_open(self, settings, impatient) -> None:
        assert send_to(settings, Script({".": ""})) == [
            Unknown(Reason.TIMEOUT, "SMTPServerDisconnected")
        ]

    def test_wrong_credentials_are_not_the_readers_fault(self, settings) -> None:
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "x"
        script = Script({"EHLO": "250-here\r\n250 AUTH PLAIN", "AUTH": "535 no"})
        assert send_to(settings, script) == [NotSent(Reason.NO_CREDENTIALS, "535")]

    def test_an_address_with_a_line_break_is_refused_unsent(self, settings) -> None:
        script = Script({})
        [outcome] = send_to(settings, script, letter(1, "a@example.com\nBcc: b@example.com"))
        assert isinstance(outcome, Failed)
        assert not [line for line in script.heard if line.startswith("RCPT")]

    @pytest.mark.parametrize("late", ["MAIL", "RCPT", "DATA"])
    def test_a_server_so_slow_that_the_lease_ends_gets_no_letter(self, settings, late) -> None:
        script = Script({})
        ours = replace(
            letter(), ours=lambda: not any(line.upper().startswith(late) for line in script.heard)
        )
        assert send_to(settings, script, ours) == [NotSent(Reason.OTHER, "lease")]
        assert not script.taken

    def test_letters_of_django_are_as_plain_for_a_server_and_signed(self, settings) -> None:
        script = Script({})
        with tcp_server(script) as port:
            settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
            invitation = EmailMessage("您的账号 " * 12, "设置密码：\n.\n", to=[TO])
            invitation.connection = Backend()
            assert invitation.send() == 1
        [taken] = script.taken
        assert taken.isascii()
        assert re.search(rb"(?m)^Subject: =\?utf-8\?B\?", taken)
        assert b"Auto-Submitted: auto-generated\r\n" in taken
        shown = message_from_bytes(taken, policy=default)
        assert shown["Subject"] == ("您的账号 " * 12).strip()

    def test_dots_that_begin_a_line_are_doubled(self, settings) -> None:
        script = Script({})
        send_to(settings, script, letter(language="en", body="one\n.\n.two"))
        [taken] = script.taken
        assert b"one\r\n..\r\n..two\r\n" in taken


class Dripping(Script):
    """A mail server that answers so slowly that its answer never ends, byte by byte."""

    def _say(self, file, line: str) -> None:  # type: ignore[override]
        if line != "drip":
            return super()._say(file, line)
        with suppress(OSError):  # whoever waited for it has gone
            while True:
                file.write(b"2")
                file.flush()
                time.sleep(0.1)


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (Dripping({}, greeting="drip"), NotSent),
        (Dripping({"EHLO": "drip"}), NotSent),
        (Dripping({"RCPT": "drip"}), NotSent),
        (Dripping({".": "drip"}), Unknown),
    ],
    ids=["greeting", "EHLO", "RCPT", "taken"],
)
def test_an_answer_that_never_ends_is_not_waited_for(settings, script: Script, kind: type) -> None:
    settings.DELIVERY_TIMEOUT_SECONDS = 0.5
    began = time.monotonic()
    [outcome] = send_to(settings, script)
    assert isinstance(outcome, kind)
    assert outcome.reason in {Reason.CONNECTION, Reason.TIMEOUT}
    assert time.monotonic() - began < 10
