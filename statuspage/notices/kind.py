"""The base class of every kind of notice, and the registry of kinds."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override, pgettext_lazy

from statuspage.calendar.differences import PromisedDate
from statuspage.notices.audience import Audience
from statuspage.notices.fields import Line, Payload, PayloadField, Table
from statuspage.notices.generated import NoticeWords
from statuspage.notices.models import Notice
from statuspage.notices.phrases import ended, joined
from statuspage.notices.telling import Told
from statuspage.notices.values import DATE
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json
from statuspage.statements.choices import one_of
from statuspage.statements.models import Statement
from statuspage.statements.texts import LANGUAGES

NOT_OVER: Final = _(
    "This is not over yet. What was published before can be entered only once it is over."
)
NOT_BEFORE: Final = _("This must not be before the start.")
RULES_STAND: Final = _(
    "Rules, prices and calendars change from the day they are published here, so a notice of this "
    "kind cannot be entered as published before. Enter the old text as a general notice."
)


class PublicName(TextChoices):
    """What a notice is called in public, by weight (domain.md)."""

    DISCLOSURE = "disclosure", pgettext_lazy("form of a notice", "Disclosure")
    ANNOUNCEMENT = "announcement", pgettext_lazy("form of a notice", "Notice")
    NOTICE = "notice", pgettext_lazy("form of a notice", "Notice")


class NoticeState(TextChoices):
    """Where the dates of a notice stand, once they are not simply to come."""

    TO_COME = "to_come", pgettext_lazy("state of a notice", "Not in effect yet")
    OVER = "over", pgettext_lazy("state of a notice", "Ended")
    REPLACED = "replaced", pgettext_lazy("state of a notice", "No longer in effect")
    PASSED = "passed", pgettext_lazy("state of a notice", "Date has passed")


class NoticeKind:
    """One kind of notice: its fields, its checks, its words and what publishing it does.

    A subclass overrides what differs from a notice of words alone. Methods get a payload that
    `clean` returned, and word it in the active language.
    """

    name: str
    label: str | Promise
    # What its author should know before writing one.
    advice: str | Promise = ""
    public_name = PublicName.NOTICE
    fields: Sequence[PayloadField] = ()
    # A second person must approve it.
    four_eyes = False
    # It promises money or a payout date: its correction or withdrawal always takes two persons.
    promises_money = False
    # Published by the product itself: nobody writes it.
    automatic = False
    # Sent only to the merchants that affected/models.py lists for it.
    to_named = False
    # Only on the page unless its author chooses otherwise.
    quiet = False
    # It makes its words from the payload: whoever writes one may leave them out. Those in brief
    # say what they are about, and need no headline.
    generates = False
    # For agents: to send it to merchants' phones must be confirmed.
    for_agents = False
    # Fields whose choice decides with what a form begins.
    begins_with: Sequence[str] = ()
    # Why none of this kind can be entered as published before; empty: it can.
    never_backdated: str | Promise = ""

    def begin(self, chosen: Payload, moment: datetime) -> Payload:
        """Return the values with which a form begins; `chosen` are those of `begins_with`."""
        return {}

    def complete(self, payload: Payload) -> Payload:
        """Add computed values to the payload; runs before the checks."""
        return payload

    def check(self, payload: Payload, moment: datetime) -> None:
        """Raise ValidationError where the payload cannot be published at that moment."""

    def check_for(self, audience: Audience, payload: Payload, moment: datetime) -> None:
        """Raise ValidationError where the payload cannot be for these merchants."""

    def narrows(self, payload: Payload) -> Mapping[str, Sequence[str]]:
        """Return lists of the audience that follow from the payload unless its author chooses."""
        return {}

    @property
    def has_narrower(self) -> bool:
        """Whether the payload may narrow the audience."""
        return type(self).narrows is not NoticeKind.narrows

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Raise ValidationError where it still promises something, though published before."""
        promised = [one for one in self.fields if one.ahead and payload.get(one.name)]
        not_over = [one.name for one in promised if not one.is_past(payload[one.name], now)]
        if not_over:
            raise ValidationError(dict.fromkeys(not_over, NOT_OVER))

    def told_by_default(
        self, payload: Payload, moment: datetime, ends: datetime | None = None
    ) -> Told:
        """Return who is sent it unless its author chooses; nobody once its effect has ended.

        Without a payload, it is the choice before anything is typed in.
        """
        over = ends is not None and ends <= moment
        return Told.NOBODY if self.quiet or over else Told.ALL

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the details of the page: each field that is listed, with its label."""
        listed = (one for one in self.fields if one.listed)
        return [line for one in listed if (line := one.line(payload.get(one.name)))]

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the tables of the page; `payload` also has what `effect` or `undo` returned."""
        return ()

    def cards(self, payload: Payload) -> Sequence[Any]:
        """Return what the page shows in place of the tables, which it then folds away.

        It is made anew for each page, also of what was published long ago.
        """
        return ()

    def brief(self, payload: Payload) -> Iterable[str]:
        """Return the sentences that an SMS says in place of the text.

        Only a kind without fields may leave it empty: then the SMS has the text.
        """
        return ()

    def generated(self, payload: Payload) -> NoticeWords | None:
        """Return the words of a payload; None for a kind whose authors write them."""
        return None

    def findings(self, payload: Payload, words: NoticeWords, moment: datetime) -> Sequence[str]:
        """Return what the words say that the payload does not: confirmed only with a reason."""
        return ()

    def read_as(self, given: Payload) -> Sequence[str]:
        """Return how values are read that were typed in, where that is not plain from them.

        The preview says so; `given` is valid.
        """
        return ()

    def window(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return the start and end of the notice's validity, as far as the payload gives them."""
        return None, None

    def validity(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return from when to when its words hold, which pages say of what is over."""
        return self.window(payload)

    def state(self, payload: Payload, now: datetime) -> NoticeState | None:
        """Return where its dates stand; None where they are to come, or in effect."""
        begins, ends = self.validity(payload)
        if ends and ends <= now:
            return NoticeState.OVER
        if begins:
            return NoticeState.TO_COME if begins > now else None
        promised = [one for one in self.fields if one.ahead and payload.get(one.name)]
        past = [one for one in promised if one.is_past(payload[one.name], now)]
        return NoticeState.PASSED if promised and past == promised else None

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Return unusual but possible values, which the publisher must confirm."""
        return ()

    def warnings_for(self, audience: Audience, payload: Payload, moment: datetime) -> Sequence[str]:
        """Return what is unusual about the payload for these merchants."""
        return ()

    def oddities(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Return all that the publisher must confirm: far days and huge amounts come first."""
        typed = [one for one in self.fields if not one.derived]
        odd = [one.oddity(payload[one.name], moment) for one in typed]
        return [*dict.fromkeys(filter(None, odd)), *self.warnings(payload, moment)]

    def effect(
        self, notice: Notice, author: Author | None, approver: Author | None
    ) -> Mapping[str, Json]:
        """Act inside the publishing transaction, before the statement; return what it adds."""
        return {}

    def record(self, notice: Notice, statement: Statement) -> None:
        """Act inside the publishing transaction, after the statement."""

    def undo(self, notice: Notice, moment: datetime, author: Author | None) -> Mapping[str, Json]:
        """Undo the effect inside a withdrawal's transaction; return what its statement adds."""
        return {}

    def promised_dates(self) -> Iterable[PromisedDate]:
        """Return the arrival dates that notices of this kind gave and that still stand."""
        return ()

    def clean(self, payload: object, moment: datetime | None = None) -> Payload:
        """Return the payload in its canonical form, as if published at `moment` (now).

        Raises:
            ValidationError: by field name, everything that is wrong with it.
        """
        if not isinstance(payload, Mapping):
            raise ValidationError({"payload": _("The payload must be an object.")})
        cleaned, at = self.complete(self._read(payload)), moment or timezone.now()
        self._check_times(cleaned, at)
        self.check(cleaned, at)
        return cleaned

    def derived(
        self, payload: Payload, first: Callable[[], Sequence[Line]] = tuple
    ) -> dict[str, Json]:
        """Return `details`, `tables` and `brief` by language; what is empty is left out.

        The log keeps them, so that its readers and the channels need not know the kinds. `first`
        returns the lines before those of the kind.
        """
        found: dict[str, dict[str, Json]] = {name: {} for name in ("details", "tables", "brief")}
        for language in LANGUAGES:
            with override(language):
                found["details"][language] = [
                    one.as_json() for one in (*first(), *self.lines(payload))
                ]
                found["tables"][language] = [one.as_json() for one in self.tables(payload)]
                found["brief"][language] = joined(map(ended, self.brief(payload)))
        return {name: dict(texts) for name, texts in found.items() if any(texts.values())}

    def _check_times(self, payload: Payload, moment: datetime) -> None:
        errors: dict[str, object] = {}
        for one in self.fields:
            earlier, value = payload.get(one.not_before), payload[one.name]
            if value is None:
                continue
            if problem := one.problem_at(value, moment):
                errors[one.name] = problem
            elif earlier and earlier > value:
                errors[one.name] = NOT_BEFORE
            elif earlier and earlier == value and one.value.name == "moment":
                errors[one.name] = _("This is the start itself: enter a later end.")
        if errors:
            raise ValidationError(errors)

    def _read(self, payload: Mapping[Any, Any]) -> Payload:
        unknown = set(payload) - {one.name for one in self.fields}
        errors: dict[str, object] = {
            str(name): _("This kind of notice does not have this field.") for name in unknown
        }
        values: dict[str, Json] = {}
        for one in self.fields:
            try:
                values[one.name] = one.read(payload.get(one.name))
            except ValidationError as error:
                errors[one.name] = error
        if errors:
            raise ValidationError(errors)
        return values


_KINDS: Final[dict[str, NoticeKind]] = {}
Kind = TypeVar("Kind", bound=NoticeKind)


def register(kind: type[Kind]) -> type[Kind]:
    """Add a kind to the registry; decorates its class."""
    _KINDS[kind.name] = kind()
    return kind


def every_kind() -> Sequence[NoticeKind]:
    """Return every kind, sorted by name."""
    return [_KINDS[name] for name in sorted(_KINDS)]


def kinds() -> Sequence[NoticeKind]:
    """Return the kinds that people write."""
    return [one for one in every_kind() if not one.automatic]


def notice_kind(name: object) -> NoticeKind:
    """Return the kind of that name.

    Raises:
        ValidationError: there is none; the message lists the existing kinds.
    """
    return _KINDS[one_of(sorted(_KINDS), name)]


def promises_a_day(notice: Notice) -> bool:
    """Return whether the notice says by which day money arrives or is paid."""
    kind = _KINDS.get(notice.kind)
    if kind is None or not kind.promises_money:
        return False
    return any(one.value is DATE and notice.payload.get(one.name) for one in kind.fields)


def promised_dates() -> Iterator[PromisedDate]:
    """Return the arrival dates that notices of any kind gave and that still stand."""
    return (promised for kind in every_kind() for promised in kind.promised_dates())
