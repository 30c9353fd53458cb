"""Publishes a plan's statements over the API, as a program would: until it is answered."""

import http.client
import json
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.chaos.plan import Statement

# How long one answer is waited for, and then the same request comes again, in seconds.
PATIENCE: Final = 5.0
PAUSE: Final = 0.3


@dataclass
class Publication:
    """What became of one statement: when it was first tried, and its number once answered.

    `tried_at` is in seconds since 1970, `began` in seconds since the first moment of the run.
    """

    drill: str
    tried_at: float
    began: float
    took: float = 0.0
    number: int | None = None
    refused: str = ""

    def __str__(self) -> str:
        outcome = self.refused or (f"No. {self.number}" if self.number else "no answer")
        return f"{self.began:5.1f} s  drill {self.drill}: {outcome}, took {self.took:.1f} s"


class Publisher(threading.Thread):
    """Publishes each statement at its moment, or as soon afterwards as the product lets it.

    Every try of a statement has the same Idempotency-Key. What `forget` interrupts is given up, as
    are the updates of an incident that is gone: its database is.
    """

    def __init__(
        self, port: int, token: str, statements: Sequence[Statement], components: Sequence[str]
    ) -> None:
        super().__init__(daemon=True)
        self.done: dict[str, Publication] = {}
        self._port = port
        self._token = token
        self._statements = statements
        self._components = components
        self._incidents: dict[int, str] = {}
        self._era = 0
        self._ended = threading.Event()

    def forget(self) -> None:
        """Give up the statement that is being published: the database is replaced now."""
        self._era += 1

    def end(self) -> None:
        """Publish no more."""
        self._ended.set()

    def run(self) -> None:
        """Publish all of them, in order."""
        began = time.monotonic()
        for statement in self._statements:
            if self._ended.wait(max(0.0, began + statement.at - time.monotonic())):
                return
            self._publish(statement, time.monotonic() - began)

    def _publish(self, statement: Statement, began: float) -> None:
        opened = self._incidents.get(statement.incident)
        if opened is None and statement.status != "investigating":
            return  # its incident went with the database
        path = f"/api/v1/incidents/{opened}/updates/" if opened else "/api/v1/incidents/"
        publication = Publication(statement.drill, time.time(), began)
        self.done[statement.drill] = publication
        era = self._era
        while era == self._era and not self._ended.is_set():
            status, answer = self._post(path, statement)
            publication.took = time.time() - publication.tried_at
            if status == 201:
                publication.number = answer["statement"]
                self._incidents.setdefault(statement.incident, answer["id"])
                return
            if status == 404 and self._era:
                return  # it was opened after the backup
            if status in (400, 403, 404, 422):
                publication.refused = f"{status} {answer}"
                return
            self._ended.wait(PAUSE)

    def _post(self, path: str, statement: Statement) -> tuple[int, Mapping[str, Any]]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"drill-{statement.drill}",
        }
        try:
            connection.request("POST", path, json.dumps(self._body(statement)), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return 0, {}
        finally:
            connection.close()

    def _body(self, statement: Statement) -> dict[str, Any]:
        number, name = statement.drill, f"演练事件{statement.incident}"
        body = {
            "zh-hans": f"演练{number}号，部分到账延迟。",
            "en": f"Drill {number}: payouts late.",
        }
        common = {
            "status": statement.status,
            "body": body,
            "components": {self._components[statement.incident]: statement.component},
        }
        if statement.status == "investigating":
            return {
                **common,
                "name": {"zh-hans": name, "en": f"Drill incident {statement.incident}"},
            }
        return common
