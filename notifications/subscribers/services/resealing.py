"""After a new key: everything at rest is sealed anew, while the product runs."""

from collections.abc import Iterator
from typing import Final

from notifications.subscribers.crypto import decrypt, encrypt, sealed_by_newest
from notifications.subscribers.models import Address

BATCH: Final = 1000


def addresses_reseal() -> int:
    """Seal every address, and every webhook's secret, with the newest of ADDRESS_KEYS.

    It can be stopped at any instant and begun again. Returns how many were sealed anew. Sign-ups
    under way and stored answers of the API keep the old key for the day that they live.

    Raises:
        CannotDecrypt: a key that something is sealed with is no longer among ADDRESS_KEYS.
    """
    return sum(_reseal(address) for address in _sealed_by_others())


def _sealed_by_others() -> Iterator[Address]:
    last = 0
    while batch := list(Address.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        yield from (one for one in batch if not _is_current(one))


def _is_current(address: Address) -> bool:
    blobs = (address.sealed, address.sealed_secret)
    return all(sealed_by_newest(bytes(blob)) for blob in blobs if blob)


def _reseal(address: Address) -> int:
    """Only what is still there as it was read: a merchant's own change meanwhile wins."""
    secret = address.sealed_secret
    return Address.objects.filter(pk=address.pk, sealed=address.sealed).update(
        sealed=_anew(address.sealed, address.kind),
        sealed_secret=_anew(secret, address.kind) if secret else secret,
    )


def _anew(blob: bytes | memoryview, context: str) -> bytes:
    return encrypt(decrypt(bytes(blob), context), context)
