"""How far the log had come, and the root of its tree, for whoever prints or shares a page."""

import base64
from dataclasses import dataclass
from typing import Final

from statuspage.once import once
from statuspage.statements.models import Checkpoint
from statuspage.statements.tree import newest_checkpoint, root_at

START: Final = 8  # characters: enough to compare by eye, few enough to read aloud


@dataclass(frozen=True)
class LogHead:
    """A number of statements, and the root (base64) of the tree over them."""

    size: int
    root: str

    @property
    def start(self) -> str:
        """The first characters of the root."""
        return self.root[:START]


@once
def log_head() -> LogHead | None:
    """The log as it stands; None before the first statement."""
    newest = newest_checkpoint()
    return LogHead(newest.size, newest.root) if newest else None


def log_head_at(number: int) -> LogHead | None:
    """The log as it stood after a statement: what a page of older statements says for ever.

    So such a page need not change whenever something is said elsewhere. None where the tree does
    not hold the statement: the page is shown all the same.
    """
    root = Checkpoint.objects.filter(size=number).values_list("root", flat=True).first()
    if root is None:
        try:
            root = base64.b64encode(root_at(number)).decode()
        except KeyError:
            return None
    return LogHead(number, root)
