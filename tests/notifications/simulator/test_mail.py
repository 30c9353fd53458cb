"""The simulated mail server and its mailboxes."""

import smtplib
from email.message import EmailMessage

from notifications.simulator.testing import Simulator


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


def test_a_plain_mail_has_no_html(simulator: Simulator) -> None:
    message = EmailMessage()
    message["To"] = "shop@example.com"
    message["From"] = "notice@example.com"
    message.set_content("plain")
    post(simulator, message)
    (row,) = simulator.messages(provider="mail")
    assert (row["details"]["html"], row["details"]["subject"]) == ("", "")


def test_each_recipient_has_a_copy(simulator: Simulator) -> None:
    post(simulator, mail(), "a@example.com", "b@example.com")
    rows = simulator.messages(provider="mail")
    assert [row["to"] for row in rows] == ["a@example.com", "b@example.com"]


def test_the_mailbox_shows_the_mail(simulator: Simulator) -> None:
    post(simulator, mail(List_Unsubscribe="<http://127.0.0.1:8000/u/1>, <mailto:u@example.com>"))
    status, body = simulator.request("GET", "/mailboxes/shop%40example.com")
    page = body.decode()
    assert status == 200
    assert "扫码支付：监控中" in page
    assert "您好，扫码支付已恢复。" in page
    assert 'href="http://127.0.0.1:8000/u/1"' in page


def test_the_html_part_is_shown_where_it_can_do_nothing(simulator: Simulator) -> None:
    post(simulator, mail())
    sid = simulator.messages(provider="mail")[0]["sid"]
    status, body = simulator.request("GET", f"/mails/{sid}")
    assert status == 200
    assert "<b>扫码支付</b>" in body.decode()
    assert simulator.request("GET", "/mails/unknown")[0] == 404
