"""A merchant at the keyboard, with the phone in the other hand."""

import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client

from notifications.subscribers.models import ALL_TOPICS, SignUp
from notifications.subscribers.services.codes import codes_send

NUMBER = "138 0013 8000"
E164 = "+8613800138000"


@dataclass
class Visitor:
    """Uses the site as a person would; `prefix` is /en for the English pages."""

    sim: Any
    prefix: str = "/en"
    client: Client = field(default_factory=Client)

    def get(self, path: str, **headers: Any) -> HttpResponse:
        return self.client.get(self.prefix + path, **headers)

    def post(self, path: str, data: dict[str, Any], **headers: Any) -> HttpResponse:
        return self.client.post(self.prefix + path, data, **headers)

    def ask(self, number: str = NUMBER, **changes: Any) -> HttpResponse:
        """Send the form, everything else as the page proposes it."""
        data = {
            "phone": number,
            "topics": list(ALL_TOPICS),
            "language": "en" if self.prefix else "zh-hans",
            "category": "",
            "consent": "on",
            **changes,
        }
        return self.post("/subscribe/", {key: value for key, value in data.items() if value != []})

    def ask_to_manage(self, number: str = NUMBER, **headers: Any) -> HttpResponse:
        return self.post("/manage/", {"phone": number}, **headers)

    def code(self, to: str = E164) -> str:
        """Let the workers work, then read the newest code on the phone."""
        codes_send()
        return code_in(self.sim.messages(to=to)[-1]["body"])

    def type(self, page: str, code: str) -> HttpResponse:
        """Type a code into a code page, given by its full path."""
        return self.client.post(page, {"code": code})

    def subscribe(self, number: str = NUMBER, to: str = E164, **changes: Any) -> HttpResponse:
        """Return the whole way; returns the page at its end."""
        page = self.ask(number, **changes).headers["Location"]
        return self.client.get(self.type(page, self.code(to)).headers["Location"])

    def open_manage(self, number: str = NUMBER, to: str = E164) -> str:
        """Prove a number and return the path of its page."""
        page = self.ask_to_manage(number).headers["Location"]
        return self.type(page, self.code(to)).headers["Location"]


def code_in(text: str) -> str:
    """Return the six digits in a message."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found, text
    return found[0]


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def text_of(response: HttpResponse) -> str:
    """Return a page's HTML, with the entities that sentences contain undone."""
    return response.content.decode().replace("&#x27;", "'").replace("&quot;", '"')


def newest_signup() -> SignUp:
    return SignUp.objects.latest("id")
