"""Reading postmortems: as they are written, and as the log tells them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from statuspage.incidents.models import Incident
from statuspage.incidents.said import as_said
from statuspage.postmortems.content import FOLLOWED_UP, POSTMORTEM
from statuspage.postmortems.models import Postmortem
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL

KINDS = (POSTMORTEM, FOLLOWED_UP)
DUE = "postmortem_by"


@dataclass(frozen=True)
class PublishedPostmortem:
    """What the log says after an incident: the newest postmortem, and the actions since.

    `due` is the day that was promised at the end of the incident.
    """

    statement: Statement | None
    actions: Sequence[dict[str, Any]]
    due: date | None

    def late(self, today: date) -> bool:
        """Return whether the promised day has passed without a postmortem."""
        return self.statement is None and self.due is not None and today > self.due


def postmortem_of(incident: Incident) -> Postmortem | None:
    """Return the postmortem of an incident as written so far, or None."""
    found = Postmortem.objects.select_related("author", "approver", "incident")
    return found.prefetch_related("actions__done_by").filter(incident=incident).first()


def told_after(said: Iterable[Statement]) -> PublishedPostmortem:
    """Return the postmortem and actions in an incident's statements, without withdrawn ones."""
    statements = list(said)
    withdrawn = {one.corrects_id for one in statements if one.kind == WITHDRAWAL}
    standing = [one for one in statements if one.number not in withdrawn]
    newest = next((one for one in reversed(standing) if one.kind == POSTMORTEM), None)
    actions = [one for one in standing if newest and one.number >= newest.number]
    last = next((one for one in reversed(actions) if one.kind in KINDS), None)
    due = next((_due(one) for one in reversed(standing) if _says_due(one)), None)
    if statements and statements[0].number in withdrawn:
        due = None  # there was no such incident
    return PublishedPostmortem(newest, last.content.get("actions", []) if last else [], due)


def _says_due(statement: Statement) -> bool:
    """Return whether it promises a day, or says that none is promised any more."""
    return DUE in (statement.content if as_said(statement).changes_state else statement.news)


def _due(statement: Statement) -> date | None:
    written = statement.content[DUE]
    return date.fromisoformat(written) if written else None
