"""An outside system that calls the API: it knows addresses, headers and JSON, nothing else."""

import json
from typing import Any

from django.test import Client

from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from tests.factories import make_staff


class Caller:
    """Calls with one token, in one language."""

    def __init__(self, token: str | None, language: str = "en") -> None:
        self.http = Client()
        self.headers = {"Accept-Language": language}
        if token is not None:
            self.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, json.dumps(body or {}), **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, json.dumps({} if body is None else body), **headers)

    def call(
        self,
        method: str,
        path: str,
        body: str | bytes = b"",
        content_type: str = "application/json",
        **headers: str,
    ) -> Any:
        """Any request; header names with underscores for hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        address = path if path.startswith("http") else f"/api/v1/{path}"
        return self.http.generic(
            method, address, body, content_type, headers={**self.headers, **named}
        )


def caller(role: str = Role.AUTHOR, language: str = "en") -> Caller:
    """Return a caller whose token acts for a new member of staff of that role."""
    return Caller(token_issue(name="outside", staff=make_staff(role), confirmed=True), language)


def error_of(response: Any) -> dict[str, Any]:
    """Return the refusal, after checking that it has the one shape that all have."""
    assert set(response.json()) == {"error"}
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields"}
    assert error["code"]
    assert error["message"]
    return error
