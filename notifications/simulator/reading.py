"""Reads what strangers send, so that nothing later stumbles over it."""

import json
from typing import Any

from aiohttp import web


def parse_json(body: bytes) -> Any:
    """JSON that can be written again: to the journal, to a page, to a callback.

    Raises:
        ValueError: it is none, is nested too deeply, or holds an endless number or half a
            surrogate pair, which Python reads and no other program takes.
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
    """A request's JSON.

    Raises:
        ValueError: as `parse_json`.
    """
    return parse_json(await request.read())


async def read_form(request: web.Request) -> dict[str, str]:
    """The texts of a form; files in it are passed over.

    Raises:
        web.HTTPBadRequest: it is none, or in an alphabet that nobody knows.
    """
    try:
        form = await request.post()
        texts = {name: value for name, value in form.items() if isinstance(value, str)}
        "".join(texts.values()).encode()
    except (ValueError, LookupError) as error:
        raise web.HTTPBadRequest(text="this is not a form") from error
    return texts


def readable(raw: str) -> str:
    """A header's text: bytes of it that are not UTF-8 are replaced."""
    return raw.encode(errors="surrogateescape").decode(errors="replace")
