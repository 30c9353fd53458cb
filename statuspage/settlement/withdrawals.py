"""What withdrawing a notice undoes."""

from collections.abc import Mapping
from datetime import datetime

from statuspage.settlement.models import Notice
from statuspage.settlement.notices import notice_kind
from statuspage.settlement.wording import tabled
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.undoing import undoes


@undoes("notice")
def notice_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """Let the notice's kind undo its effect; taking back a correction undoes nothing."""
    if not statement.kind.startswith("notice."):
        return {}
    notice = Notice.objects.get(public_id=statement.subject_id)
    kind = notice_kind(notice.kind)
    found = kind.undo(notice, moment, author)
    return {**found, **tabled(kind, {**notice.payload, **found})} if found else {}
