"""Requests as no library of good manners would send them."""

import base64
import socket
from collections.abc import Mapping

from tests.simulator import Simulator

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


def raw(
    simulator: Simulator,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str | bytes] = {},
) -> tuple[int, bytes]:
    """Any bytes as a request; the status and the answer's body."""
    lines = [
        f"{method} {path} HTTP/1.1".encode(),
        b"Host: simulator",
        b"Connection: close",
        b"Content-Length: %d" % len(body),
        *(name.encode() + b": " + as_bytes(value) for name, value in headers.items()),
    ]
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=20) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return status_of(answer), answer.partition(b"\r\n\r\n")[2]


def status_of(answer: bytes) -> int:
    """Return the status of an answer; 0 where the connection closed without one."""
    return int(answer.split(b" ", 2)[1]) if answer else 0


def as_bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def messages_path(simulator: Simulator) -> str:
    """Return the path of Twilio's Messages resource."""
    return f"/2010-04-01/Accounts/{simulator.account_sid}/Messages.json"


def credentials(simulator: Simulator) -> dict[str, str]:
    """Basic authentication, as Twilio wants it."""
    pair = f"{simulator.account_sid}:{simulator.auth_token}".encode()
    return {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}
