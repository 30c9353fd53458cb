"""Publishing from a form, once."""

from collections.abc import Callable
from uuid import UUID

from statuspage.console.models import Publication
from statuspage.console.writing import draft_finish
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing


def published_with(token: object) -> Statement | None:
    """The statement that came of the form with this token, whatever was sent as one."""
    try:
        return _published(UUID(str(token)))
    except ValueError:
        return None


def publish_once(token: UUID, publish: Callable[[], Statement]) -> tuple[Statement, bool]:
    """Publish, unless the form with this token was published before; True when it now was.

    Token and statement are written in one transaction, under the publishers' lock: the second of
    two clicks waits for the first and then finds its statement; a crash leaves neither or both.

    Raises:
        ValidationError: as `publish` does; the token may then be used again.
    """
    with publishing():
        if earlier := _published(token):
            return earlier, False
        statement = publish()
        Publication.objects.create(token=token, statement=statement)
        draft_finish(token)
        return statement, True


def _published(token: UUID) -> Statement | None:
    publication = Publication.objects.select_related("statement").filter(token=token).first()
    return publication.statement if publication else None
