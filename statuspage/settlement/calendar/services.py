"""Loading, reviewing and changing the calendar."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.settlement.calendar.differences import Change, difference
from statuspage.settlement.calendar.documents import DOCUMENTS
from statuspage.settlement.calendar.library import library_days
from statuspage.settlement.calendar.models import (
    CalendarDay,
    CalendarProfile,
    CalendarYear,
    YearStatus,
)
from statuspage.settlement.calendar.notice_text import HolidayNotice
from statuspage.settlement.calendar.promises import MovedPromise, moved
from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.workdays import Calendar, Day, ordinary
from statuspage.statements.authors import Author
from statuspage.statements.services import publishing

LIBRARY: Final = "chinesecalendar"
# The source of facts that undo those of another source.
UNDONE: Final = "undone:"


def year_load(
    *,
    profile: str,
    year: int,
    by: Author | None,
    source: str = LIBRARY,
    days: Mapping[date, Day] | None = None,
    document_number: str = "",
    only_named: bool = False,
) -> list[Change]:
    """Bring a year to what the library, or `days`, say; returns what changed, maybe nothing.

    Raises:
        NotYetPublished: `days` is left out and the library does not know the year.
        ValidationError: the year is reviewed and would change: that takes a notice.
    """
    proposed = library_days(year) if days is None else days
    # Writers queue, so that a reader's cached selection can only ever grow.
    with publishing():
        owner = _profile(profile)
        row, _made = CalendarYear.objects.get_or_create(profile=owner, year=year)
        changes = difference(owner, year, proposed, only_named=only_named)
        if row.status == YearStatus.REVIEWED and changes:
            raise ValidationError(
                _("%(year)d is reviewed: its days change only through a notice."),
                code="reviewed",
                params={"year": year},
            )
        if changes or row.status == YearStatus.UNPUBLISHED:
            # What a year was first loaded with was known as long as the year itself.
            first = row.status == YearStatus.UNPUBLISHED
            _mark_loaded(row, by, source, document_number)
            known_from = row.known_from if first else None
            _add(owner, changes, source=source, by=by, known_from=known_from)
    return changes


def notice_load(*, profile: str, notice: HolidayNotice, by: Author | None) -> list[Change]:
    """Load the year that a State Council notice arranges.

    Its first days may lie in the December before; that year changes too, if it is loaded.

    Raises:
        ValidationError: the notice contradicts itself, or changes a year that is reviewed.
    """
    if notice.problems:
        raise ValidationError([*notice.problems])
    known = calendar_of(profile).years
    with publishing():
        return [
            change
            for year in sorted({day.year for day in notice.days} | {notice.year})
            if year == notice.year or year in known
            for change in year_load(
                profile=profile,
                year=year,
                by=by,
                source=notice.title,
                days=notice.days,
                document_number=notice.document_number,
                only_named=notice.partial or year != notice.year,
            )
        ]


def year_review(
    *, profile: str, year: int, by: Author, loaded_at: datetime | None = None
) -> CalendarYear:
    """A second person stands for the year; `loaded_at` is the load that this person looked at.

    Raises:
        ValidationError: the year is not loaded, was loaded anew since, or is reviewed already;
            the role may not approve; or the same person entered it.
    """
    with publishing():
        row = _loaded_year(_profile(profile), year)
        _check_review(row, by, loaded_at)
        row.status = YearStatus.REVIEWED
        row.reviewed_by, row.reviewed_at = by, timezone.now()
        row.save()
    return row


def calendar_override(
    *,
    profile: str,
    days: Mapping[date, Day],
    source: str,
    by: Author | None,
    approved_by: Author | None = None,
    known_from: datetime | None = None,
) -> list[MovedPromise]:
    """Change days of reviewed years; call it where the notice that says so is being published.

    Returns the dates promised in earlier statements that this moves.

    Raises:
        ValidationError: a year is not reviewed (load it instead), or nothing would change.
    """
    with publishing():
        owner = _profile(profile)
        before = calendar_of(profile)
        changes = _overridden(owner, days)
        _add(owner, changes, source=source, by=by, approved_by=approved_by, known_from=known_from)
        return moved(profile, before, _with(before, changes))


def calendar_take_back(
    *, profile: str, source: str, by: Author | None, known_from: datetime | None = None
) -> list[MovedPromise]:
    """Undo what `source` changed; call it where its notice is being withdrawn.

    A day of which a later change speaks stays as that one says. Returns the promised dates that
    this moves.
    """
    with publishing():
        owner = _profile(profile)
        before = calendar_of(profile)
        changes = _restored(owner, before, source)
        _add(owner, changes, source=UNDONE + source, by=by, known_from=known_from)
        return moved(profile, before, _with(before, changes))


def _with(calendar: Calendar, changes: Iterable[Change]) -> Calendar:
    return replace(calendar, days={**calendar.days, **{one.date: one.new for one in changes}})


def _restored(owner: CalendarProfile, before: Calendar, source: str) -> list[Change]:
    """For each day of the source, what the facts say that still stand without it.

    A day is restated also where nothing changes, so that the source is known to be undone.
    """
    facts = owner.days.filter(date__in=owner.days.filter(source=source).values("date"))
    undone = {one.source.removeprefix(UNDONE) for one in facts if one.source.startswith(UNDONE)}
    what = {one.date: ordinary(one.date) for one in facts}
    for one in facts:  # in the order in which they became known
        if one.source not in undone | {source} and not one.source.startswith(UNDONE):
            what[one.date] = Day(settles=one.settles, kind=one.kind, label=one.label)
    return [Change(day, before.day(day), what[day]) for day in sorted(what)]


def _profile(code: str) -> CalendarProfile:
    try:
        return CalendarProfile.objects.get(code=code)
    except CalendarProfile.DoesNotExist as error:
        raise ValidationError(
            _("There is no calendar “%(code)s”."), code="profile", params={"code": code}
        ) from error


def _loaded_year(profile: CalendarProfile, year: int) -> CalendarYear:
    row = CalendarYear.objects.filter(profile=profile, year=year).first()
    if row is None or row.status == YearStatus.UNPUBLISHED:
        raise ValidationError(
            _("The calendar of %(year)d is not loaded."), code="unloaded", params={"year": year}
        )
    return row


def _mark_loaded(row: CalendarYear, by: Author | None, source: str, document_number: str) -> None:
    """Note who loaded the year; at the first time also from when on it counts as known."""
    now, document = timezone.now(), DOCUMENTS.get(row.year)
    number = document_number or (document.number if document else "")
    row.document_number = row.document_number or number
    row.status, row.source = YearStatus.LOADED, source
    row.loaded_by, row.loaded_at = by, now
    row.known_from = row.known_from or _known_since(row.year, now)
    row.save()


def _known_since(year: int, now: datetime) -> datetime:
    """The day on which the State Council's notice came out, where we know it."""
    if year not in DOCUMENTS:
        return now
    return min(now, timezone.make_aware(datetime.combine(DOCUMENTS[year].published, time())))


