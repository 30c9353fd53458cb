"""Nothing that anybody sends becomes markup, on any page, whatever the field."""

import smtplib
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.simulator.markup import web_link
from sandbox.simulator.phone_page import timeline
from sandbox.simulator.store import Message, Provider
from tests.sandbox.simulator.conftest import PHONE, SENDER
from tests.sandbox.simulator.pages import PHONE_PATH, get
from tests.sandbox.simulator.wechat_client import OPENID, send_template
from tests.sandbox.simulator.wire import raw
from tests.simulator import Simulator

NASTY = "<img src=x onerror=alert(1)>\"'&<script>alert(2)</script>$text"
NAME = quote(NASTY, safe="")


class Tags(HTMLParser):
    """Every element and attribute that a browser would make of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def check(page: str) -> None:
    """The text is there to read, and nothing of it is alive."""
    tags = Tags(page)
    assert "img" not in tags.tags
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    assert not [value for name, value in tags.attributes if value.startswith("javascript:")]
    assert "alert(2)" in tags.text
    sources = [value for name, value in tags.attributes if name == "src"]
    assert sources == [source for source in sources if source.startswith("/static/")]


def by_sms(simulator: Simulator) -> str:
    simulator.control("POST", "inbound", {"from": PHONE, "text": NASTY})
    return PHONE_PATH


def by_template(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    send_template(simulator, data={NASTY: {"value": NASTY}}, url=f"javascript:{NASTY}")
    return PHONE_PATH


def by_hook_body(simulator: Simulator) -> str:
    raw(simulator, "POST", "/webhook-sink/shop", NASTY.encode())
    return "/webhooks/shop"


def by_mail(simulator: Simulator) -> str:
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["From"] = "a@example.com", NASTY, f'"{NAME}" <b@example.com>'
    mail["List-Unsubscribe"] = f"<javascript:{NASTY}>"
    mail.set_content(NASTY)
    mail.add_alternative(NASTY, subtype="html")
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        connection.send_message(mail)
    return "/mailboxes/a%40example.com"


WAYS = (by_sms, by_template, by_hook_body, by_mail)


def test_what_came_in_is_text_on_its_page(simulator: Simulator, subtests: pytest.Subtests) -> None:
    for way in WAYS:
        with subtests.test(way=way):
            simulator.control("POST", "reset")
            check(get(simulator, way(simulator)))


def test_only_the_web_is_linked_to(subtests: pytest.Subtests) -> None:
    for url in [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//elsewhere.example/",
        "http://[::1",
        "",
    ]:
        with subtests.test(url=url):
            assert web_link(url) == "#"


def test_the_html_of_a_mail_can_neither_run_nor_load_anything(simulator: Simulator) -> None:
    by_mail(simulator)
    sid = simulator.messages(provider="mail")[0]["sid"]
    with_headers = raw_headers(simulator, f"/mails/{sid}")
    assert "sandbox; default-src 'none'" in with_headers
    assert "allow-scripts" not in with_headers


@settings(deadline=None, max_examples=50)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_a_screen_has_the_same_elements_whatever_it_says(text: str) -> None:
    def screen(words: str) -> Tags:
        details = {"template_id": words, "data": {words: {"value": words}}, "url": f"http:{words}"}
        return Tags(
            timeline(
                [
                    Message("1", Provider.TWILIO, PHONE, SENDER, words, words),
                    Message("2", Provider.WECHAT, OPENID, "gh", words, words, details=details),
                ]
            )
        )

    assert screen(text).tags == screen("x").tags
    assert [name for name, _ in screen(text).attributes] == [
        name for name, _ in screen("x").attributes
    ]


def raw_headers(simulator: Simulator, path: str) -> str:
    answer = requests.get(f"{simulator.url}{path}", timeout=10)
    return "\n".join(f"{name}: {value}" for name, value in answer.headers.items())
