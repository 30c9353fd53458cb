"""Growing the tree by a statement and signing what it has become."""

import base64
from collections.abc import Iterator
from typing import Final

from statuspage.statements.merkle import Growing, Place
from statuspage.statements.models import Checkpoint, Statement, TreeNode
from statuspage.statements.notes import checkpoint_note
from statuspage.statements.signing import signers
from statuspage.statements.tree import tree_peaks, tree_size

CHUNK: Final = 500


def checkpoint_sign() -> Checkpoint:
    """Put every statement that is not in the tree yet into it, and sign the root.

    Called by `publish`, under its lock, with one new statement: that takes a number of rows and
    hashes that grows with the logarithm of the log. More than one is found only where an older
    version of the program went on publishing after the upgrade.
    """
    tree = _tree()
    grown = [node for leaf in _missing(tree.size) for node in tree.add(leaf)]
    TreeNode.objects.bulk_create(map(_node, grown), batch_size=CHUNK)
    root = tree.root()
    return Checkpoint.objects.create(
        size=tree.size,
        root=base64.b64encode(root).decode(),
        note=checkpoint_note(tree.size, root, signers()),
    )


def _tree() -> Growing:
    size = tree_size()
    return Growing(size, tree_peaks(size))


def _missing(size: int) -> Iterator[bytes]:
    rows = Statement.objects.filter(number__gt=size).order_by("number")
    for text in rows.values_list("canonical", flat=True).iterator(chunk_size=CHUNK):
        yield text.encode()


def _node(made: tuple[Place, bytes]) -> TreeNode:
    place, found = made
    return TreeNode(level=place.level, index=place.offset, hash=found)
