"""Letters as mail programs see them: headers, threads, both parts, one click and the signature."""

import re
from dataclasses import replace
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from html.parser import HTMLParser

import dkim
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from notifications.channels import provider as find_provider
from notifications.channels.base import Message, Note
from notifications.channels.mail.dkim_signature import CannotSign
from notifications.channels.mail.headers import text_header
from notifications.channels.mail.letter import UnusableAddress, letter_of
from notifications.channels.mail.marks import delivery_id_in, mark_of
from notifications.channels.outcomes import NotSent, Reason
from tests.notifications.channels.builders import bulletin, message, send

EMAIL = find_provider("email")
STOP = "https://status.example.com/unsubscribe/A-token_of-this-reader/"


def written(language: str = "zh-hans", stop: str = STOP, **values) -> Message:
    content = EMAIL.compose(bulletin(language, **values))
    return replace(message("m@example.com", content=content), stop_url=stop)


def raw(sent: Message) -> bytes:
    return letter_of(sent).content


def read(sent: Message) -> EmailMessage:
    return message_from_bytes(raw(sent), policy=default)


def part(sent: Message, kind: str) -> str:
    return read(sent).get_body((kind,)).get_content()


class TestHeaders:
    @pytest.mark.parametrize("name", ["短", "T+1到账延迟" * 30, "到账 🏦" * 20, "é" * 100])
    def test_the_subject_begins_on_the_first_line_and_is_whole(self, name: str) -> None:
        sent = written(name=name)
        head = raw(sent).partition(b"\r\n\r\n")[0].decode("ascii")
        [first] = [line for line in head.split("\r\n") if line.startswith("Subject:")]
        assert re.match(r"Subject: =\?utf-8\?B\?\S+\?=$", first)
        subject = re.search(r"(?m)^Subject:.*\r\n(?: .*\r\n)*", head)[0]
        assert all(len(line) <= 78 for line in subject.split("\r\n"))
        assert str(make_header(decode_header(read(sent)["Subject"]))) == sent.content.subject

    def test_each_encoded_word_is_whole_characters(self) -> None:
        shown = text_header("Subject", "到账延迟🏦" * 20)
        for word in shown.split()[1:]:
            [(chunk, _charset)] = decode_header(word)
            chunk.decode("utf-8")

    def test_a_picture_of_several_characters_stays_one(self) -> None:
        family = "👨\u200d👩\u200d👧"
        shown = text_header("Subject", f"到账 {family}")
        assert family in str(make_header(decode_header(shown.removeprefix("Subject:"))))

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_marks_that_turn_the_direction_are_left_out(self, kind: str) -> None:
        turned = written(name="到账\u202e延迟", body="\u2066正文\u2069", details=("一\u200f：二",))
        said = part(turned, kind) + str(read(turned)["Subject"])
        assert not re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069]", said)
        assert "到账延迟" in said

    @pytest.mark.parametrize(
        "operator", ["A very long name of a firm " * 60, "甲" * 400, "DemoPay, Inc."]
    )
    def test_a_senders_name_is_whole_and_no_line_is_long(self, operator: str) -> None:
        sent = written(operator=operator)
        assert max(map(len, raw(sent).split(b"\r\n"))) <= 998
        head = raw(sent).decode("ascii")
        sender = re.search(r"(?m)^From:(.*\r\n(?: .*\r\n)*)", head)[1].replace("\r\n", "")
        name, address = parseaddr(str(make_header(decode_header(sender.strip()))))
        assert (name, address) == (operator.strip(), "status@example.com")

    def test_no_text_begins_another_header(self) -> None:
        assert "\r\nBcc" not in text_header("Subject", "a\r\nBcc: x@example.com")
        note = Note("code", "en", "Op\r\nBcc: x@example.com", "1234", "Your\ncode")
        sent = message("m@example.com", content=EMAIL.compose_note(note))
        assert read(sent)["Bcc"] is None

    def test_letters_about_one_incident_thread_and_others_do_not(self) -> None:
        first, second = written(), written(number=13, status="resolved")
        other = written(url="https://status.example.com/incidents/other/")
        english = written("en")
        threads = [read(one)["References"] for one in (first, second, other, english)]
        assert threads[0] == threads[1] == threads[3]
        assert threads[0] != threads[2]
        assert read(first)["In-Reply-To"] == threads[0]
        assert re.fullmatch(r"<[\w-]+@[\w.]+>", threads[0])

    def test_the_list_has_one_name_in_every_letter(self) -> None:
        names = {read(one)["List-Id"] for one in (written(), written("en", number=40))}
        assert len(names) == 1
        assert re.fullmatch(r"<statements\.[\w.]+>", names.pop())

    def test_one_click_needs_the_readers_own_address(self) -> None:
        own, nobody = read(written()), read(written(stop=""))
        assert own["List-Unsubscribe"] == f"<{STOP}>"
        assert own["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert nobody["List-Unsubscribe-Post"] is None
        assert "/manage/" in nobody["List-Unsubscribe"]

    def test_a_code_is_no_letter_to_a_list(self) -> None:
        note = Note("code", "en", "DemoPay", "Your code is 123456.", "Your code")
        shown = read(message("m@example.com", content=EMAIL.compose_note(note)))
        assert shown["From"].startswith("DemoPay <")
        assert [shown[name] for name in ("List-Id", "List-Unsubscribe", "Precedence")] == [None] * 3
        assert "123456" in shown.get_content()

    @pytest.mark.parametrize(
        "address", ["a@b.example\nBcc: c@d.example", "a", "@b.example", "a b@c.example", "<a@b.c>"]
    )
    def test_no_letter_goes_to_what_is_no_address(self, address: str) -> None:
        with pytest.raises(UnusableAddress):
            letter_of(replace(written(), address=address))


class TestBody:
    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_every_byte_has_seven_bits_and_no_line_is_long(self, language: str) -> None:
        content = raw(written(language, body="到账延迟，" * 300 + "x" * 1200))
        assert content.isascii()
        assert max(map(len, content.split(b"\r\n"))) <= 998
        assert b"\n" not in content.replace(b"\r\n", b"")
        encodings = {
            one["Content-Transfer-Encoding"]
            for one in message_from_bytes(content, policy=default).walk()
            if not one.is_multipart()
        }
        assert encodings <= {"quoted-printable", "base64"}

    def test_a_plain_and_an_html_part_say_what_was_composed(self) -> None:
        sent = written(stop="")
        assert part(sent, "plain").splitlines() == sent.content.text.splitlines()
        assert part(sent, "html").splitlines() == sent.content.html.splitlines()

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_each_part_leads_to_the_readers_own_page_and_only_there(self, kind: str) -> None:
        text = part(written("en"), kind)
        assert text.count(STOP) == 1
        assert text.count("/unsubscribe/") == 1

    @pytest.mark.parametrize("kind", ["plain", "html"])
    def test_links_are_in_the_readers_language(self, settings, kind: str) -> None:
        site = re.escape(settings.SITE_URL)
        for language, prefix in [("en", "/en/"), ("zh-hans", "/")]:
            links = re.findall(rf"{site}(/[\w/]*)", part(written(language, stop=""), kind))
            assert sorted(links) == [f"{prefix}manage/", f"{prefix}unsubscribe/"]

    def test_html_loads_nothing_and_has_only_inline_style(self) -> None:
        html = part(written(body="<img src=https://evil.example/x.png>"), "html")
        seen: list[tuple[str, dict[str, str | None]]] = []

        class Reader(HTMLParser):
            def handle_starttag(self, tag, attrs):
                seen.append((tag, dict(attrs)))

        Reader().feed(html)
        assert {tag for tag, _ in seen}.isdisjoint({"img", "link", "style", "script", "iframe"})
        assert not any({"src", "background", "srcset"} & set(attributes) for _, attributes in seen)
        assert "url(" not in html
        assert "@import" not in html


class TestMarks:
    def test_a_mark_names_its_delivery_in_any_case(self) -> None:
        assert delivery_id_in([f"bounces+{mark_of(7).upper()}@example.com"]) == 7

    def test_a_guessed_mark_names_none(self) -> None:
        secret = mark_of(7).partition(".")[2]
        assert delivery_id_in([f"8.{secret}", f"7.{'a' * 16}", "7", ""]) is None

    def test_the_envelope_names_the_delivery_where_the_server_takes_it(self, settings) -> None:
        settings.EMAIL_BOUNCE_ADDRESS = "bounces+{id}@example.com"
        assert letter_of(written()).sender == f"bounces+{mark_of(7)}@example.com"
        settings.EMAIL_BOUNCE_ADDRESS = ""
        assert letter_of(written()).sender == "status@example.com"


@pytest.fixture
def key(settings) -> bytes:
    """Set a key that signs, and return its public half as the DNS has it."""
    private = rsa.generate_private_key(65537, 2048)
    settings.EMAIL_DKIM_DOMAIN, settings.EMAIL_DKIM_SELECTOR = "example.com", "s1"
    settings.EMAIL_DKIM_KEY = private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    ).decode()
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + b"".join(public.splitlines()[1:-1])


