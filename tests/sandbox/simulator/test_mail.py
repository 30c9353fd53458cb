"""The simulated mail server and its mailboxes."""

import smtplib
from email.message import EmailMessage
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP

import pytest

from tests.sandbox.simulator.pages import get
from tests.simulator import Simulator

BOX_PATH = "/mailboxes/shop%40example.com"


def mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "扫码支付：监控中"
    message["From"] = "明示 <notice@example.com>"
    message["To"] = "shop@example.com"
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content("您好，扫码支付已恢复。")
    message.add_alternative("<p>您好，<b>扫码支付</b>已恢复。</p>", subtype="html")
    return message


def post(simulator: Simulator, message: EmailMessage, *recipients: str) -> None:
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        connection.send_message(message, to_addrs=recipients or None)


def test_a_mail_is_kept_with_both_its_parts(simulator: Simulator) -> None:
    post(simulator, mail())
    (row,) = simulator.messages(provider="mail", to="shop@example.com")
    assert row["details"]["subject"] == "扫码支付：监控中"
    assert row["details"]["from"] == "明示 <notice@example.com>"
    assert row["body"].strip() == "您好，扫码支付已恢复。"
    assert "<b>扫码支付</b>" in row["details"]["html"]
    assert row["sender"] == "notice@example.com"


def test_a_mail_keeps_its_unsubscribe_headers(simulator: Simulator) -> None:
    post(
        simulator,
        mail(
            List_Unsubscribe="<http://127.0.0.1:8000/u/1>",
            List_Unsubscribe_Post="List-Unsubscribe=One-Click",
            Message_ID="<1@example.com>",
        ),
    )
    details = simulator.messages(provider="mail")[0]["details"]
    assert details["list_unsubscribe"] == "<http://127.0.0.1:8000/u/1>"
    assert details["list_unsubscribe_post"] == "List-Unsubscribe=One-Click"
    assert details["message_id"] == "<1@example.com>"
    assert ["To", "shop@example.com"] in details["headers"]


def test_each_recipient_has_a_copy(simulator: Simulator) -> None:
    post(simulator, mail(), "a@example.com", "b@example.com")
    rows = simulator.messages(provider="mail")
    assert [row["to"] for row in rows] == ["a@example.com", "b@example.com"]


def test_the_mailbox_shows_the_mail(simulator: Simulator) -> None:
    post(simulator, mail(List_Unsubscribe="<http://127.0.0.1:8000/u/1>, <mailto:u@example.com>"))
    page = get(simulator, BOX_PATH)
    assert "扫码支付：监控中" in page
    assert "您好，扫码支付已恢复。" in page
    assert 'href="http://127.0.0.1:8000/u/1"' in page


def post_bytes(simulator: Simulator, mail: bytes) -> None:
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        assert connection.sendmail("a@example.com", ["shop@example.com"], mail) == {}


def kept(simulator: Simulator) -> dict[str, object]:
    (row,) = simulator.messages(provider="mail")
    return {"body": row["body"], **row["details"]}


def test_a_text_is_readable_in_every_alphabet(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for charset in ["utf-8", "gb2312", "gb18030", "big5", "utf-16"]:
        with subtests.test(charset=charset):
            simulator.control("POST", "reset")
            post_bytes(simulator, MIMEText("中文", "plain", charset).as_bytes(policy=SMTP))
            assert str(kept(simulator)["body"]).strip() == "中文"


def test_a_text_is_readable_in_every_encoding(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for encoding, body in [
        ("7bit", b"plain"),
        ("8bit", "中文".encode()),
        ("quoted-printable", b"=E4=B8=AD=E6=96=87"),
        ("base64", b"5Lit5paH"),
    ]:
        with subtests.test(encoding=encoding, body=body):
            simulator.control("POST", "reset")
            head = (
                f"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}"
            )
            post_bytes(simulator, head.encode() + b"\r\n\r\n" + body + b"\r\n")
            assert str(kept(simulator)["body"]).strip() in {"plain", "中文"}


def test_a_damaged_mail_is_kept_and_its_page_stands(
    simulator: Simulator, subtests: pytest.Subtests
) -> None:
    for mail in [
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
    ]:
        with subtests.test(mail=mail):
            simulator.control("POST", "reset")
            post_bytes(simulator, mail)
            assert len(simulator.messages(provider="mail")) == 1
            assert 'data-testid="mail"' in get(simulator, BOX_PATH)


def test_the_plain_text_is_found_deep_inside(simulator: Simulator) -> None:
    inner = MIMEMultipart("alternative")
    inner.attach(MIMEText("纯文本", "plain"))
    inner.attach(MIMEText("<p>网页</p>", "html"))
    outer = MIMEMultipart("mixed")
    outer.attach(inner)
    outer.attach(MIMEApplication(b"%PDF", "pdf"))
    post_bytes(simulator, outer.as_bytes(policy=SMTP))
    assert (kept(simulator)["body"], kept(simulator)["html"]) == ("纯文本", "<p>网页</p>")


def test_a_header_in_chinese_is_decoded(simulator: Simulator) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "扫码支付：已恢复", "明示 <notice@example.com>"
    mail.set_content("x")
    post_bytes(simulator, mail.as_bytes(policy=SMTP))
    assert kept(simulator)["subject"] == "扫码支付：已恢复"
    assert kept(simulator)["from"] == "明示 <notice@example.com>"
    assert "扫码支付：已恢复" in get(simulator, BOX_PATH)
