"""Sign letters by DKIM (RFC 6376), where the relay does not."""

from functools import lru_cache
from typing import Final

import dkim
from django.conf import settings

from notifications.dkim_keys import read_key

# RFC 8058, 4: the two headers of one click must be covered.
COVERED: Final = (
    *(b"from", b"to", b"subject", b"date", b"message-id", b"in-reply-to", b"references"),
    *(b"reply-to", b"list-id", b"list-unsubscribe", b"list-unsubscribe-post", b"feedback-id"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding"),
)
# Named once more than they stand there, or once where they do not: one that is put in, above ours
# or instead of none, breaks the signature. Not those that relays add.
ONLY_ONE: Final = (
    *(b"from", b"to", b"cc", b"subject", b"date", b"reply-to"),
    *(b"list-unsubscribe", b"list-unsubscribe-post"),
    *(b"mime-version", b"content-type", b"content-transfer-encoding"),
)


class CannotSign(Exception):
    """A letter could not be signed: it is not its fault, nor its reader's."""


def signature_of(content: bytes) -> bytes:
    """Return the header with the signature of a letter; nothing where no key is set.

    Raises:
        CannotSign: the signature could not be made.
    """
    if not settings.EMAIL_DKIM_KEY:
        return b""
    head = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    present = {line.partition(b":")[0].lower() for line in head if line[:1].strip()}
    try:
        signed: bytes = dkim.sign(
            content,
            selector=settings.EMAIL_DKIM_SELECTOR.encode(),
            domain=settings.EMAIL_DKIM_DOMAIN.encode(),
            privkey=_key(settings.EMAIL_DKIM_KEY),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[name for name in COVERED if name in present] + [*ONLY_ONE],
        )
    except (dkim.DKIMException, ValueError) as error:
        raise CannotSign from error
    return signed


@lru_cache(maxsize=2)
def _key(text: str) -> bytes:
    return read_key(text)
