"""Append statements to the log, the only way to publish, and run other apps' hooks."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from statuspage.lib.database_clock import database_now
from statuspage.statements import documents
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json, canonical, digest
from statuspage.statements.guard import checkpoint_sign
from statuspage.statements.models import Statement
from statuspage.statements.selectors import body_as_corrected, content_now
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.tiles import MAX_LEAF_BYTES
from statuspage.statements.tree import tree_size

PublishHandler = Callable[[Statement], None]
# The facts of a statement by name, as a correction gives them.
Facts = Mapping[str, Any]
# Gets the statement that is withdrawn, the moment and who withdraws it; the withdrawal's
# statement adds what it returns.
WithdrawHandler = Callable[[Statement, datetime, Author | None], Mapping[str, Json]]
# Gets the statement that is corrected, its facts as they should be and the moment; the
# correction's statement adds what it returns.
CorrectHandler = Callable[[Statement, Facts, datetime], Mapping[str, Json]]
_ON_PUBLISH: Final[list[PublishHandler]] = []
_ON_WITHDRAW: Final[defaultdict[str, list[WithdrawHandler]]] = defaultdict(list)
_ON_CORRECT: Final[dict[str, CorrectHandler]] = {}
# Any constant will do; it only has to be the same in every process of the project.
PUBLISHING_LOCK: Final = 7_301_001

Subject = documents.Subject
CORRECTION: Final = documents.CORRECTION
WITHDRAWAL: Final = documents.WITHDRAWAL
UNCHANGED: Final = _("Nothing has changed. Correct the text or a fact, or go back.")


def on_publish(handler: PublishHandler) -> None:
    """Call `handler` with every new statement, before the publishing transaction commits.

    A handler that raises undoes the statement: nothing is published that cannot be sent.
    """
    if handler not in _ON_PUBLISH:
        _ON_PUBLISH.append(handler)


def on_withdraw(subject_type: str, handler: WithdrawHandler) -> None:
    """Call `handler` before a statement about that type of subject is withdrawn."""
    if handler not in _ON_WITHDRAW[subject_type]:
        _ON_WITHDRAW[subject_type].append(handler)


def on_correct(subject_type: str, handler: CorrectHandler) -> None:
    """Call `handler` before a fact of a statement about that type of subject is corrected."""
    _ON_CORRECT[subject_type] = handler


def published(statement: Statement) -> None:
    """Give a new statement to every handler."""
    for handler in _ON_PUBLISH:
        handler(statement)


def withdrawn(statement: Statement, moment: datetime, author: Author | None) -> Mapping[str, Json]:
    """Undo what the statement did; return what the withdrawal says about that."""
    found: dict[str, Json] = {}
    for handler in _ON_WITHDRAW[statement.subject_type]:
        found |= handler(statement, moment, author)
    return found


def corrected(statement: Statement, facts: Facts, moment: datetime) -> Mapping[str, Json]:
    """Correct the facts of a statement; return what the correction says about that.

    Raises:
        ValidationError: this statement has no facts that can be corrected, or one is not usable.
    """
    if not facts:
        return {}
    handler = _ON_CORRECT.get(statement.subject_type)
    if handler is None:
        raise ValidationError(_("Only the text of this statement can be corrected."), code="facts")
    return handler(statement, facts, moment)


def preview_withdrawal(statement: Statement) -> Mapping[str, Json]:
    """Return what a withdrawal would say, and keep nothing of it."""
    with transaction.atomic():
        found = withdrawn(statement, database_now(), None)
        transaction.set_rollback(True)
        return found


def preview_correction(statement: Statement, facts: Facts) -> Mapping[str, Json]:
    """Return what a correction of these facts would say, and keep nothing of it.

    Facts that would be refused say nothing: their author is told when publishing.
    """
    try:
        return _corrected_for_now(statement, facts)
    except ValidationError:
        return {}


def check_correction(statement: Statement, body: Text, facts: Facts) -> None:
    """Raise ValidationError where a fact is not usable, or nothing would change (`unchanged`)."""
    if not _corrected_for_now(statement, facts) and body == body_as_corrected(statement):
        raise ValidationError(UNCHANGED, code="unchanged")


def _corrected_for_now(statement: Statement, facts: Facts) -> Mapping[str, Json]:
    with transaction.atomic():
        found = corrected(statement, facts, database_now())
        transaction.set_rollback(True)
        return found


@contextmanager
def publishing() -> Iterator[datetime]:
    """Open the transaction in which domain rows change and their statement is appended.

    Publishers queue at its start. Taking the lock before any row lock rules out deadlocks
    between them, and holding it to the commit is what keeps the numbers without gaps.

    Yields the moment at which to publish: PostgreSQL's, and never before the last statement's.
    """
    with _in_line() as (now, _number, last_moment):
        yield max(now, last_moment)


@contextmanager
def _in_line() -> Iterator[tuple[datetime, int, datetime]]:
    """Hold the publishers' lock; yield PostgreSQL's time and the last statement, as `_last`."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING_LOCK])
        yield database_now(), *_last()


