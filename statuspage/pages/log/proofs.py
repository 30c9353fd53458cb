"""Proofs about the log as JSON, for programs that would rather not put tiles together."""

import base64
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from statuspage.pages.http import View, any_origin, in_asked_language, public
from statuspage.statements.models import Checkpoint
from statuspage.statements.tree import (
    consistency_proof,
    inclusion_proof,
    leaf_hash_at,
    root_at,
    tree_size,
)

NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
BAD_REQUEST, NOT_FOUND = 400, 404


class Refused(Exception):
    """What was asked cannot be answered; `status` says whose fault it is."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def _proving(prove: Callable[[Mapping[str, str]], dict[str, Any]]) -> View[[]]:
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return JsonResponse(prove(request.GET))
        except Refused as refused:
            return JsonResponse({"error": str(refused)}, status=refused.status)

    view.__doc__ = prove.__doc__
    return any_origin(public(in_asked_language(view)))


def _inclusion(asked: Mapping[str, str]) -> dict[str, Any]:
    """`?number=12`, in the tree of `&size=40` statements, or in the present one."""
    size = _size(asked, "size")
    number = _number(asked, "number", least=1, most=size)
    return {
        "origin": settings.LOG_ORIGIN,
        "number": number,
        "index": number - 1,
        "leaf_hash": _b64(leaf_hash_at(number - 1)),
        "size": size,
        "root": _b64(root_at(size)),
        "hashes": _list(inclusion_proof(number - 1, size)),
        "checkpoint": _note(size),
    }


def _consistency(asked: Mapping[str, str]) -> dict[str, Any]:
    """`?from=12`, to the tree of `&to=40` statements, or to the present one."""
    size = _size(asked, "to")
    old = _number(asked, "from", least=0, most=size)
    return {
        "origin": settings.LOG_ORIGIN,
        "from": old,
        "from_root": _b64(root_at(old)),
        "to": size,
        "to_root": _b64(root_at(size)),
        "hashes": _list(consistency_proof(old, size)),
        "checkpoint": _note(size),
    }


inclusion = _proving(_inclusion)
consistency = _proving(_consistency)


def _size(asked: Mapping[str, str], name: str) -> int:
    present = tree_size()
    return _number(asked, name, least=0, most=present) if name in asked else present


def _number(asked: Mapping[str, str], name: str, *, least: int, most: int) -> int:
    given = asked.get(name, "")
    if not NUMBER.fullmatch(given) or int(given) < least:
        raise Refused(_("Say %(name)s as a whole number.") % {"name": name}, BAD_REQUEST)
    if int(given) > most:
        sentence = _("%(name)s may be %(most)d at most: the log does not reach further.")
        raise Refused(sentence % {"name": name, "most": most}, NOT_FOUND)
    return int(given)


def _note(size: int) -> str | None:
    """What was signed at that size; nothing for the time before there were checkpoints."""
    return Checkpoint.objects.filter(size=size).values_list("note", flat=True).first()


def _list(hashes: Sequence[bytes]) -> list[str]:
    return [_b64(one) for one in hashes]


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()
