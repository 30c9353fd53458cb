"""The log's Merkle tree: its size, its roots, its proofs, and growing it by a statement."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from statuspage.lib.render_cache import once
from statuspage.statements import merkle
from statuspage.statements.merkle import Hashes, Subtree, TreeBuilder
from statuspage.statements.models import (
    Checkpoint,
    Cosignature,
    LogAcceptance,
    LogFinding,
    Statement,
    TreeNode,
)
from statuspage.statements.notes import b64, checkpoint_note, signers

CHUNK: Final = 500


def tree_size() -> int:
    """Return how many leaves the tree has."""
    last = TreeNode.objects.filter(level=0).order_by("-index").values_list("index", flat=True)
    newest = last.first()
    return 0 if newest is None else newest + 1


def tree_peaks(size: int) -> list[bytes]:
    """Return the complete subtrees of a tree of `size` leaves, from left to right."""
    places = merkle.parts(range(size))
    found = _hashes(places)
    return [found[place] for place in places]


def root_at(size: int) -> bytes:
    """Return the root that the tree had when it had `size` leaves."""
    return merkle.fold(tree_peaks(size))


def inclusion_proof(index: int, size: int) -> list[bytes]:
    """Return the hashes that prove leaf `index` to be in the tree of `size` leaves, bottom up."""
    return _hashes_of(merkle.inclusion(index, size))


def consistency_proof(old: int, size: int) -> list[bytes]:
    """Return the hashes that prove the tree of `size` leaves to have grown from that of `old`."""
    return _hashes_of(merkle.consistency(old, size))


def leaf_hash_at(index: int) -> bytes:
    """Return the hash of one leaf."""
    return _hashes([Subtree(0, index)])[Subtree(0, index)]


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
    """Return the last checkpoint that was signed; None before the first statement."""
    newest: Checkpoint | None = newest_with_state()
    return newest


@once
def newest_with_state() -> Any:
    """Return the same with whether a check has failed (`doubtful`) and a break was accepted.

    In one query: every page shows it.
    """
    state = {
        "doubtful": Exists(LogFinding.objects.filter(over_at=None)),
        "broken": Exists(LogAcceptance.objects.all()),
    }
    return checkpoints_cosigned().annotate(**state).order_by("-size").first()


def checkpoints_cosigned() -> QuerySet[Any]:
    """Return the checkpoints, each with its witnesses' lines as `cosigned`."""
    found = Cosignature.objects.filter(size=OuterRef("size"), root=OuterRef("root")).order_by("pk")
    return Checkpoint.objects.annotate(cosigned=ArraySubquery(found.values("line")))


def cosigned_note(checkpoint: Any) -> str:
    """Return the note of one of `checkpoints_cosigned` with every signature under it."""
    return str(checkpoint.note) + "".join(checkpoint.cosigned)


def _hashes_of(spans: Sequence[range]) -> list[bytes]:
    found = _hashes(place for span in spans for place in merkle.parts(span))
    return [merkle.hash_of(span, found) for span in spans]


def _hashes(places: Iterable[Subtree]) -> Hashes:
    """Return all of the hashes in one query."""
    rows = TreeNode.objects.filter(pk__in=list(places)).values_list("level", "index", "hash")
    return {Subtree(level, index): bytes(found) for level, index, found in rows}


def tree_builder() -> TreeBuilder:
    """Return the tree as its rows have it, to be grown; KeyError where rows are missing."""
    size = tree_size()
    return TreeBuilder(size, tree_peaks(size))


def checkpoint_make(tree: TreeBuilder, entries: Iterable[str]) -> Checkpoint:
    """Put the canonical text of new statements into the tree, and sign the root.

    Called by `checkpoint_sign`, which has checked the tree, with the one that was published: that
    takes a number of rows and hashes that grows with the logarithm of the log. What else stands in
    the table is never taken from there, since nobody has published it.
    """
    grown = [
        TreeNode(level=place.level, index=place.offset, hash=found)
        for text in entries
        for place, found in tree.add(text.encode())
    ]
    TreeNode.objects.bulk_create(grown, batch_size=CHUNK)
    note = checkpoint_note(tree.size, tree.root(), signers())
    return Checkpoint.objects.create(size=tree.size, root=b64(tree.root()), note=note)
