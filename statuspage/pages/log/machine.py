"""The log for auditors (c2sp.org/tlog-tiles): checkpoint, tiles, proofs and a full copy."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage.pages.http import PageNotFound, Rest, View, any_origin, for_machines, public
from statuspage.statements import tiles
from statuspage.statements.models import Statement
from statuspage.statements.notes import b64, proof_file, signers
from statuspage.statements.tiles import LEVELS, NoSuchTile
from statuspage.statements.tree import (
    checkpoints_cosigned,
    consistency_proof,
    cosigned_note,
    inclusion_proof,
    leaf_hash_at,
    leaves,
    newest_checkpoint,
    newest_with_state,
    root_at,
    row_of_hashes,
    tree_size,
)

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
FOR_EVER: Final = "public, max-age=31536000, immutable"
CHUNK: Final = 500
PROGRAMS: Final = Path(__file__).resolve().parent.parent / "downloads"
VERIFIER: Final = PROGRAMS / "verify_log.py"
WITNESS: Final = PROGRAMS / "witness.py"
NUMBER: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
BAD_REQUEST, NOT_FOUND = 400, 404


def lasting(view: View[Rest]) -> View[Rest]:
    """Make a view public and its answer cacheable for ever: it never changes."""
    shown = public(view)

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
        response = shown(request, *args, **kwargs)
        if response.status_code in {200, 304}:
            response["Cache-Control"] = FOR_EVER
        return response

    return answered


@any_origin
@public
def checkpoint(request: HttpRequest) -> HttpResponse:
    """Return the newest signed size and root, cosigned (c2sp.org/tlog-checkpoint)."""
    return HttpResponse(cosigned_note(_newest()), content_type=TEXT)


@any_origin
@public
def vkey(request: HttpRequest) -> HttpResponse:
    """Return the key that checks the signature (c2sp.org/signed-note); both while it changes."""
    lines = "".join(f"{one.verifier}\n" for one in signers())
    return HttpResponse(lines, content_type=TEXT)


@any_origin
@lasting
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """Serve `<L>/<N>[.p/<W>]`, hashes of the tree, and `entries/<N>[.p/<W>]`, the statements."""
    try:
        asked = tiles.read_path(path)
    except NoSuchTile as error:
        raise PageNotFound(_("Invalid address in the log.")) from error
    if asked.begin + asked.width > tree_size() >> LEVELS * (asked.level or 0):
        raise PageNotFound(_("The log does not reach this far yet."))
    if asked.level is None:
        content = tiles.bundle(leaves(asked.begin, asked.width))
    else:
        content = b"".join(row_of_hashes(asked.level * LEVELS, asked.begin, asked.width))
    return HttpResponse(content, content_type=BYTES)


@any_origin
@public
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """Return a file that proves a statement to be in the log (c2sp.org/tlog-proof)."""
    newest = _newest()
    if not 0 < number <= newest.size:
        raise PageNotFound(_("There is no statement with this number yet."))
    hashes = inclusion_proof(number - 1, newest.size)
    note = cosigned_note(newest)
    return HttpResponse(proof_file(number - 1, hashes, note), content_type=TEXT)


@require_safe
@cache_control(no_cache=True)
def statements(request: HttpRequest) -> StreamingHttpResponse:
    """Return the whole log, one statement a line, each line exactly the bytes that were hashed."""
    newest = newest_checkpoint()
    last = newest.size if newest else 0
    response = StreamingHttpResponse(_lines(last), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="statements.jsonl"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@cache_control(no_cache=True)
def verify_log(request: HttpRequest) -> FileResponse:
    """Return the program that checks the log from the outside."""
    return _program(VERIFIER)


@require_safe
@cache_control(no_cache=True)
def witness(request: HttpRequest) -> FileResponse:
    """Return the program with which a partner becomes a witness of this log."""
    return _program(WITNESS)


def _program(path: Path) -> FileResponse:
    return FileResponse(
        path.open("rb"),
        as_attachment=True,
        filename=path.name,
        content_type="text/x-python; charset=utf-8",
    )


def _newest() -> Any:
    newest = newest_with_state()
    if newest is None:
        raise PageNotFound(_("Nothing has been published yet."))
    return newest


def _lines(last: int) -> Iterator[bytes]:
    rows = Statement.objects.filter(number__lte=last).order_by("number")
    for text in rows.values_list("canonical", flat=True).iterator(chunk_size=CHUNK):
        yield f"{text}\n".encode()


class ProofRefused(Exception):
    """The proof cannot be given; `status` is the HTTP status of the answer."""

    def __init__(self, sentence: str, status: int) -> None:
        super().__init__(sentence)
        self.status = status


def _proving(prove: Callable[[Mapping[str, str]], dict[str, Any]]) -> View[[]]:
    def view(request: HttpRequest) -> HttpResponse:
        try:
            return JsonResponse(prove(request.GET))
        except ProofRefused as refused:
            return JsonResponse({"error": str(refused)}, status=refused.status)

    view.__doc__ = prove.__doc__
    return for_machines(view)


@_proving
def inclusion(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the proof for `?number=12` in the tree of `&size=40` statements, or the latest."""
    size = _size(asked, "size")
    number = _number(asked, "number", least=1, most=size)
    return {
        "origin": settings.LOG_ORIGIN,
        "number": number,
        "index": number - 1,
        "leaf_hash": b64(leaf_hash_at(number - 1)),
        "size": size,
        "root": b64(root_at(size)),
        "hashes": [b64(one) for one in inclusion_proof(number - 1, size)],
        "checkpoint": _note(size),
    }


@_proving
def consistency(asked: Mapping[str, str]) -> dict[str, Any]:
    """Return the proof from `?from=12` to the tree of `&to=40` statements, or to the latest one."""
    size = _size(asked, "to")
    old = _number(asked, "from", least=0, most=size)
    return {
        "origin": settings.LOG_ORIGIN,
        "from": old,
        "from_root": b64(root_at(old)),
        "to": size,
        "to_root": b64(root_at(size)),
        "hashes": [b64(one) for one in consistency_proof(old, size)],
        "checkpoint": _note(size),
    }


def _size(asked: Mapping[str, str], name: str) -> int:
    present = tree_size()
    return _number(asked, name, least=0, most=present) if name in asked else present


def _number(asked: Mapping[str, str], name: str, *, least: int, most: int) -> int:
    given = asked.get(name, "")
    if not NUMBER.fullmatch(given) or int(given) < least:
        raise ProofRefused(_("%(name)s must be a whole number.") % {"name": name}, BAD_REQUEST)
    if int(given) > most:
        sentence = _("%(name)s can be at most %(most)d, the present size of the log.")
        raise ProofRefused(sentence % {"name": name, "most": most}, NOT_FOUND)
    return int(given)


def _note(size: int) -> str | None:
    """Return what was signed at that size; nothing for the time before there were checkpoints."""
    found = checkpoints_cosigned().filter(size=size).first()
    return cosigned_note(found) if found else None
