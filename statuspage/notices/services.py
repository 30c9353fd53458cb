"""Publishing notices to merchants."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Unpack

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from statuspage.lib.database_clock import database_now
from statuspage.lib.render_cache import saying_at
from statuspage.notices.agents import public_audience
from statuspage.notices.audience import Audience, clean_audience
from statuspage.notices.backdating import (
    Originally,
    clean_originally,
    originally_line,
    said_at,
)
from statuspage.notices.fields import Line, Payload, check_words
from statuspage.notices.generated import NoticeWords, clean_reason, words_said
from statuspage.notices.incidents import check_incident
from statuspage.notices.kind import NoticeKind, notice_kind
from statuspage.notices.models import Notice, Product
from statuspage.notices.narrowing import audience_for
from statuspage.notices.oddities import oddities
from statuspage.notices.phrases import listed
from statuspage.notices.telling import Told, clean_told
from statuspage.notices.windows import window_of
from statuspage.notices.written import Written
from statuspage.staff.audit import record
from statuspage.staff.permissions import Act
from statuspage.staff.second_person import made_or_changed, may_now
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.documents import ALONE
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.short import Short, with_short
from statuspage.statements.texts import Text
from statuspage.statements.times import iso_or_none


@dataclass(frozen=True)
class NoticeDraft:
    """A notice as it would be published: cleaned, but not published."""

    kind: NoticeKind
    title: Text
    body: Text
    payload: Payload
    audience: Audience
    incident_id: str = ""
    effective_from: datetime | None = None
    effective_until: datetime | None = None
    told: Told = Told.ALL
    originally: Originally | None = None
    short: Short = field(default_factory=dict)
    # Why the words are right although they say what the kind does not find in the payload.
    confirmed_reason: str = ""

    @property
    def words(self) -> NoticeWords:
        """What it says, in every length."""
        return NoticeWords(self.title, self.body, self.short)

    def content(self, extra: Mapping[str, Json], moment: datetime) -> dict[str, Json]:
        """Return the statement's content, published at that moment; `extra` is what that adds."""
        said: dict[str, Json] = {
            "name": dict(self.title),
            "body": dict(self.body),
            "payload": dict(self.payload),
            "audience": public_audience(self.audience),
            "incident": self.incident_id or None,
            "form": str(self.kind.public_name),
            "effective_from": iso_or_none(self.effective_from),
            "effective_until": iso_or_none(self.effective_until),
            # Content without it is that of before there was a choice: everyone was told.
            "told": str(self.told),
            **({"originally": dict(self.originally)} if self.originally else {}),
            **({ALONE: True} if self.kind.generates else {}),
            **extra,
            **self._derived({**self.payload, **extra}, moment),
        }
        return with_short(said, {"short": self.short})

    def _derived(self, payload: Payload, moment: datetime) -> Mapping[str, Json]:
        # A date leaves out the year of its publication, which may not have begun yet.
        with saying_at(moment):
            return self.kind.derived(payload, self._first_lines)

    def _first_lines(self) -> Sequence[Line]:
        return [originally_line(self.originally)] if self.originally else []


def notice_publish(
    *,
    author: Author | None,
    approved_by: Author | None = None,
    published_at: datetime | None = None,
    **written: Unpack[Written],
) -> Statement:
    """Publish a notice; `approved_by` is the second person, where the kind requires one.

    Raises:
        ValidationError: as `notice_draft` does, or a second person is missing.
    """
    if approved_by is not None:
        check_second_person(author, approved_by)
    elif notice_kind(written["kind"]).four_eyes:
        raise ValidationError(
            _("This needs a second person's approval. Submit it for approval in the console."),
            code="second_person",
        )
    # Cleaned under the lock: values computed from earlier notices must hold when published.
    with publishing() as now:
        moment = published_at or now
        draft = notice_draft(moment, **written)
        notice = _notice(draft, moment)
        notice.save()
        extra = draft.kind.effect(notice, author, approved_by)
        statement = publish(
            kind=f"notice.{draft.kind.name}",
            subject=Subject("notice", notice.public_id),
            content=draft.content(extra, moment),
            author=author,
            published_at=moment,
        )
        draft.kind.record(notice, statement)
        _record_reason(draft, statement, moment)
        return statement


