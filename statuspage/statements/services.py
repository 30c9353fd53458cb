"""The only way in which anything is said in public."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json, canonical, digest
from statuspage.statements.checkpoints import checkpoint_sign
from statuspage.statements.models import Statement
from statuspage.statements.outbox import hand_over
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.tiles import MAX_LEAF_BYTES
from statuspage.statements.times import iso
from statuspage.statements.tree import tree_size
from statuspage.statements.undoing import undone

FORMAT_VERSION: Final = 1
# Any constant will do; it only has to be the same in every process of the project.
PUBLISHING_LOCK: Final = 7_301_001

CORRECTION: Final = "correction"
WITHDRAWAL: Final = "withdrawal"
# What a correction repeats of the statement it answers, so that it can be read on its own.
CARRIED: Final = ("name", "impact", "audience", "components")


@dataclass(frozen=True)
class Subject:
    """What a statement is about: a kind of thing and its public id."""

    type: str
    id: str


@contextmanager
def publishing() -> Iterator[None]:
    """One transaction in which domain rows change and their statement is appended.

    Publishers queue at its start. Taking the lock before any row lock rules out deadlocks
    between them, and holding it to the commit is what keeps the numbers without gaps.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING_LOCK])
        yield


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

    `published_at` is for importing history; left out, it is now.

    Raises:
        NotCanonical: `content` cannot be written as canonical JSON.
        ValidationError: it is too long to be a leaf of the log.
    """
    with publishing():
        moment = published_at or timezone.now()
        number = _next_number()
        data = canonical(
            {
                "v": FORMAT_VERSION,
                "number": number,
                "kind": kind,
                "subject": {"type": subject.type, "id": subject.id},
                "published_at": iso(moment),
                "corrects": corrects.number if corrects else None,
                "content": dict(content),
            }
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
        checkpoint_sign()
        hand_over(statement)
        return statement


def statement_correct(
    *,
    statement: Statement,
    body: Text,
    author: Author | None,
    published_at: datetime | None = None,
) -> Statement:
    """Say that an earlier statement was wrong, and what is right; both stay visible.

    Raises:
        ValidationError: the text is unusable, or the statement was withdrawn.
    """
    return _answer(CORRECTION, statement, clean_text(body), author, published_at)


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
    return _answer(WITHDRAWAL, statement, clean_text(body), author, published_at)


def _answer(
    kind: str,
    statement: Statement,
    body: Text,
    author: Author | None,
    published_at: datetime | None,
) -> Statement:
    with publishing():
        if statement.corrections.filter(kind=WITHDRAWAL).exists():
            raise ValidationError(_("This statement has been withdrawn."), code="withdrawn")
        if statement.kind == WITHDRAWAL:
            raise ValidationError(_("A withdrawal cannot be corrected."), code="withdrawn")
        moment = published_at or timezone.now()
        found = undone(statement, moment, author) if kind == WITHDRAWAL else {}
        content: dict[str, Json] = {
            **{key: statement.content[key] for key in CARRIED if key in statement.content},
            "body": dict(body),
            **found,
        }
        return publish(
            kind=kind,
            subject=Subject(statement.subject_type, statement.subject_id),
            content=content,
            author=author,
            corrects=statement,
            published_at=moment,
        )


def _next_number() -> int:
    """The one after the last. A number that was signed is never given again.

    Should someone have removed the last statement from the table behind our back, the tree still
    knows it: the gap stays for everyone to see.
    """
    last = Statement.objects.order_by("-number").values_list("number", flat=True).first()
    return max(last or 0, tree_size()) + 1


def _check_length(data: bytes) -> None:
    if len(data) > MAX_LEAF_BYTES:
        raise ValidationError(
            _(
                "This is too long for one statement: %(length)d bytes, at most %(limit)d. "
                "Please shorten it, or say it in two statements."
            ),
            code="length",
            params={"length": len(data), "limit": MAX_LEAF_BYTES},
        )
