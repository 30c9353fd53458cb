"""Load, review and change the calendar."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.differences import DayChange, MovedDate, PromisedDate, difference, moved
from statuspage.calendar.library import DOCUMENTS, library_days
from statuspage.calendar.models import CalendarDay, CalendarProfile, CalendarYear, YearStatus
from statuspage.calendar.notice_text import HolidayNotice, with_extensions
from statuspage.calendar.selectors import calendar_of, profile_of
from statuspage.calendar.workdays import Day, ordinary
from statuspage.lib.database_clock import database_now
from statuspage.staff.second_person import made_or_changed
from statuspage.statements.authors import Author
from statuspage.statements.services import publishing
from statuspage.statements.times import midnight

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
) -> list[DayChange]:
    """Set a year to `days`, or to the library's days, and return the changes.

    Raises:
        NotYetPublished: `days` is left out and the library does not know the year.
        ValidationError: the year is reviewed and would change; only a notice may change it.
    """
    proposed = library_days(year) if days is None else days
    # Writers wait for each other, so that cached days stay valid: facts are only added.
    with publishing():
        owner = profile_of(profile)
        row, _made = CalendarYear.objects.get_or_create(profile=owner, year=year)
        changes = difference(owner, year, proposed, only_named=only_named)
        if row.status == YearStatus.REVIEWED and changes:
            raise ValidationError(
                _("%(year)d is reviewed. Its days can only be changed by a notice."),
                code="reviewed",
                params={"year": year},
            )
        if changes or row.status == YearStatus.UNPUBLISHED:
            first = row.status == YearStatus.UNPUBLISHED
            _mark_loaded(row, by, source, document_number)
            # What a year was first loaded with was known as long as the year itself.
            known_from = row.known_from if first else None
            _add(owner, changes, known_from, source=source, entered_by=by)
    return changes


def notice_load(
    *, profile: str, notice: HolidayNotice, by: Author | None, reason: str = ""
) -> list[DayChange]:
    """Load the year that a State Council notice arranges.

    Its first days may be in the December before; then that year changes as well, if loaded.

    Raises:
        ValidationError: the notice contradicts itself, leaves out a holiday and no `reason`
            says why, changes a part of a year that is not loaded, or a year that is reviewed.
    """
    known = calendar_of(profile)
    notice = with_extensions(notice, known)
    if notice.problems:
        raise ValidationError([*notice.problems])
    if notice.doubts and not reason.strip():
        raise ValidationError([ValidationError(one, code="doubts") for one in notice.doubts])
    with publishing():
        changes = [
            change
            for year in sorted({day.year for day in notice.days} | {notice.year})
            if year == notice.year or year in known.years
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
        if not notice.partial:
            _keep_missing(profile, notice, reason)
    return changes


def _keep_missing(profile: str, notice: HolidayNotice, reason: str) -> None:
    """Keep for the second person what the notice leaves out, and why that is right."""
    rows = CalendarYear.objects.filter(
        profile__code=profile, year=notice.year, status=YearStatus.LOADED
    )
    rows.update(missing=[*notice.missing], reason=reason.strip() if notice.missing else "")


def year_review(
    *, profile: str, year: int, by: Author, loaded_at: datetime | None = None
) -> CalendarYear:
    """Approve the year as a second person; `loaded_at` is the load that they looked at.

    Raises:
        ValidationError: the year is not loaded, was loaded again since, or is already reviewed;
            the role may not approve; or the same person entered it.
    """
    with publishing():
        row = _loaded_year(profile_of(profile), year)
        _check_review(row, by, loaded_at)
        row.status = YearStatus.REVIEWED
        row.reviewed_by, row.reviewed_at = by, database_now()
        row.save()
    return row


def calendar_override(
    *,
    profile: str,
    days: Mapping[date, Day],
    promised: Iterable[PromisedDate],
    source: str,
    by: Author | None,
    approved_by: Author | None = None,
    known_from: datetime | None = None,
) -> list[MovedDate]:
    """Change days of reviewed years, in the transaction that publishes the notice about it.

    Return those of the `promised` dates that move.

    Raises:
        ValidationError: a year is not reviewed (load it instead), or nothing would change.
    """
    with publishing():
        owner = profile_of(profile)
        facts = {"source": source, "entered_by": by, "approved_by": approved_by}
        return _change(owner, _overridden(owner, days), promised, known_from, **facts)


def calendar_take_back(
    *,
    profile: str,
    promised: Iterable[PromisedDate],
    source: str,
    by: Author | None,
    known_from: datetime | None = None,
) -> list[MovedDate]:
    """Undo the changes of `source`, in the transaction that withdraws its notice.

    A day that a later change also set keeps that change. Return those of the `promised` dates
    that move.
    """
    with publishing():
        owner = profile_of(profile)
        facts = {"source": UNDONE + source, "entered_by": by}
        return _change(owner, _restored(owner, source), promised, known_from, **facts)


def _change(
    profile: CalendarProfile,
    changes: Sequence[DayChange],
    promised: Iterable[PromisedDate],
    known_from: datetime | None,
    **facts: Any,
) -> list[MovedDate]:
    before = calendar_of(profile.code)
    _add(profile, changes, known_from, **facts)
    after = replace(before, days={**before.days, **{one.date: one.new for one in changes}})
    return moved(promised, profile.code, before, after)


def _add(
    profile: CalendarProfile,
    changes: Iterable[DayChange],
    known_from: datetime | None,
    **facts: Any,
) -> None:
    """Add facts about the changed days; earlier facts stay, so that past states can be read."""
    moment = known_from or database_now()
    CalendarDay.objects.bulk_create(
        CalendarDay(
            profile=profile,
            date=one.date,
            kind=one.new.kind,
            settles=one.new.settles,
            label=dict(one.new.label),
            known_from=moment,
            **facts,
        )
        for one in changes
    )


def _restored(owner: CalendarProfile, source: str) -> list[DayChange]:
    """Return each day of the source with what it is once the source is undone.

    Days that stay the same are included, so that the source is recorded as undone.
    """
    before = calendar_of(owner.code)
    facts = owner.days.filter(date__in=owner.days.filter(source=source).values("date"))
    undone = {one.source.removeprefix(UNDONE) for one in facts if one.source.startswith(UNDONE)}
    what = {one.date: ordinary(one.date) for one in facts}
    for one in facts:  # in the order in which they became known
        if one.source not in undone | {source} and not one.source.startswith(UNDONE):
            what[one.date] = Day(settles=one.settles, kind=one.kind, label=one.label)
    return [DayChange(day, before.day(day), what[day]) for day in sorted(what)]


def _loaded_year(profile: CalendarProfile, year: int) -> CalendarYear:
    row = CalendarYear.objects.filter(profile=profile, year=year).first()
    if row is None or row.status == YearStatus.UNPUBLISHED:
        raise ValidationError(
            _("The calendar of %(year)d is not loaded."), code="unloaded", params={"year": year}
        )
    return row


def _mark_loaded(row: CalendarYear, by: Author | None, source: str, document_number: str) -> None:
    """Record who loaded the year and, the first time, from when it counts as known.

    It counts as known from the day of the State Council's notice, if that day is on record.
    """
    now, document = database_now(), DOCUMENTS.get(row.year)
    number = document_number or (document.number if document else "")
    known_since = min(now, midnight(document.published)) if document else now
    row.document_number = row.document_number or number
    row.status, row.source = YearStatus.LOADED, source
    row.loaded_by, row.loaded_at = by, now
    row.missing, row.reason = [], ""
    row.known_from = row.known_from or known_since
    row.save()


def _check_review(row: CalendarYear, by: Author, loaded_at: datetime | None) -> None:
    days = row.profile.days.filter(date__year=row.year)
    entered = days.filter(entered_by=by)
    refusals = (
        (not by.may_approve, _("Your role cannot approve a calendar.")),
        (row.status == YearStatus.REVIEWED, _("This year is already reviewed.")),
        (
            loaded_at is not None and loaded_at != row.loaded_at,
            _("The year was loaded again while you were reviewing it. Please review it again."),
        ),
        (
            row.loaded_by_id == by.pk or entered.exists(),
            _("You entered this year yourself. A second person must approve it."),
        ),
        (
            made_or_changed(
                [row.loaded_by_id, *days.values_list("entered_by", flat=True)], by, row.loaded_at
            ),
            _(
                "You made or changed the account of whoever entered this year, and nobody had "
                "confirmed that by then. Another person must approve it."
            ),
        ),
    )
    for refused, why in refusals:
        if refused:
            raise ValidationError(why, code="review")


def _overridden(profile: CalendarProfile, days: Mapping[date, Day]) -> list[DayChange]:
    """Return the changes that `days` make, or refuse days in a year that is not reviewed."""
    years = sorted({day.year for day in days})
    for year in years:
        if _loaded_year(profile, year).status != YearStatus.REVIEWED:
            raise ValidationError(
                _("%(year)d is not reviewed yet. To correct it, load it again."),
                code="unreviewed",
                params={"year": year},
            )
    changes = [one for year in years for one in difference(profile, year, days, only_named=True)]
    if not changes:
        raise ValidationError(
            _("The calendar already says this. Nothing would change."), code="same"
        )
    return changes
