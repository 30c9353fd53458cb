"""RFC 6962, section 2.1, word for word and without a thought for speed; and checks of proofs."""

import base64
import hashlib
from collections.abc import Sequence

Leaves = Sequence[bytes]


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def split(count: int) -> int:
    """Return the largest power of two smaller than `count`."""
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(leaves: Leaves) -> bytes:
    """MTH(D)."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m: int, leaves: Leaves) -> list[bytes]:
    """PATH(m, D)."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: Leaves) -> list[bytes]:
    """PROOF(m, D)."""
    return subproof(m, leaves, True)


def subproof(m: int, leaves: Leaves, whole: bool) -> list[bytes]:
    """SUBPROOF(m, D, b)."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), mth(leaves[:k])]


def includes(leaf_hash: bytes, index: int, size: int, hashes: Leaves, root: bytes) -> bool:
    """RFC 9162, section 2.1.3.2: whether an inclusion proof holds."""
    if index >= size:
        return False
    here, last, found = index, size - 1, leaf_hash
    for one in hashes:
        if last == 0:
            return False
        if here % 2 or here == last:
            found = sha256(b"\x01" + one + found)
            while not here % 2 and here:
                here, last = here >> 1, last >> 1
        else:
            found = sha256(b"\x01" + found + one)
        here, last = here >> 1, last >> 1
    return last == 0 and found == root


def grew(old: int, size: int, hashes: Leaves, old_root: bytes, root: bytes) -> bool:
    """RFC 9162, section 2.1.4.2: whether a consistency proof holds."""
    if old == size:
        return not hashes and old_root == root
    given = list(hashes)
    if old & (old - 1) == 0:
        given.insert(0, old_root)
    here, last = old - 1, size - 1
    while here % 2:
        here, last = here >> 1, last >> 1
    if not given:
        return False
    first = second = given.pop(0)
    for one in given:
        if last == 0:
            return False
        if here % 2 or here == last:
            first, second = sha256(b"\x01" + one + first), sha256(b"\x01" + one + second)
            while not here % 2 and here:
                here, last = here >> 1, last >> 1
        else:
            second = sha256(b"\x01" + second + one)
        here, last = here >> 1, last >> 1
    return last == 0 and first == old_root and second == root


def b64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
