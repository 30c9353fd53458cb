"""Enter one entry: once, silently, marked, by the services of the console and the API."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction

from statuspage.approvals.drafts import publish_once, published_with
from statuspage.approvals.models import Proposal
from statuspage.approvals.rules import approval_of_notice
from statuspage.approvals.submitting import CONFIRMED, notice_alone, notice_submit
from statuspage.importing.components import Components
from statuspage.importing.entries import IncidentEntry, NoticeEntry, Unusable
from statuspage.incidents.services.backfills import past_incident_enter
from statuspage.notices.kind import kinds, notice_kind
from statuspage.notices.telling import Told
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement

# Any constant will do; it may never change: with it, tokens follow from the ids of a source.
NAMESPACE: Final = UUID("6f1f0c5e-3a0b-4f0e-9f64-52d6f6d2b6c1")

Done = Statement | Proposal


@dataclass(frozen=True)
class Import:
    """One run: from which source, by whom, with which components."""

    source: str
    author: Staff
    components: Components

    def token(self, key: str) -> UUID:
        """Return the token under which an entry is published: the same in every run."""
        # Neither has to be text that can be encoded.
        name = f"{self.source}\n{key}".encode("utf-8", "backslashreplace").decode()
        return uuid5(NAMESPACE, name)

    def entered(self, key: str) -> Done | None:
        """Return what an earlier run made of the entry with this id, or None."""
        token = self.token(key)
        return published_with(token) or Proposal.objects.filter(token=token).first()

    def is_proposed(self, entry: NoticeEntry) -> bool:
        """Tell whether a second person has to approve it.

        Raises:
            ValidationError: there is no such kind.
        """
        return approval_of_notice(notice_kind(entry.kind)).binds(self.author)


def incident_enter(run: Import, entry: IncidentEntry) -> Done:
    """Enter an incident with all its updates, one statement each; return the first.

    Raises:
        ValidationError: the service refuses it.
        Unusable: a component is not known.
    """
    said = _incident(run, entry)
    token = run.token(entry.origin.key)
    statement, _now = publish_once(token, lambda: past_incident_enter(author=run.author, **said)[0])
    return statement


def _incident(run: Import, entry: IncidentEntry) -> Any:
    updates = [
        {
            "at": one.at,
            "status": one.status,
            "body": one.body,
            "components": run.components.states(one.components),
        }
        for one in entry.updates
    ]
    return {
        "name": entry.name,
        "components": run.components.states(entry.components),
        "started_at": entry.started_at,
        "impact": entry.impact or None,
        "updates": updates,
        "told": False,
    }


def notice_enter(run: Import, entry: NoticeEntry, incident_id: str = "") -> Done:
    """Publish a notice of before, or submit it for approval where it takes a second person.

    Raises:
        ValidationError: the service refuses it.
        Unusable: people do not write this kind.
    """
    if entry.kind not in [one.name for one in kinds()]:
        raise Unusable(f"“{entry.kind}” is not a kind of notice that people write")
    said, token = _notice(entry, incident_id), run.token(entry.origin.key)
    if run.is_proposed(entry):
        return notice_submit(token=token, author=run.author, **said)
    statement, _now = publish_once(token, lambda: notice_alone(author=run.author, **said))
    return statement


def _notice(entry: NoticeEntry, incident_id: str) -> Mapping[str, Any]:
    return {
        "kind": entry.kind,
        "title": entry.title,
        "body": entry.body,
        "payload": entry.payload,
        "audience": entry.audience,
        "incident_id": incident_id,
        "confirmed": entry.confirmed,
        "told": Told.NOBODY,
        "originally": {
            "published_on": entry.published_on.isoformat(),
            "document_number": entry.document_number,
            "link": entry.link,
        },
    }


def rehearse(run: Import, entry: IncidentEntry | NoticeEntry) -> None:
    """Enter it and take that back, so that a fault shows before anything is entered.

    Raises:
        ValidationError: the service refuses it.
        Unusable: it cannot be entered.
    """
    with transaction.atomic():
        if isinstance(entry, IncidentEntry):
            incident_enter(run, entry)
        else:
            notice_enter(run, entry)
        transaction.set_rollback(True)


def reasons(error: ValidationError) -> str:
    """Return everything that a service refused, with the fields."""
    if not hasattr(error, "error_dict"):
        return " ".join(error.messages)
    by_field = error.message_dict.items()
    said = " ".join(f"{field}: {' '.join(found)}" for field, found in by_field)
    return f"{said} If so, add “{CONFIRMED}: true” to its front matter." if odd(error) else said


def odd(error: ValidationError) -> bool:
    """Return whether it is refused only because nobody confirmed what is unusual."""
    return set(error.error_dict) == {CONFIRMED}
