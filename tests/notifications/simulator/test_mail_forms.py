"""Mail in every form that a mail program may give it: parts, alphabets, and damage."""

import smtplib
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP, SMTPUTF8

import pytest

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.pages import get

BOX = "shop@example.com"
BOX_PATH = "/mailboxes/shop%40example.com"


def post(simulator: Simulator, mail: bytes, to: str = BOX, sender: str = "a@example.com") -> None:
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        assert connection.sendmail(sender, [to], mail) == {}


def kept(simulator: Simulator) -> dict[str, object]:
    (row,) = simulator.messages(provider="mail")
    return {"body": row["body"], **row["details"]}


@pytest.mark.parametrize("charset", ["utf-8", "gb2312", "gb18030", "big5", "utf-16"])
def test_a_text_is_readable_in_every_alphabet(simulator: Simulator, charset: str) -> None:
    post(simulator, MIMEText("中文", "plain", charset).as_bytes(policy=SMTP))
    assert str(kept(simulator)["body"]).strip() == "中文"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("7bit", b"plain"),
        ("8bit", "中文".encode()),
        ("quoted-printable", b"=E4=B8=AD=E6=96=87"),
        ("base64", b"5Lit5paH"),
    ],
)
def test_a_text_is_readable_in_every_encoding(
    simulator: Simulator, encoding: str, body: bytes
) -> None:
    head = f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
    post(simulator, head.encode() + b"\r\n\r\n" + body + b"\r\n")
    assert str(kept(simulator)["body"]).strip() in {"plain", "中文"}


@pytest.mark.parametrize("charset", ["x-none", "rot13", "", "utf-8\x00"])
def test_an_alphabet_that_nobody_knows_loses_no_mail(simulator: Simulator, charset: str) -> None:
    head = f'Subject: x\r\nContent-Type: text/plain; charset="{charset}"'
    post(simulator, f"{head}\r\n\r\nhello\r\n".encode())
    assert "hello" in str(kept(simulator)["body"])


@pytest.mark.parametrize(
    "mail",
    [
        b"",
        b"no header at all",
        b"Subject: \xff\xfe\r\n\r\n\xff\xfe\r\n",
        b"Subject: =?x-none?q?abc?=\r\nFrom: @@@\r\nTo: ,,,\r\n\r\n",
        b"Content-Type: multipart/mixed\r\n\r\nno boundary\r\n",
        b"Content-Type: multipart/related\r\n\r\nno boundary\r\n",
        b"Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nno end",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!\r\n",
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: odd\r\n\r\nx\r\n",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nx\r\n",
        b"Content-Type: \xff\r\n\r\nx\r\n",
        b"List-Unsubscribe: <http://[>, <mailto:\xff>\r\n\r\nx\r\n",
        b"Message-ID: <[unclosed\r\n\r\nx\r\n",
    ],
)
def test_a_damaged_mail_is_kept_and_its_page_stands(simulator: Simulator, mail: bytes) -> None:
    post(simulator, mail)
    assert len(simulator.messages(provider="mail")) == 1
    assert 'data-testid="mail"' in get(simulator, BOX_PATH)


def test_the_plain_text_is_found_deep_inside(simulator: Simulator) -> None:
    inner = MIMEMultipart("alternative")
    inner.attach(MIMEText("纯文本", "plain"))
    inner.attach(MIMEText("<p>网页</p>", "html"))
    outer = MIMEMultipart("mixed")
    outer.attach(inner)
    outer.attach(MIMEApplication(b"%PDF", "pdf"))
    post(simulator, outer.as_bytes(policy=SMTP))
    assert (kept(simulator)["body"], kept(simulator)["html"]) == ("纯文本", "<p>网页</p>")


def test_an_attachment_is_not_taken_for_the_text(simulator: Simulator) -> None:
    outer = MIMEMultipart("mixed")
    attached = MIMEText("attached", "plain")
    attached.add_header("Content-Disposition", "attachment", filename="a.txt")
    outer.attach(attached)
    post(simulator, outer.as_bytes(policy=SMTP))
    assert kept(simulator)["body"] == ""


def test_a_mail_of_html_alone_has_no_text(simulator: Simulator) -> None:
    post(simulator, MIMEText("<b>x</b>", "html").as_bytes(policy=SMTP))
    assert kept(simulator)["body"] == ""
    assert str(kept(simulator)["html"]).strip() == "<b>x</b>"


def test_a_header_in_chinese_is_decoded(simulator: Simulator) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "扫码支付：已恢复", "明示 <notice@example.com>"
    mail.set_content("x")
    post(simulator, mail.as_bytes(policy=SMTP))
    assert kept(simulator)["subject"] == "扫码支付：已恢复"
    assert kept(simulator)["from"] == "明示 <notice@example.com>"
    assert "扫码支付：已恢复" in get(simulator, BOX_PATH)


def test_an_address_in_chinese_has_a_mailbox(simulator: Simulator) -> None:
    mail = MIMEText("x")
    mail["To"] = "商户@example.com"
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        connection.sendmail(
            "a@example.com",
            ["商户@example.com"],
            mail.as_bytes(policy=SMTPUTF8),
            mail_options=["SMTPUTF8"],
        )
    assert [row["to"] for row in simulator.messages(provider="mail")] == ["商户@example.com"]


def test_a_line_that_begins_with_a_dot_stays_as_it_is(simulator: Simulator) -> None:
    post(simulator, b"Subject: x\r\n\r\n.first\r\n..second\r\n")
    assert str(kept(simulator)["body"]).split() == [".first", "..second"]


def test_a_mail_over_ten_megabytes_is_refused(simulator: Simulator) -> None:
    with pytest.raises(smtplib.SMTPResponseException) as caught:
        post(simulator, b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" + b"y" * (10 * 1024 * 1024))
    assert 500 <= caught.value.smtp_code < 600
    assert simulator.messages() == []


def test_a_mail_without_a_subject_is_shown_as_such(simulator: Simulator) -> None:
    post(simulator, b"From: a@example.com\r\n\r\nx\r\n")
    assert "（无主题）" in get(simulator, BOX_PATH)


def test_the_newest_mail_is_first(simulator: Simulator) -> None:
    for subject in ("first", "second"):
        post(simulator, f"Subject: {subject}\r\n\r\nx\r\n".encode())
    page = get(simulator, BOX_PATH)
    assert page.index("second") < page.index("first")


def test_one_connection_carries_many_mails(simulator: Simulator) -> None:
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        for number in range(20):
            connection.sendmail("a@example.com", [f"m{number}@example.com"], b"\r\n\r\nx\r\n")
    assert len(simulator.messages(provider="mail")) == 20


def test_a_mail_without_a_sender_is_kept(simulator: Simulator) -> None:
    post(simulator, b"Subject: bounce\r\n\r\nx\r\n", sender="")
    assert simulator.messages(provider="mail")[0]["sender"] == "<>"
