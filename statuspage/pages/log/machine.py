"""The log for auditors (c2sp.org/tlog-tiles) and for whoever keeps a copy or a proof of it."""

from collections.abc import Callable, Iterator
from functools import wraps
from pathlib import Path
from typing import Concatenate, Final, ParamSpec

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from statuspage.pages.errors import NotHere
from statuspage.pages.http import any_origin, public
from statuspage.statements import tiles
from statuspage.statements.models import Checkpoint, Statement
from statuspage.statements.notes import proof_file
from statuspage.statements.signing import signers
from statuspage.statements.tiles import LEVELS, NoSuchTile, Tile
from statuspage.statements.tree import (
    inclusion_proof,
    leaves,
    newest_checkpoint,
    row_of_hashes,
    tree_size,
)

TEXT: Final = "text/plain; charset=utf-8"
BYTES: Final = "application/octet-stream"
FOR_EVER: Final = "public, max-age=31536000, immutable"
CHUNK: Final = 500
VERIFIER: Final = Path(__file__).resolve().parent.parent / "downloads" / "verify_log.py"

Rest = ParamSpec("Rest")
View = Callable[Concatenate[HttpRequest, Rest], HttpResponse]


def lasting(view: View[Rest]) -> View[Rest]:
    """Public, and kept by whoever read it: what is found under this address never changes."""
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
    """The newest signed size and root (c2sp.org/tlog-checkpoint)."""
    return HttpResponse(_newest().note, content_type=TEXT)


@any_origin
@public
def vkey(request: HttpRequest) -> HttpResponse:
    """The key that checks the signature (c2sp.org/signed-note); while it changes, both, by line."""
    lines = "".join(f"{one.verifier}\n" for one in signers())
    return HttpResponse(lines, content_type=TEXT)


@any_origin
@lasting
def tile(request: HttpRequest, path: str) -> HttpResponse:
    """`<L>/<N>[.p/<W>]`: hashes of the tree; `entries/<N>[.p/<W>]`: the statements themselves."""
    try:
        asked = tiles.read_path(path)
    except NoSuchTile as error:
        raise NotHere(_("This is not how an address of the log is written.")) from error
    if asked.begin + asked.width > tree_size() >> LEVELS * (asked.level or 0):
        raise NotHere(_("The log has not grown this far yet."))
    return HttpResponse(_content(asked), content_type=BYTES)


@any_origin
@public
def proof(request: HttpRequest, number: int) -> HttpResponse:
    """A file that proves a statement to be in the log (c2sp.org/tlog-proof)."""
    newest = _newest()
    if not 0 < number <= newest.size:
        raise NotHere(_("There is no statement with this number yet."))
    hashes = inclusion_proof(number - 1, newest.size)
    return HttpResponse(proof_file(number - 1, hashes, newest.note), content_type=TEXT)


@require_safe
@cache_control(no_cache=True)
def statements(request: HttpRequest) -> StreamingHttpResponse:
    """The whole log, one statement a line, each line exactly the bytes that were hashed."""
    newest = newest_checkpoint()
    last = newest.size if newest else 0
    response = StreamingHttpResponse(_lines(last), content_type="application/jsonl; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="statements.jsonl"'
    response["Access-Control-Allow-Origin"] = "*"
    return response


@require_safe
@cache_control(no_cache=True)
def verify_log(request: HttpRequest) -> FileResponse:
    """The program that checks the log from the outside."""
    return FileResponse(
        VERIFIER.open("rb"),
        as_attachment=True,
        filename=VERIFIER.name,
        content_type="text/x-python; charset=utf-8",
    )


def _newest() -> Checkpoint:
    newest = newest_checkpoint()
    if newest is None:
        raise NotHere(_("Nothing has been said yet."))
    return newest


def _content(asked: Tile) -> bytes:
    if asked.level is None:
        return tiles.bundle(leaves(asked.begin, asked.width))
    return b"".join(row_of_hashes(asked.level * LEVELS, asked.begin, asked.width))


def _lines(last: int) -> Iterator[bytes]:
    rows = Statement.objects.filter(number__lte=last).order_by("number")
    for text in rows.values_list("canonical", flat=True).iterator(chunk_size=CHUNK):
        yield f"{text}\n".encode()
