"""Publishing notices to merchants."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.audience import Audience, clean_audience
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import Hands, NoticeKind, notice_kind
from statuspage.settlement.rules.models import Product
from statuspage.settlement.wording import derived
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish, publishing
from statuspage.statements.texts import Text, clean_text
from statuspage.statements.times import from_iso, iso_or_none

TITLE_LENGTH = 120


@dataclass(frozen=True)
class Window:
    """From when to when a notice holds; either end may be open."""

    begins: datetime | None = None
    ends: datetime | None = None

    def __post_init__(self) -> None:
        """Raises ValidationError where it ends before it begins."""
        if self.begins and self.ends and self.ends < self.begins:
            problem = _("This must not be before the other date.")
            raise ValidationError({"effective_until": problem})


@dataclass(frozen=True)
class Draft:
    """A notice as it would be published: cleaned, but not said."""

    kind: NoticeKind
    title: Text
    body: Text
    payload: Mapping[str, Any]
    audience: Audience
    incident_id: str = ""
    window: Window = field(default_factory=Window)

    def content(self, extra: Mapping[str, Json]) -> dict[str, Json]:
        """What the statement says; `extra` is what publishing it found out."""
        return {
            "name": dict(self.title),
            "body": dict(self.body),
            "payload": dict(self.payload),
            "audience": dict(self.audience),
            "incident": self.incident_id or None,
            "form": str(self.kind.form),
            "effective_from": iso_or_none(self.window.begins),
            "effective_until": iso_or_none(self.window.ends),
            **extra,
            **derived(self.kind, {**self.payload, **extra}),
        }


def notice_publish(
    *,
    kind: str,
    title: Text,
    body: Text,
    author: Author | None,
    payload: Mapping[str, object] | None = None,
    audience: Mapping[str, object] | None = None,
    incident_id: str = "",
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
    published_at: datetime | None = None,
    approved_by: Author | None = None,
    confirmed: bool = False,
) -> Statement:
    """Publish a notice; `incident_id` is the public id of the incident it belongs to, if any.

    Left out, the kind's payload says from when to when it holds, if it does. `approved_by` is the
    second person, where the kind asks for one; `confirmed` says that its warnings were read.

    Raises:
        ValidationError: the kind, a text, the payload, the audience, the window or the incident
            is not usable; the text contradicts the payload; a second person is missing, or a
            warning was not confirmed (code `unconfirmed`).
    """
    moment = published_at or timezone.now()
    hands = Hands(author, approved_by)
    _check_hands(notice_kind(kind), hands)
    # Cleaned under the lock: what is worked out from earlier notices must still be so when said.
    with publishing():
        draft = notice_draft(
            kind=kind,
            title=title,
            body=body,
            payload=payload,
            audience=audience,
            incident_id=incident_id,
            effective_from=effective_from,
            effective_until=effective_until,
            moment=moment,
            confirmed=confirmed,
        )
        return _say(draft, hands, moment)


def notice_draft(
    *,
    kind: str,
    title: Text,
    body: Text,
    payload: Mapping[str, object] | None = None,
    audience: Mapping[str, object] | None = None,
    incident_id: str = "",
    effective_from: datetime | None = None,
    effective_until: datetime | None = None,
    moment: datetime | None = None,
    confirmed: bool = False,
) -> Draft:
    """The notice that `notice_publish` would publish at `moment` (now); nothing is said.

    Raises:
        ValidationError: as `notice_publish` does, save for the second person.
    """
    at = moment or timezone.now()
    found = notice_kind(kind)
    title, body = clean_text(title, max_length=TITLE_LENGTH), clean_text(body)
    addressed = clean_audience(audience)
    _check_products(addressed)
    check_incident(incident_id)
    details = found.clean(payload or {}, at)
    draft = Draft(
        kind=found,
        title=title,
        body=body,
        payload=details,
        audience=addressed,
        incident_id=incident_id,
        window=_window(found, details, effective_from, effective_until),
    )
    _check_words(draft, at, confirmed)
    return draft


def takes_two(kind: NoticeKind) -> bool:
    """Whether a second person approves what staff and tokens write of that kind.

    Of some kinds always, of others where settings.FOUR_EYES_KINDS names them. The product's own
    notices have no author, and pass.
    """
    return kind.four_eyes or kind.name in settings.FOUR_EYES_KINDS


def foreseen(draft: Draft) -> Mapping[str, Json]:
    """What publishing the draft would find out; nothing of it is kept.

    A draft that would be refused finds out nothing: its author is told when publishing.
    """
    try:
        with transaction.atomic():
            extra = draft.kind.effect(_notice(draft, timezone.now()), Hands(None))
            transaction.set_rollback(True)
            return extra
    except ValidationError:
        return {}


def _say(draft: Draft, hands: Hands, moment: datetime) -> Statement:
    notice = _notice(draft, moment)
    notice.save()
    extra = draft.kind.effect(notice, hands)
    statement = publish(
        kind=f"notice.{draft.kind.name}",
        subject=Subject("notice", notice.public_id),
        content=draft.content(extra),
        author=hands.author,
        published_at=moment,
    )
    draft.kind.record(notice, statement)
    return statement


def _notice(draft: Draft, moment: datetime) -> Notice:
    return Notice(
        kind=draft.kind.name,
        title=draft.title,
        payload=dict(draft.payload),
        audience=draft.audience,
        incident_id=draft.incident_id,
        effective_from=draft.window.begins,
        effective_until=draft.window.ends,
        published_at=moment,
    )


def _window(
    kind: NoticeKind, payload: Mapping[str, Any], begins: datetime | None, ends: datetime | None
) -> Window:
    by_payload = [from_iso(str(one)) if one else None for one in kind.window(payload)]
    return Window(begins or by_payload[0], ends or by_payload[1])


def _check_hands(kind: NoticeKind, hands: Hands) -> None:
    """A kind that asks for a second person is not published by one alone, nor for nobody."""
    if hands.approver is not None:
        check_second_person(hands.author, hands.approver)
    elif kind.four_eyes:
        raise ValidationError(
            _("A second person approves this: hand it over for approval in the console."),
            code="second_person",
        )


def check_second_person(author: Author | None, approver: Author) -> None:
    """Pass for someone else than the author whose role may approve.

    Raises:
        ValidationError: it is the same person, or the role may not.
    """
    if author is not None and author.pk == approver.pk:
        raise ValidationError(_("You wrote this yourself: a second person approves it."), "own")
    if not approver.may_approve:
        raise ValidationError(_("Your role may not approve this."), "role")


def _check_words(draft: Draft, moment: datetime, confirmed: bool) -> None:
    """The text contradicts no detail, and what is odd is meant so."""
    if problems := draft.kind.proofread(draft.payload, draft.body):
        raise ValidationError({"body": [*problems]})
    if not confirmed and (odd := draft.kind.warnings(draft.payload, moment)):
        raise ValidationError({"confirmed": [ValidationError(one, "unconfirmed") for one in odd]})


def _check_products(audience: Audience) -> None:
    unknown = set(audience["products"]) - set(Product.objects.values_list("code", flat=True))
    if unknown:
        raise ValidationError(
            _("Unknown product: %(codes)s"),
            code="product",
            params={"codes": ", ".join(sorted(unknown))},
        )


def check_incident(incident_id: str) -> None:
    """An incident exists when the log speaks of it: settlement does not know its table.

    Raises:
        ValidationError: nothing was ever said of it; "" is none, and passes.
    """
    if (
        incident_id
        and not Statement.objects.filter(subject_type="incident", subject_id=incident_id).exists()
    ):
        raise ValidationError(
            _("Unknown incident: %(id)s"), code="incident", params={"id": incident_id}
        )
