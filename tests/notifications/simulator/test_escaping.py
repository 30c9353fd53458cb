"""Nothing that anybody sends becomes markup, on any page, whatever the field."""

import smtplib
from collections.abc import Callable
from email.message import EmailMessage
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.simulator.markup import web_link
from notifications.simulator.store import Message, Provider
from notifications.simulator.testing import Simulator
from notifications.simulator.timeline import timeline
from tests.notifications.simulator.conftest import PHONE, SENDER
from tests.notifications.simulator.pages import PHONE_PATH, get, submit
from tests.notifications.simulator.wechat_client import OPENID, send_template
from tests.notifications.simulator.wire import JSON, raw

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


def by_number(simulator: Simulator) -> str:
    simulator.control("POST", "inbound", {"from": NASTY, "text": "x"})
    return "/"


def by_follower(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": NASTY, "phone": PHONE, "name": NASTY})
    return PHONE_PATH


def by_followers_phone(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": NASTY})
    return "/"


def by_template(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    send_template(simulator, data={NASTY: {"value": NASTY}}, url=f"javascript:{NASTY}")
    return PHONE_PATH


def by_wechat_status(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    simulator.switch("outcome", provider="wechat", status=NASTY)
    send_template(simulator)
    simulator.wait_for(lambda rows: rows[-1]["status"] == NASTY, provider="wechat")
    return PHONE_PATH


def by_robot(simulator: Simulator) -> str:
    body = {"msgtype": "text", "text": {"content": NASTY}}
    simulator.request("POST", "/cgi-bin/webhook/send?key=a-group-robot", body)
    return "/robots/a-group-robot"


def by_hook_body(simulator: Simulator) -> str:
    raw(simulator, "POST", "/webhook-sink/shop", NASTY.encode())
    return "/webhooks/shop"


def by_hook_header(simulator: Simulator) -> str:
    raw(simulator, "POST", "/webhook-sink/shop", b"{}", {"X-Odd": NASTY})
    return "/webhooks/shop"


def by_hook_name(simulator: Simulator) -> str:
    raw(simulator, "POST", f"/webhook-sink/{NAME}", b"{}")
    return "/"


def by_mail(simulator: Simulator) -> str:
    mail = EmailMessage()
    mail["To"], mail["Subject"], mail["From"] = "a@example.com", NASTY, f'"{NAME}" <b@example.com>'
    mail["List-Unsubscribe"] = f"<javascript:{NASTY}>"
    mail.set_content(NASTY)
    mail.add_alternative(NASTY, subtype="html")
    with smtplib.SMTP("127.0.0.1", simulator.smtp_port) as connection:
        connection.send_message(mail)
    return "/mailboxes/a%40example.com"


def by_switch(simulator: Simulator) -> str:
    simulator.switch("delay", to=NASTY, status=NASTY)
    return "/"


def by_reply(simulator: Simulator) -> str:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    simulator.control("POST", "inbound", {"from": OPENID, "text": NASTY})
    return PHONE_PATH


WAYS = (
    *(by_sms, by_number, by_follower, by_followers_phone, by_template, by_wechat_status),
    *(by_robot, by_hook_body, by_hook_header, by_hook_name, by_mail, by_switch, by_reply),
)


@pytest.mark.parametrize("way", WAYS)
def test_what_came_in_is_text_on_its_page(
    simulator: Simulator, way: Callable[[Simulator], str]
) -> None:
    check(get(simulator, way(simulator)))


@pytest.mark.parametrize("way", [by_sms, by_template, by_robot, by_hook_body, by_mail])
def test_what_came_in_is_text_in_what_refreshes_itself(
    simulator: Simulator, way: Callable[[Simulator], str]
) -> None:
    check(get(simulator, f"{way(simulator)}/fragment"))


@pytest.mark.parametrize("place", ["phones", "mailboxes", "robots", "webhooks"])
def test_an_address_is_text_on_its_page(simulator: Simulator, place: str) -> None:
    check(get(simulator, f"/{place}/{NAME}"))


def test_what_a_form_got_wrong_is_told_as_text(simulator: Simulator) -> None:
    status, page = submit(simulator, "/switches", fault=NASTY)
    assert status == 400
    check(page)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//elsewhere.example/",
        "http://[::1",
        "",
    ],
)
def test_only_the_web_is_linked_to(url: str) -> None:
    assert web_link(url) == "#"


def test_a_card_with_a_broken_link_does_not_break_its_page(simulator: Simulator) -> None:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    send_template(simulator, url="http://[::1")
    assert 'href="#"' in get(simulator, PHONE_PATH)


@pytest.mark.parametrize("url", [None, "", 7, {"a": 1}, ["http://127.0.0.1/"]])
def test_a_card_without_a_link_has_none(simulator: Simulator, url: object) -> None:
    simulator.control("POST", "wechat/followers", {"openid": OPENID, "phone": PHONE})
    assert send_template(simulator, url=url)["errcode"] == 0
    assert "查看详情" not in get(simulator, PHONE_PATH)


def test_the_html_of_a_mail_can_neither_run_nor_load_anything(simulator: Simulator) -> None:
    by_mail(simulator)
    sid = simulator.messages(provider="mail")[0]["sid"]
    with_headers = raw_headers(simulator, f"/mails/{sid}")
    assert "sandbox; default-src 'none'" in with_headers
    assert "allow-scripts" not in with_headers


def test_a_text_is_no_part_of_a_mailbox_alone(simulator: Simulator) -> None:
    by_robot(simulator)
    sid = simulator.messages()[0]["sid"]
    assert raw(simulator, "GET", f"/mails/{sid}", headers={"Accept": JSON})[0] == 404


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
