"""What taking back a statement about an incident undoes: its postmortem can be written anew."""

from collections.abc import Mapping
from datetime import datetime

from django.db.models import F

from statuspage.postmortems.content import POSTMORTEM
from statuspage.postmortems.lifecycle import PostmortemState
from statuspage.postmortems.models import Postmortem
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.undoing import undoes


@undoes("incident")
def postmortem_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """A postmortem that is taken back is a draft again; other statements change no row."""
    if statement.kind == POSTMORTEM:
        Postmortem.objects.filter(statement=statement).update(
            state=PostmortemState.DRAFT,
            statement=None,
            updated_at=moment,
            version=F("version") + 1,
        )
    return {}
