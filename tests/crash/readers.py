"""People who use the site while something hangs: readers, a publisher, and clients that dawdle."""

import json
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final

from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import make_component, make_staff
from tests.product import eventually

READ: Final = ("/", "/healthz")
# As issue 11 has it, in seconds.
ANSWERS_WITHIN: Final = 0.25
COMMITS_WITHIN: Final = 2.0
# A busy machine is late once; a server that waits for something is late every time.
TRIES: Final = 3


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    headers: Message
    body: bytes
    seconds: float


class Site:
    """The web process as its users see it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.token = token_issue(name="outside", staff=make_staff(Role.APPROVER), confirmed=True)
        self.component = make_component().public_id

    def ask(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request; a body makes it a POST."""
        url = f"http://127.0.0.1:{self.port}{path}"
        began = time.monotonic()
        try:
            response = urllib.request.urlopen(
                urllib.request.Request(url, body, dict(headers or {})), timeout=60
            )
        except urllib.error.HTTPError as error:
            response = error
        with response:
            content = response.read()
        return Answer(response.status, response.headers, content, time.monotonic() - began)

    def in_memory(self) -> bool:
        """Whether the page server answers already, and not Django for it."""
        with suppress(urllib.error.URLError):
            return self.ask("/").headers["Vary"] == "Accept-Encoding"
        return False

    def publish(self, name: str) -> Answer:
        """Open an incident over the API."""
        incident = {
            "name": {"zh-hans": name},
            "impact": "minor",
            "status": "investigating",
            "body": {"zh-hans": "正在排查。"},
            "components": {self.component: "partial_outage"},
        }
        return self.ask(
            "/api/v1/incidents/",
            json.dumps(incident).encode(),
            {"Content-Type": "application/json", "Idempotency-Key": name, **self.signed_in},
        )

    @property
    def signed_in(self) -> dict[str, str]:
        """The header that a token goes into."""
        return {"Authorization": f"Bearer {self.token}"}

    def publish_in_time(self, name: str) -> int:
        """Publish, and return the statement's number, after checking that it is committed soon."""
        before = Statement.objects.count()
        answers: list[Answer] = []
        publishing = threading.Thread(target=lambda: answers.append(self.publish(name)))
        publishing.start()
        committed = eventually(lambda: Statement.objects.count() > before, bool, COMMITS_WITHIN)
        publishing.join()
        assert committed, f"not within {COMMITS_WITHIN} s: {answers}"
        assert answers[0].status == 201, answers
        return int(json.loads(answers[0].body)["statement"])

    @contextmanager
    def read_throughout(self) -> Iterator[None]:
        """Read page and health over and over, and check that each answer came in time."""
        ended, late = threading.Event(), list[str]()

        def read() -> None:
            while not ended.wait(0.05):
                late.extend(path for path in READ if not self._answers(path))

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield
        finally:
            ended.set()
            reader.join()
        assert not late, f"late: {late}"

    def _answers(self, path: str) -> bool:
        tries = (self.ask(path) for _ in range(TRIES))
        return any(one.status == 200 and one.seconds < ANSWERS_WITHIN for one in tries)

    @contextmanager
    def dawdlers(self, count: int, head: str, drop: bytes = b"a") -> Iterator[None]:
        """Have so many clients send a request of which one byte a second arrives."""
        ended = threading.Event()
        with ExitStack() as stack:
            sockets = [
                stack.enter_context(socket.create_connection(("127.0.0.1", self.port)))
                for _ in range(count)
            ]
            for one in sockets:
                one.sendall(head.format(host=f"127.0.0.1:{self.port}").encode())

            def drip() -> None:
                while not ended.wait(1):
                    for one in sockets:
                        with suppress(OSError):  # it was refused, which is as well
                            one.sendall(drop)

            dripping = threading.Thread(target=drip)
            dripping.start()
            try:
                yield
            finally:
                ended.set()
                dripping.join()


@contextmanager
def black_hole() -> Iterator[int]:
    """Yield a port on which connections are accepted, and nothing is ever said."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


def values(found: Answer) -> Any:
    """Return an answer's JSON."""
    return json.loads(found.body)
