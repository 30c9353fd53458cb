"""What checks of the log have found: recorded, shown to everyone, and over once it is right."""

import logging
from collections.abc import Collection, Mapping
from typing import Any, Final

import psycopg
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from statuspage.statements.models import LogAcceptance, LogFinding, LogProblem
from statuspage.statements.tree import newest_with_state

# A finding beside the transaction that it undoes waits for no longer.
APART_SECONDS: Final = 5
# So many are shown.
BREAKS: Final = 20
RECORD = """
    INSERT INTO statements_logfinding (problem, source, place) VALUES (%s, %s, '')
    ON CONFLICT (problem, source) WHERE over_at IS NULL DO NOTHING
"""

logger = logging.getLogger(__name__)


def open_findings() -> QuerySet[LogFinding]:
    """Return what is wrong with the log, newest first."""
    return LogFinding.objects.filter(over_at=None)


def log_is_doubtful(newest: Any = None) -> bool:
    """Return whether a check of the log has failed, and nobody has explained it yet.

    `newest` spares a query: what `newest_with_state` returned.
    """
    newest = newest or newest_with_state()
    return bool(newest.doubtful) if newest else open_findings().exists()


def log_breaks(newest: Any = None) -> list[LogAcceptance]:
    """Return the breaks that were accepted, newest first; `newest` as above."""
    newest = newest or newest_with_state()
    return [] if newest and not newest.broken else [*LogAcceptance.objects.all()[:BREAKS]]


def findings_see(
    source: str, judged: Collection[LogProblem], found: Mapping[LogProblem, str]
) -> None:
    """Record what a check found, and end what it judged and no longer finds.

    `found` names the place of each.
    """
    known = open_findings().filter(source=source)
    for problem in found.keys() - set(known.values_list("problem", flat=True)):
        logger.error("the log: %s %s", problem, found[problem])
        LogFinding.objects.bulk_create(
            [LogFinding(problem=problem, source=source, place=found[problem])],
            ignore_conflicts=True,
        )
    known.filter(problem__in=set(judged) - found.keys()).update(over_at=Now())


def finding_note_apart(source: str, problem: LogProblem) -> None:
    """Record a finding at once, on a connection of its own: the open transaction is undone."""
    logger.error("the log: %s: nothing is signed", problem)
    parameters = connection.get_connection_params()
    for name in ("cursor_factory", "context", "prepare_threshold"):  # Django's own
        parameters.pop(name, None)
    parameters["connect_timeout"] = APART_SECONDS
    try:
        with psycopg.connect(**parameters, autocommit=True) as session:
            session.execute(f"SET statement_timeout = '{APART_SECONDS}s'")
            session.execute(RECORD, [problem.value, source])
    except psycopg.Error as error:
        logger.warning("the finding is not recorded: %s", type(error).__name__)
