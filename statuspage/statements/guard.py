"""The signer's own check: nothing is signed that is not the continuation of what was signed last.

Whoever can write to the database can make statements, tree and checkpoints agree on a history that
never was. They cannot sign it. So the tree must lead to the root of the last checkpoint that our
key has signed, and must continue the copy that this machine keeps outside the database.
"""

from functools import partial
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from statuspage.statements.copies import KeptCheckpoint, copy_append, copy_last, kept_of, machine
from statuspage.statements.findings import finding_note_apart, findings_see
from statuspage.statements.merkle import TreeBuilder
from statuspage.statements.models import Checkpoint, LogProblem, Statement
from statuspage.statements.notes import b64, signed_by_us
from statuspage.statements.snapshots import one_snapshot
from statuspage.statements.tree import checkpoint_make, root_at, tree_builder

CODE: Final = "log_broken"
# What this check judges, on each machine by its own copy.
JUDGED: Final = (
    LogProblem.SIGNATURE,
    LogProblem.TREE,
    LogProblem.SHORTER,
    LogProblem.FORKED,
    LogProblem.UNSIGNED,
)


class LogBroken(ValidationError):
    """The log in the database is not the one that was signed last: nothing can be published."""

    def __init__(self, problem: LogProblem) -> None:
        super().__init__(
            _(
                "Nothing was published: the public log failed its own check (%(problem)s). "
                "Somebody may have changed the database. Tell whoever runs the server: "
                "“candor log_check” and docs/log.md say what to do."
            ),
            code=CODE,
            params={"problem": problem.label},
        )
        self.problem = problem


def checkpoint_sign(statement: Statement) -> Checkpoint:
    """Grow the tree by the new statement and sign it, if it continues what was signed last.

    Called by `publish`, in its transaction and under its lock. This machine's copy gets the
    checkpoint after the commit: until then its note is nowhere but in this transaction, and another
    one of the same size may take its place.

    Raises:
        LogBroken: it does not; what was found is recorded although the transaction is undone.
    """
    try:
        tree = checked_tree()
        # `publish` counts what others put into the table as well.
        _check_nothing_slipped_in(tree.size, statement.number - 1)
    except LogBroken as broken:
        finding_note_apart(machine(), broken.problem)
        raise
    made = checkpoint_make(tree, [statement.canonical])
    transaction.on_commit(partial(copy_append, kept_of(made)), robust=True)
    return made


def checked_tree() -> TreeBuilder:
    """Return the tree of the database, to be grown.

    Raises:
        LogBroken: it is not the one that was signed last, or no continuation of this machine's
            copy.
    """
    # Read before the database: whatever it has was committed by then.
    kept = copy_last()
    try:
        tree = tree_builder()
    except KeyError as missing:
        raise LogBroken(LogProblem.TREE) from missing
    root = b64(tree.root())
    if not (kept and kept.stands_for(tree.size, root)):
        _check_signed(tree.size, root)
    if kept:
        _check_continues(kept, tree.size, root)
    return tree


def log_follow() -> None:
    """Check the log as the signer does, record the result, and bring this machine's copy up to it.

    Every web process and beat do so every few seconds: each machine has a copy, and notices on its
    own when the database no longer fits it.
    """
    newest = None
    with one_snapshot():
        try:
            size = checked_tree().size
            _check_nothing_slipped_in(size, newest_number())
        except LogBroken as broken:
            found = {broken.problem: ""}
        else:
            found, newest = {}, Checkpoint.objects.filter(size=size).first()
    findings_see(machine(), JUDGED, found)
    if newest:
        copy_append(kept_of(newest))


def _check_signed(size: int, root: str) -> None:
    """Check that the tree is that of the newest checkpoint, and that our key signed it."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        if size:
            raise LogBroken(LogProblem.SIGNATURE)
        return
    if not signed_by_us(newest.size, newest.root, newest.note):
        raise LogBroken(LogProblem.SIGNATURE)
    if (newest.size, newest.root) != (size, root):
        raise LogBroken(LogProblem.TREE)


def _check_nothing_slipped_in(size: int, newest: int) -> None:
    """Check that the table has no statement behind the tree: nobody has published it."""
    if newest > size:
        raise LogBroken(LogProblem.UNSIGNED)


def newest_number() -> int:
    """Return the number of the last statement in the table; 0 where there is none."""
    return Statement.objects.aggregate(newest=Max("number"))["newest"] or 0


def _check_continues(kept: KeptCheckpoint, size: int, root: str) -> None:
    """Check that the tree continues the one that this machine has seen."""
    if kept.size > size:
        raise LogBroken(LogProblem.SHORTER)
    try:
        before = root if kept.size == size else b64(root_at(kept.size))
    except KeyError as missing:
        raise LogBroken(LogProblem.TREE) from missing
    if before != kept.root:
        raise LogBroken(LogProblem.FORKED)