def _add(
    profile: CalendarProfile,
    changes: Iterable[Change],
    *,
    source: str,
    by: Author | None,
    approved_by: Author | None = None,
    known_from: datetime | None = None,
) -> None:
    """Append what changed; the facts before stay, for whoever asks what was known then."""
    moment = known_from or timezone.now()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            profile=profile,
            date=one.date,
            kind=one.new.kind,
            settles=one.new.settles,
            label=dict(one.new.label),
            source=source,
            entered_by=by,
            approved_by=approved_by,
            known_from=moment,
        )
        for one in changes
    )


def _check_review(row: CalendarYear, by: Author, loaded_at: datetime | None) -> None:
    refusals = (
        (not by.may_approve, _("Your role may not approve a calendar.")),
        (row.status == YearStatus.REVIEWED, _("This year is reviewed already.")),
        (
            loaded_at is not None and loaded_at != row.loaded_at,
            _("The year was loaded anew while you looked at it. Please look again."),
        ),
        (_has_entered(row, by), _("You entered this year yourself: a second person approves it.")),
    )
    for refused, why in refusals:
        if refused:
            raise ValidationError(why, code="review")


def _has_entered(row: CalendarYear, by: Author) -> bool:
    facts = CalendarDay.objects.filter(profile=row.profile, date__year=row.year)
    return row.loaded_by_id == by.pk or facts.filter(entered_by=by).exists()


def _overridden(profile: CalendarProfile, days: Mapping[date, Day]) -> list[Change]:
    """What the days change, all in years that are reviewed."""
    for year in sorted({day.year for day in days}):
        if _loaded_year(profile, year).status != YearStatus.REVIEWED:
            raise ValidationError(
                _("%(year)d is not reviewed yet: correct it by loading it again."),
                code="unreviewed",
                params={"year": year},
            )
    known = calendar_of(profile.code)
    changes = [
        Change(day, known.day(day), days[day])
        for day in sorted(days)
        if (known.day(day).kind, known.day(day).settles) != (days[day].kind, days[day].settles)
    ]
    if not changes:
        raise ValidationError(_("The calendar says so already: nothing would change."), code="same")
    return changes
