"""What a browser does with the simulator's pages, without JavaScript."""

import http.client
from html.parser import HTMLParser
from urllib.parse import quote, urlencode

from notifications.simulator.testing import Simulator
from tests.notifications.simulator.conftest import PHONE

PHONE_PATH = f"/phones/{quote(PHONE, safe='')}"


def get(simulator: Simulator, path: str) -> str:
    status, body = simulator.request("GET", path)
    assert status == 200
    return body.decode()


def submit(simulator: Simulator, path: str, **form: str) -> tuple[int, str]:
    """Post a form; the status, and where it leads or what it says."""
    connection = http.client.HTTPConnection("127.0.0.1", simulator.port)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    body = response.read().decode()
    connection.close()
    return response.status, response.headers.get("Location") or body


class Bubbles(HTMLParser):
    """The texts of the SMS bubbles, as a browser test finds them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        self._inside = "sms-text" in classes
        if self._inside:
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def bubbles(page: str) -> list[str]:
    parser = Bubbles()
    parser.feed(page)
    return parser.texts
