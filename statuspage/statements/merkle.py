"""The Merkle tree of RFC 6962, section 2.1: which subtrees a root or a proof is made of."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

EMPTY_ROOT: Final = hashlib.sha256(b"").digest()
# RFC 6962 gives leaves and nodes a prefix each, so that no node can pass for a leaf.
LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"


class Subtree(NamedTuple):
    """A complete subtree: the leaves from `offset * 2**level` to `(offset + 1) * 2**level`."""

    level: int
    offset: int


Hashes = Mapping[Subtree, bytes]


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of two subtrees that stand side by side."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


class TreeBuilder:
    """A tree to which leaves are added, known by the roots of its complete subtrees alone."""

    def __init__(self, size: int = 0, peaks: Iterable[bytes] = ()) -> None:
        """Begin with `peaks`, the hashes of `parts(range(size))`, in that order."""
        self.size = size
        self._peaks = list(peaks)

    def add(self, data: bytes) -> list[tuple[Subtree, bytes]]:
        """Add a leaf; returns every subtree that is complete with it, the leaf itself first."""
        found, index, level = leaf_hash(data), self.size, 0
        made = [(Subtree(level, index), found)]
        while index % 2:
            index, level = index // 2, level + 1
            found = node_hash(self._peaks.pop(), found)
            made.append((Subtree(level, index), found))
        self._peaks.append(found)
        self.size += 1
        return made

    def root(self) -> bytes:
        """Return the root of the tree as it stands."""
        return fold(self._peaks)


def parts(span: range) -> list[Subtree]:
    """Return the complete subtrees that make up `span`, the RFC's `D[begin:end]`, left to right.

    `span` begins at a multiple of a power of two that is no smaller than its length, as every
    span in a root or a proof does.
    """
    found, begin, left = [], span.start, len(span)
    while left:
        level = left.bit_length() - 1
        found.append(Subtree(level, begin >> level))
        begin, left = begin + (1 << level), left - (1 << level)
    return found


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the hash over subtrees that shrink from left to right; of none, the empty tree's."""
    if not hashes:
        return EMPTY_ROOT
    *others, found = hashes
    for left in reversed(others):
        found = node_hash(left, found)
    return found


def hash_of(span: range, hashes: Hashes) -> bytes:
    """Return the Merkle tree hash of `span`; `hashes` holds its parts."""
    return fold([hashes[place] for place in parts(span)])


def inclusion(index: int, size: int) -> list[range]:
    """Return PATH(index, D[size]): the hashes that prove leaf `index` is in the tree, bottom up."""
    found, whole = [], range(size)
    while len(whole) > 1:
        left, right = _halves(whole)
        whole, other = (left, right) if index in left else (right, left)
        found.append(other)
    return found[::-1]


def consistency(old: int, size: int) -> list[range]:
    """Return PROOF(old, D[size]): the hashes that prove the tree only grew, bottom up.

    Empty where there is nothing to prove: from no leaves, or to the same size.
    """
    if old in {0, size}:
        return []
    found, whole = [], range(size)
    while whole.stop != old:
        left, right = _halves(whole)
        whole, other = (left, right) if old <= left.stop else (right, left)
        found.append(other)
    # The old root itself is known to the client; any other subtree they end at is not.
    return found[::-1] if whole.start == 0 else [whole, *found[::-1]]


def _halves(span: range) -> tuple[range, range]:
    """Split a tree after the largest power of two that is smaller than its size."""
    middle = 1 << (len(span) - 1).bit_length() - 1
    return span[:middle], span[middle:]