def notice_draft(moment: datetime | None = None, **written: Unpack[Written]) -> NoticeDraft:
    """Return the notice that `notice_publish` would publish at `moment` (now), unpublished.

    What was published before is checked as on its original day, and must be over by now.

    Raises:
        ValidationError: the kind, a text, the payload, the audience, the window, the incident or
            the original publication is not usable, or a warning was not confirmed (code
            `unconfirmed`).
    """
    now = moment or database_now()
    kind = notice_kind(written["kind"])
    originally = clean_originally(written.get("originally"), now)
    at = said_at(originally, now)
    clean_audience(written.get("audience"))
    incident_id = written.get("incident_id", "")
    check_incident(incident_id)
    payload = kind.clean(written.get("payload") or {}, at)
    audience = audience_for(kind, payload, written.get("audience"))
    _check_products(audience)
    kind.check_for(audience, payload, at)
    check_words(kind.fields, payload)
    words = words_said(kind, payload, written, now)
    window = window_of(kind, payload, written.get("effective_from"), written.get("effective_until"))
    if originally:
        check_backdated(kind, payload, now)
    usual = kind.told_by_default(payload, now, window[1])
    told = clean_told(written.get("told"), usual, silent=bool(originally))
    odd = oddities(kind, payload, at, window=window, incident_id=incident_id, told=told)
    found = kind.findings(payload, words, at)
    if (odd or found) and not written.get("confirmed"):
        problems = [ValidationError(one, "unconfirmed") for one in (*odd, *found)]
        raise ValidationError({"confirmed": problems})
    how: dict[str, Any] = {
        "told": told,
        "originally": originally,
        "short": words.short,
        "confirmed_reason": clean_reason(written.get("confirmed_reason"), found),
    }
    title, body = words.title, words.body
    return NoticeDraft(kind, title, body, payload, audience, incident_id, *window, **how)


def _record_reason(draft: NoticeDraft, statement: Statement, moment: datetime) -> None:
    """Write into the audit log what was found in the words, and why they were published."""
    if draft.confirmed_reason:
        at = said_at(draft.originally, moment)
        found = draft.kind.findings(draft.payload, draft.words, at)
        record(
            act="finding.confirmed",
            staff=statement.author,
            who="" if statement.author else "system",
            target=f"#{statement.number}",
            after={"findings": [*found], "reason": draft.confirmed_reason},
        )


def check_backdated(kind: NoticeKind, payload: Payload, now: datetime) -> None:
    """Raise ValidationError where a notice that was published before would promise something now.

    It moves nothing that merchants were promised since: no rule, no price, no calendar.
    """
    if kind.never_backdated:
        raise ValidationError({"published_on": kind.never_backdated})
    kind.check_over(payload, now)


def notice_undo(
    statement: Statement, moment: datetime, author: Author | None
) -> Mapping[str, Json]:
    """Let the notice's kind undo its effect; taking back a correction undoes nothing."""
    if not statement.kind.startswith("notice."):
        return {}
    notice = Notice.objects.get(public_id=statement.subject_id)
    return notice_kind(notice.kind).undo(notice, moment, author)


def takes_two(kind: NoticeKind) -> bool:
    """Return whether a second person must approve this kind of notice.

    For some kinds always, for others where settings.FOUR_EYES_KINDS names them. The product's own
    notices have no author, and pass.
    """
    return kind.four_eyes or kind.name in settings.FOUR_EYES_KINDS


def foreseen(draft: NoticeDraft) -> Mapping[str, Json]:
    """Return what publishing the draft would add to it; nothing is kept.

    For a draft that would be refused that is nothing: its author is told when publishing.
    """
    try:
        with transaction.atomic():
            extra = draft.kind.effect(_notice(draft, database_now()), None, None)
            transaction.set_rollback(True)
            return extra
    except ValidationError:
        return {}


def _notice(draft: NoticeDraft, moment: datetime) -> Notice:
    return Notice(
        kind=draft.kind.name,
        title=draft.title,
        payload=dict(draft.payload),
        audience=public_audience(draft.audience),
        incident_id=draft.incident_id,
        effective_from=draft.effective_from,
        effective_until=draft.effective_until,
        published_at=moment,
        told=draft.told,
        originally=draft.originally,
        originally_at=said_at(draft.originally, moment) if draft.originally else None,
    )


def check_second_person(
    author: Author | None, approver: Author, written_at: datetime | None = None
) -> None:
    """Raise ValidationError unless the approver is not the author and may approve.

    Who made or changed the author's account is no second person until another confirmed it, and
    never for what was written before that.
    """
    if author is not None and author.pk == approver.pk:
        raise ValidationError(_("You wrote this yourself. A second person must approve it."), "own")
    if author is not None and made_or_changed([author.pk], approver, written_at):
        raise ValidationError(
            _(
                "You made or changed the account of its author, and nobody had confirmed that when "
                "this was written. Another person must approve it."
            ),
            "own",
        )
    if not may_now(approver, Act.APPROVE):
        raise ValidationError(_("Your role cannot approve this."), "role")


def check_author_stays(author: Author) -> None:
    """Raise ValidationError where the author was disabled, or lost the right to publish, since.

    A second person would else publish in the name of somebody who was shut out.
    """
    if not may_now(author, Act.PUBLISH):
        raise ValidationError(
            _("The account of its author is disabled, or may no longer publish."), "author"
        )


def _check_products(audience: Audience) -> None:
    unknown = set(audience["products"]) - set(Product.objects.values_list("code", flat=True))
    if unknown:
        raise ValidationError(
            _("Unknown product: %(codes)s"),
            code="product",
            params={"codes": listed(sorted(unknown))},
        )
