"""The page of the public log, and the size and root that other pages show of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from statuspage.lib.render_cache import once
from statuspage.pages.addresses import statement_path
from statuspage.pages.http import public
from statuspage.pages.paging import page_of
from statuspage.pages.timeline import tone_and_label
from statuspage.statements.findings import log_breaks, log_is_doubtful
from statuspage.statements.models import Checkpoint, Statement
from statuspage.statements.notes import b64, signers
from statuspage.statements.texts import CHINESE, LocalizedText, words
from statuspage.statements.tree import newest_with_state, root_at

START: Final = 8  # characters: enough to compare by eye
STATEMENTS_A_PAGE: Final = 50
# One set of rows for both languages.
_statements = once(Statement.objects.all)


@dataclass(frozen=True)
class LogHead:
    """A number of statements, and the root (base64) of the tree over them."""

    size: int
    root: str
    # Whether a check of the log has failed: readers must hear of it on every page.
    doubtful: bool = False

    @property
    def start(self) -> str:
        """The first characters of the root."""
        return self.root[:START]


@dataclass(frozen=True)
class LogRow:
    """One statement in the list; `path` is its place on its subject's page."""

    number: int
    tone: str
    label: str
    name: LocalizedText
    at: datetime
    sha256: str
    path: str


@once
def log_head() -> LogHead | None:
    """Return the log as it stands; None before the first statement."""
    newest = newest_with_state()
    return LogHead(newest.size, newest.root, log_is_doubtful(newest)) if newest else None


@once
def log_head_at(number: int) -> LogHead | None:
    """Return the log head right after a statement, so that older pages need not change.

    None where the tree does not hold the statement: the page is shown all the same.
    """
    root = Checkpoint.objects.filter(size=number).values_list("root", flat=True).first()
    if root is None:
        try:
            root = b64(root_at(number))
        except KeyError:
            return None
    return LogHead(number, root)


@public
def log_page(request: HttpRequest) -> HttpResponse:
    """Show how anyone checks the log, and every statement with its digest and proof."""
    page = page_of(request, _statements(), STATEMENTS_A_PAGE)
    language = get_language() or CHINESE
    newest = newest_with_state()
    doubtful = log_is_doubtful(newest)
    context = {
        "rows": [_row(statement, language) for statement in page],
        "page": page,
        "checkpoint": newest,
        "log_head": LogHead(newest.size, newest.root, doubtful) if newest else None,
        "doubtful": doubtful,
        "breaks": log_breaks(newest),
        "verifiers": [one.verifier for one in signers()],
        "witnesses": settings.WITNESSES,
    }
    return render(request, "pages/log.html", context)


def _row(statement: Statement, language: str) -> LogRow:
    tone, label = tone_and_label(statement)
    return LogRow(
        number=statement.number,
        tone=tone,
        label=str(label),
        name=words(statement.content["name"], language),
        at=statement.published_at,
        sha256=statement.sha256,
        path=statement_path(statement),
    )
