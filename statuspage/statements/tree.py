"""Reading the log's Merkle tree: its size, its roots, its tiles and its proofs."""

from collections.abc import Iterable, Sequence

from statuspage.statements import merkle
from statuspage.statements.merkle import Hashes, Place, Span
from statuspage.statements.models import Checkpoint, Statement, TreeNode


def tree_size() -> int:
    """How many leaves the tree has."""
    last = TreeNode.objects.filter(level=0).order_by("-index").values_list("index", flat=True)
    newest = last.first()
    return 0 if newest is None else newest + 1


def tree_peaks(size: int) -> list[bytes]:
    """The complete subtrees of a tree of `size` leaves, from left to right."""
    places = merkle.parts(Span(0, size))
    found = _hashes(places)
    return [found[place] for place in places]


def root_at(size: int) -> bytes:
    """The root that the tree had when it had `size` leaves."""
    return merkle.fold(tree_peaks(size))


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """The hashes that prove leaf `index` to be in the tree of `size` leaves, bottom up."""
    return _hashes_of(merkle.inclusion(index, size))


def consistency_proof(old: int, size: int) -> list[bytes]:
    """The hashes that prove the tree of `size` leaves to have grown from that of `old`."""
    return _hashes_of(merkle.consistency(old, size))


def leaf_hash_at(index: int) -> bytes:
    """The hash of one leaf."""
    return _hashes([Place(0, index)])[Place(0, index)]


def row_of_hashes(level: int, begin: int, count: int) -> list[bytes]:
    """`count` subtree hashes of one level of the tree, or as many of them as there are."""
    rows = TreeNode.objects.filter(level=level, index__gte=begin, index__lt=begin + count)
    return [bytes(one) for one in rows.order_by("index").values_list("hash", flat=True)]


def leaves(begin: int, count: int) -> list[bytes]:
    """`count` leaves from position `begin`, or as many of them as there are."""
    rows = Statement.objects.filter(number__gt=begin, number__lte=begin + count)
    texts = rows.order_by("number").values_list("canonical", flat=True)
    return [text.encode() for text in texts]


def newest_checkpoint() -> Checkpoint | None:
    """The last checkpoint that was signed; None before the first statement."""
    return Checkpoint.objects.order_by("-size").first()


def _hashes_of(spans: Sequence[Span]) -> list[bytes]:
    found = _hashes(place for span in spans for place in merkle.parts(span))
    return [merkle.hash_of(span, found) for span in spans]


def _hashes(places: Iterable[Place]) -> Hashes:
    """All of them in one query."""
    rows = TreeNode.objects.filter(pk__in=list(places)).values_list("level", "index", "hash")
    return {Place(level, index): bytes(found) for level, index, found in rows}
