"""What a browser does with the simulator's pages, without JavaScript."""

import http.client
from urllib.parse import quote, urlencode

from tests.sandbox.simulator.conftest import PHONE
from tests.simulator import Simulator

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