class TestSignature:
    def verified(self, content: bytes, key: bytes) -> bool:
        return dkim.verify(content, dnsfunc=lambda name, **_: key)

    def test_a_letter_is_signed_with_the_headers_of_one_click(self, key: bytes) -> None:
        content = raw(written())
        assert self.verified(content, key)
        signature = read(written())["DKIM-Signature"].replace(" ", "")
        covered = re.search(r"h=([\w:-]+)", signature)[1].lower().split(":")
        assert {"list-unsubscribe", "list-unsubscribe-post", "from", "subject"} <= set(covered)

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b"A-token_of-this", b"B-token_of-this"),
            (b"List-Unsubscribe=One-Click", b"List-Unsubscribe=Two-Click"),
            (b"To: m@", b"To: n@"),
            (b"\r\nSubject:", b"\r\nSubject: forged\r\nSubject:"),
            (b"\r\nDate:", b"\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\nDate:"),
            (
                b"\r\nList-Unsubscribe:",
                b"\r\nList-Unsubscribe: <https://evil.example/>\r\nList-Unsubscribe:",
            ),
            # Not there before: neither may be put in.
            (b"\r\nSubject:", b"\r\nReply-To: evil@example.net\r\nSubject:"),
            (b"\r\nSubject:", b"\r\nCc: evil@example.net\r\nSubject:"),
        ],
    )
    def test_a_change_breaks_the_signature(self, key: bytes, old: bytes, new: bytes) -> None:
        content = raw(written())
        assert old in content
        assert not self.verified(content.replace(old, new, 1), key)

    def test_without_a_key_the_relay_signs(self) -> None:
        assert read(written())["DKIM-Signature"] is None

    def test_a_key_in_one_line_signs_too(self, settings, key: bytes) -> None:
        settings.EMAIL_DKIM_KEY = settings.EMAIL_DKIM_KEY.replace("\n", "\\n")
        assert self.verified(raw(written()), key)

    def test_a_letter_that_cannot_be_signed_waits(self, settings, key: bytes) -> None:
        settings.EMAIL_DKIM_KEY = "-----BEGIN PRIVATE KEY-----AAAA-----END PRIVATE KEY-----"
        with pytest.raises(CannotSign):
            letter_of(written())
        assert send(EMAIL, written()) == [NotSent(Reason.NO_CREDENTIALS, "CannotSign")]
