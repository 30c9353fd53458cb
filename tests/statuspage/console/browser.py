"""A member of staff at the console: opens pages, fills in what a form shows, presses a button."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from html.parser import HTMLParser
from typing import Any

import time_machine
from django.contrib.auth import SESSION_KEY
from django.http import HttpResponse
from django.test import Client

from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from tests.factories import make_staff


class _Form(HTMLParser):
    """Collects what a browser would send for the form that holds `marker`."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.select: str | None = None
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        a = dict(attrs)
        if tag == "form":
            self.forms.append({})
        if not self.forms:
            return
        name = a.get("name")
        if tag == "input" and name and not _left_out(a):
            self._put(name, a.get("value") or ("on" if a.get("type") == "checkbox" else ""))
        if tag == "select":
            self.select = name
        if (
            tag == "option"
            and self.select
            and ("selected" in a or self.select not in self.forms[-1])
        ):
            self.forms[-1][self.select] = a.get("value") or ""
        if tag == "textarea" and name:
            self.textarea = name
            self._put(name, "")

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1][self.textarea] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.textarea:
            # HTML drops the line end that Django puts after the opening tag.
            self.forms[-1][self.textarea] = self.forms[-1][self.textarea].removeprefix("\n")
            self.textarea = None
        if tag == "select":
            self.select = None

    def _put(self, name: str, value: str) -> None:
        form = self.forms[-1]
        if name in form:
            form[name] = [*_listed(form[name]), value]
        else:
            form[name] = value


def _left_out(a: dict[str, str | None]) -> bool:
    return a.get("type") in {"checkbox", "radio"} and "checked" not in a


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def form_of(response: HttpResponse, holding: str = "token") -> dict[str, Any]:
    """Return the values of the form on a page that has a field of that name."""
    parser = _Form()
    parser.feed(response.content.decode())
    return next(form for form in parser.forms if holding in form)


def words(response: HttpResponse) -> str:
    """Return the page's source with entities resolved, to look for sentences in."""
    return unescape(response.getvalue().decode())


def signed_in(role: str = Role.AUTHOR, language: str = "en", **values: Any) -> Client:
    """Return a browser in which someone with that role has signed in, set to that language."""
    return browser_of(make_staff(role, **values), language)


def browser_of(staff: Staff, language: str = "en") -> Client:
    """Return a browser in which that member of staff has signed in."""
    client = Client(headers={"accept-language": language})
    client.force_login(staff)
    return client


@contextmanager
def signed_in_at(client: Client, moment: Any) -> Iterator[time_machine.Traveller]:
    """Go to another time, at which whoever sits at the browser has just signed in.

    A session that began in the future is over.
    """
    with time_machine.travel(moment, tick=False) as clock:
        client.force_login(Staff.objects.get(pk=client.session[SESSION_KEY]))
        yield clock


def press(client: Client, path: str, step: str, **values: Any) -> HttpResponse:
    """Open the page, change these fields, press the button of that step."""
    form = form_of(client.get(path))
    return client.post(path, {**form, **values, "step": step})


def publish(client: Client, path: str, **values: Any) -> HttpResponse:
    """Open, fill in, check, confirm, and follow to where that leads."""
    confirming = press(client, path, "confirm", **values)
    assert 'value="publish"' in confirming.content.decode(), words(confirming)
    return client.post(path, {**form_of(confirming), "step": "publish"}, follow=True)
