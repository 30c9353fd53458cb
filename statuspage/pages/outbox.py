"""Wake the web processes and store the search text when a statement is published."""

import threading
from functools import partial
from typing import Final

from django.db import connection, transaction

from statuspage.pages.snapshots.store import tell
from statuspage.statements.models import Statement

# Title and text in both languages, normalised to half width and lower case. Chinese has no spaces,
# so that searching matches substrings, not words.
FILL: Final = """
    INSERT INTO pages_searchtext (statement_id, text)
    SELECT number, lower(normalize(concat_ws(' ',
        document #>> '{content,name,zh-hans}', document #>> '{content,name,en}',
        document #>> '{content,body,zh-hans}', document #>> '{content,body,en}'), NFKC))
    FROM statements_statement WHERE number > %s
    ON CONFLICT DO NOTHING
"""

_published: Final = threading.local()


def keep_search_text(statement: Statement) -> None:
    """Store its search text."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, [statement.number - 1])


def announce(statement: Statement) -> None:
    """Wake every web process, and note its number for the publisher's request."""
    tell(f"statement {statement.number}")
    transaction.on_commit(partial(setattr, _published, "number", statement.number))


def published_here() -> int:
    """Return and forget the newest number that this thread has published; 0 for none."""
    number: int = getattr(_published, "number", 0)
    _published.number = 0
    return number