def publish(
    *,
    kind: str,
    subject: Subject,
    content: Mapping[str, Json],
    author: Author | None,
    corrects: Statement | None = None,
    published_at: datetime | None = None,
) -> Statement:
    """Append the next statement to the log, sign the log, and open the broadcast: all or nothing.

    `published_at` is for importing history, or the moment that the caller's own `publishing` gave;
    left out, it is now. It never goes backwards: what is given too early gets the last one's.

    Raises:
        NotCanonical: `content` cannot be written as canonical JSON.
        ValidationError: it is too long to be a leaf of the log.
        LogBroken: the log in the database is not the one that was signed last.
    """
    with _in_line() as (now, last, last_moment):
        moment = max(published_at or now, last_moment)
        number = _number_after(last)
        data = canonical(
            documents.document_of(
                number=number,
                kind=kind,
                subject=subject,
                content=content,
                published_at=moment,
                corrects=corrects.number if corrects else None,
            )
        )
        _check_length(data)
        statement = Statement.objects.create(
            number=number,
            kind=kind,
            subject_type=subject.type,
            subject_id=subject.id,
            corrects=corrects,
            published_at=moment,
            author=author,
            canonical=data.decode(),
            sha256=digest(data),
        )
        checkpoint_sign(statement)
        published(statement)
        return statement


def statement_correct(
    *,
    statement: Statement,
    body: Text | None = None,
    author: Author | None,
    published_at: datetime | None = None,
    **facts: Any,
) -> Statement:
    """Say that an earlier statement was wrong, and what is right; both stay visible.

    A text that is left out stays as it is; `facts` are those that its subject's app corrects.

    Raises:
        ValidationError: the text or a fact is unusable, the statement was withdrawn, or nothing
            would change (code `unchanged`).
    """
    with _answering(statement) as now:
        before = body_as_corrected(statement)
        right = before if body is None else clean_text(body)
        found = corrected(statement, facts, published_at or now)
        if right == before and not found:
            raise ValidationError(UNCHANGED, code="unchanged")
        content = documents.correction_content(content_now(statement), right, found)
        return _answer(CORRECTION, statement, content, author, published_at or now)


def statement_withdraw(
    *,
    statement: Statement,
    body: Text,
    author: Author | None,
    published_at: datetime | None = None,
) -> Statement:
    """Take an earlier statement back, with the reason; both stay visible.

    Raises:
        ValidationError: the text is unusable, or the statement was withdrawn already.
    """
    body = clean_text(body)
    with _answering(statement) as now:
        moment = published_at or now
        found = withdrawn(statement, moment, author)
        content = documents.withdrawal_content(content_now(statement), body, found)
        return _answer(WITHDRAWAL, statement, content, author, moment)


@contextmanager
def _answering(statement: Statement) -> Iterator[datetime]:
    """Hold the publishers' lock; refuse a statement that can no longer be answered."""
    with publishing() as now:
        check_answerable(statement)
        yield now


def check_answerable(statement: Statement) -> None:
    """Raise ValidationError where the statement is a withdrawal, or was withdrawn.

    A correction goes with what it corrects.
    """
    if statement.kind == WITHDRAWAL:
        raise ValidationError(_("A withdrawal cannot be corrected."), code="withdrawn")
    said: Statement | None = statement
    while said:
        if said.corrections.filter(kind=WITHDRAWAL).exists():
            raise ValidationError(_("This statement has been withdrawn."), code="withdrawn")
        said = said.corrects


def _answer(
    kind: str,
    statement: Statement,
    content: Mapping[str, Json],
    author: Author | None,
    published_at: datetime | None,
) -> Statement:
    return publish(
        kind=kind,
        subject=Subject(statement.subject_type, statement.subject_id),
        content=content,
        author=author,
        corrects=statement,
        published_at=published_at,
    )


def _number_after(last: int) -> int:
    """Return the number after the last one. A signed number is never used again.

    If someone has removed the last statement from the table, the tree still has it: the gap stays
    visible to everyone.
    """
    return max(last, tree_size()) + 1


def _last() -> tuple[int, datetime]:
    """Return the newest statement's number, and when it was published."""
    rows = Statement.objects.order_by("-number").values_list("number", "published_at")
    return rows.first() or (0, datetime.min.replace(tzinfo=UTC))


def _check_length(data: bytes) -> None:
    if len(data) > MAX_LEAF_BYTES:
        raise ValidationError(
            _(
                "This is too long for one statement: %(length)d bytes, at most %(limit)d. "
                "Shorten it or publish two statements."
            ),
            code="length",
            params={"length": len(data), "limit": MAX_LEAF_BYTES},
        )
