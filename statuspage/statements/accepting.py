"""The operator's decision to go on from the log as it is, after a break that is explained."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from statuspage.statements.copies import KeptCheckpoint, copy_append, copy_last
from statuspage.statements.findings import open_findings
from statuspage.statements.guard import newest_number
from statuspage.statements.merkle import TreeBuilder
from statuspage.statements.models import LogAcceptance, LogProblem
from statuspage.statements.notes import b64, checkpoint_note, signers
from statuspage.statements.recompute import log_recompute
from statuspage.statements.services import publishing
from statuspage.statements.tree import tree_builder

LONGEST_REASON = 500
# Of a tree that its own statements do not make, nothing can be accepted.
HOPELESS = (LogProblem.STATEMENT, LogProblem.NODE)


def log_accept(*, reason: str) -> LogAcceptance:
    """Go on from the tree in the database, and say so in public with the reason.

    The decision is signed and appended to this machine's copy: the next statement continues from
    here. Other machines with a copy of their own go on refusing until it is accepted there as well.

    Raises:
        ValidationError: there is no reason, or the tree is not that of the statements: then only
            another backup helps.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise ValidationError(_("Give a reason of up to 500 characters; it is public."))
    with publishing():
        found = log_recompute()
        tree, kept = tree_builder(), copy_last()
        slipped_in = newest_number() > tree.size
        if slipped_in or any(one in found for one in HOPELESS):
            raise ValidationError(
                _("The statements in the database do not make its tree. Restore a backup instead.")
            )
        root = b64(tree.root())
        accepted = LogAcceptance.objects.create(
            size=tree.size, root=root, seen=kept.size if kept else tree.size, reason=reason
        )
        open_findings().update(over_at=Now())
        transaction.on_commit(lambda: copy_append(_line(tree)))
    return accepted


def _line(tree: TreeBuilder) -> KeptCheckpoint:
    note = checkpoint_note(tree.size, tree.root(), signers())
    return KeptCheckpoint(tree.size, b64(tree.root()), note, accepted=True)
