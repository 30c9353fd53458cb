"""Run requests with the same Idempotency-Key once, and repeat the stored answer."""

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, cast

from django.db import OperationalError, connection, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from psycopg.errors import LockNotAvailable
from rest_framework.exceptions import ValidationError
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.subscribers.crypto import blind_index, decrypt, encrypt
from statuspage.api.errors import InProgress, KeyReused
from statuspage.api.models import IdempotencyRecord
from statuspage.staff.models import ApiToken

KEY: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?")
# How long a repetition waits for the first to finish before it is answered 409; less than a
# statement of the web process may take.
PATIENCE_MS: Final = 8_000
CONTEXT: Final = "idempotency"


def answered_once(
    request: Request, content: bytes, act: Callable[[], Response]
) -> HttpResponseBase:
    """Return the answer of `act`, or the one stored for the same key and request.

    The record is inserted before `act` runs, in the same transaction. So a repeated request waits
    for the first one at the unique key. If `act` raises or the process dies, no record remains,
    and the caller may try again with the same key.

    Raises:
        ValidationError: the key is not 1 to 255 printable ASCII characters.
        KeyReused: the key was used for another request.
        InProgress: the first request is still running.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    if not KEY.fullmatch(key):
        message = _("Idempotency-Key must be 1 to 255 printable ASCII characters.")
        raise ValidationError({"Idempotency-Key": [message]})
    with transaction.atomic():
        body = hashlib.sha256(content).hexdigest()
        asked = f"{request.method}\n{request.get_full_path()}\n{body}"
        record, fresh = _claim(request, key, blind_index(asked, CONTEXT))
        return _keep(record, act()) if fresh else _replay(record)


def _claim(request: Request, key: str, fingerprint: str) -> tuple[IdempotencyRecord, bool]:
    with _patience():
        record, fresh = IdempotencyRecord.objects.get_or_create(
            token=cast("ApiToken", request.auth), key=key, defaults={"request_hash": fingerprint}
        )
    if record.request_hash != fingerprint:
        raise KeyReused
    return record, fresh


@contextmanager
def _patience() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS:d}")
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise InProgress from error
            raise
        cursor.execute("SET LOCAL lock_timeout TO DEFAULT")


def _keep(record: IdempotencyRecord, response: Response) -> Response:
    body = JSONRenderer().render(response.data).decode()
    record.status = response.status_code
    record.sealed_body = encrypt(body, CONTEXT)
    record.save(update_fields=["status", "sealed_body"])
    return response


def _replay(record: IdempotencyRecord) -> HttpResponse:
    return HttpResponse(
        decrypt(bytes(record.sealed_body), CONTEXT),
        status=record.status,
        content_type="application/json",
        headers={"Idempotent-Replay": "true"},
    )
