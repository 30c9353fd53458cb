"""Parse untrusted input into values that the rest of the simulator can process."""

import json
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from aiohttp import web
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring


def parse_json(body: bytes) -> Any:
    """Parse JSON that can be written again: to the journal, to a page, to a callback.

    Raises:
        ValueError: it is not JSON, is nested too deeply, or holds an infinite number or half
            a surrogate pair, which only Python accepts.
    """
    try:
        given = json.loads(body)
        json.dumps(given, ensure_ascii=False, allow_nan=False).encode()
    except RecursionError as error:
        raise ValueError("this is nested too deeply") from error
    except ValueError as error:
        raise ValueError("this is not JSON") from error
    return given


async def read_json(request: web.Request) -> Any:
    """Return a request's JSON.

    Raises:
        ValueError: as `parse_json`.
    """
    return parse_json(await request.read())


async def read_object(request: web.Request) -> dict[str, Any]:
    """Return a request's JSON object.

    Raises:
        ValueError: it is not one.
    """
    given = await read_json(request)
    if not isinstance(given, dict):
        raise ValueError("this is not a JSON object")  # noqa: TRY004 - it becomes a 400
    return given


async def read_form(request: web.Request) -> dict[str, str]:
    """Return the texts of a form; files in it are passed over.

    Raises:
        web.HTTPBadRequest: it is not a form, or its character set is unknown.
    """
    try:
        form = await request.post()
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        "".join(texts.values()).encode()
    except (ValueError, LookupError) as error:
        raise web.HTTPBadRequest(text="this is not a form") from error
    return texts


def parse_whole(text: str, largest: int) -> int | None:
    """Return a number of plain digits, or None where it is none or more than `largest`."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(largest))):
        return None
    return int(text) if int(text) <= largest else None


def parse_xml(text: str) -> Element:
    """Return the document's root; an empty element where it is none, or a dangerous one."""
    try:
        root: Element = fromstring(text)
    except (ParseError, DefusedXmlException):
        return Element("none")
    return root


def readable(raw: str) -> str:
    """Return a header's text: bytes of it that are not UTF-8 are replaced."""
    return raw.encode(errors="surrogateescape").decode(errors="replace")
