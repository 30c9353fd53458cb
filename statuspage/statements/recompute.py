"""The whole log worked out again from its statements, and compared with all that is kept of it."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

from django.conf import settings

from statuspage.statements.copies import KeptCheckpoint, copy_lines, machine
from statuspage.statements.findings import findings_see
from statuspage.statements.merkle import Subtree, TreeBuilder
from statuspage.statements.models import Checkpoint, LogProblem, Statement, TreeNode
from statuspage.statements.notes import b64, checkpoint_text
from statuspage.statements.snapshots import one_snapshot
from statuspage.statements.tree import tree_size

One = TypeVar("One")
Row = tuple[int, str, str]

CHUNK: Final = 250
# Any machine would find these, and only the copy is this one's.
JUDGED: Final = (LogProblem.STATEMENT, LogProblem.NODE, LogProblem.CHECKPOINT)


def log_recompute() -> dict[LogProblem, str]:
    """Read every statement, compare tree, checkpoints and this machine's copy; record the result.

    In bounded memory and one snapshot of the database; publishers go on meanwhile.
    """
    with one_snapshot():
        found = Recomputation().run()
    for source, judged in ((machine(), (LogProblem.COPY,)), ("", JUDGED)):
        findings_see(source, judged, {one: found[one] for one in judged if one in found})
    return found


class Recomputation:
    """One reading of the log; `found` has the first place of each kind of difference."""

    def __init__(self) -> None:
        self._tree = TreeBuilder()
        self._found: dict[LogProblem, str] = {}
        # Before the database: what the copy has was committed by then.
        self._copied: Iterator[KeptCheckpoint] = iter([*copy_lines()])
        self._next = next(self._copied, None)

    def run(self) -> dict[LogProblem, str]:
        """Return what differs, with its place."""
        size = tree_size()
        rows = Statement.objects.filter(number__lte=size).order_by("number")
        values = rows.values_list("number", "canonical", "sha256")
        for chunk in chunks(values.iterator(chunk_size=CHUNK)):
            if not self._add(chunk):
                return self._found
        if self._tree.size < size:
            self._note(LogProblem.STATEMENT, self._tree.size + 1)
        self._count(size)
        return self._found

    def _add(self, rows: Sequence[Row]) -> bool:
        """Add statements; False where one is missing, behind which nothing can be worked out."""
        checkpoints = self._checkpoints(len(rows))
        made: dict[Subtree, bytes] = {}
        for number, canonical, sha256 in rows:
            if number != self._tree.size + 1:
                self._note(LogProblem.STATEMENT, self._tree.size + 1)
                return False
            if hashlib.sha256(canonical.encode()).hexdigest() != sha256:
                self._note(LogProblem.STATEMENT, number)
            made.update(self._tree.add(canonical.encode()))
            self._compare(checkpoints)
        self._compare_nodes(made)
        return True

    def _checkpoints(self, count: int) -> dict[int, tuple[str, str]]:
        """Return root and note of the checkpoints of so many trees from the present one on."""
        begin = self._tree.size
        rows = Checkpoint.objects.filter(size__gt=begin, size__lte=begin + count)
        return {size: (root, note) for size, root, note in rows.values_list("size", "root", "note")}

    def _compare(self, checkpoints: dict[int, tuple[str, str]]) -> None:
        """Compare the tree as it stands with what was signed of it, here and in the copy."""
        size = self._tree.size
        copied = self._next is not None and self._next.size == size
        if not (copied or size in checkpoints):
            return
        root = b64(self._tree.root())
        if size in checkpoints:
            signed, note = checkpoints[size]
            text = checkpoint_text(settings.LOG_ORIGIN, size, root)
            if signed != root or not note.startswith(f"{text}\n"):
                self._note(LogProblem.CHECKPOINT, size)
        while self._next is not None and self._next.size <= size:
            if self._next.size == size and self._next.root != root:
                self._note(LogProblem.COPY, size)
            self._next = next(self._copied, None)

    def _compare_nodes(self, made: dict[Subtree, bytes]) -> None:
        rows = TreeNode.objects.filter(pk__in=list(made)).values_list("level", "index", "hash")
        kept = {Subtree(level, index): bytes(found) for level, index, found in rows}
        for place, computed in made.items():
            if kept.get(place) != computed:
                # The leaf that differs is that of a statement; what stands above follows from it.
                level, index = place
                problem = LogProblem.NODE if level else LogProblem.STATEMENT
                self._note(problem, f"{level}/{index}" if level else index + 1)

    def _count(self, size: int) -> None:
        """Find rows that belong to no statement."""
        if TreeNode.objects.count() != 2 * size - size.bit_count():
            self._note(LogProblem.NODE, "?")
        ahead = Checkpoint.objects.filter(size__gt=size).values_list("size", flat=True).first()
        if ahead is not None:
            self._note(LogProblem.CHECKPOINT, ahead)

    def _note(self, problem: LogProblem, place: object) -> None:
        self._found.setdefault(problem, str(place))


def chunks(rows: Iterable[One]) -> Iterator[list[One]]:
    """Yield the rows by CHUNK."""
    left = iter(rows)
    while some := list(islice(left, CHUNK)):
        yield some
