"""Calendar change 结算日历调整: days that settle, or no longer do, after the year was published."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from statuspage.calendar.differences import MovedDate
from statuspage.calendar.models import CalendarProfile, DayKind
from statuspage.calendar.services import calendar_override, calendar_take_back
from statuspage.calendar.workdays import Day, days_between
from statuspage.notices.fields import NOT_KNOWN, Payload, PayloadField, Table, optional
from statuspage.notices.kind import RULES_STAND, NoticeKind, promised_dates, register
from statuspage.notices.models import Notice
from statuspage.notices.phrases import day_range, full_day, short_day_and_weekday
from statuspage.notices.values import DATE, TEXT, choice_of, row_of
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json

# The longest holiday there has been is nine days; a year would be a slip of the pen.
MOST_DAYS: Final = 31
PROFILE: Final = row_of(lambda: CalendarProfile.objects.order_by("pk").values_list("code", "name"))


@register
class CalendarChange(NoticeKind):
    """Changes days of the calendar; says which promised dates that moves."""

    name = "calendar_change"
    label = _("Settlement calendar change")
    fields = (
        PayloadField("profile", _("Calendar"), PROFILE),
        PayloadField("first_day", _("First day"), DATE),
        PayloadField("last_day", _("Last day"), DATE, not_before="first_day"),
        PayloadField("day_kind", _("These days become"), choice_of(DayKind)),
        optional("day_name", _("Name of the day"), TEXT),
    )
    promises_money = True
    never_backdated = RULES_STAND
    four_eyes = True

    def check(self, payload: Payload, moment: datetime) -> None:
        """Refuse more days than a holiday may have."""
        if len(_dates(payload)) > MOST_DAYS:
            problem = _("At most %(most)d days at once.") % {"most": MOST_DAYS}
            raise ValidationError({"last_day": problem})

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of days that have passed: what was promised for them may be paid already."""
        if payload["first_day"] >= timezone.localdate(moment).isoformat():
            return []
        said = _("%(day)s has passed: dates that merchants were told change.")
        return [said % {"day": short_day_and_weekday(payload["first_day"])}]

    def effect(
        self, notice: Notice, author: Author | None, approver: Author | None
    ) -> Mapping[str, Json]:
        """Change the calendar; the statement lists the promised dates that this moves."""
        payload = notice.payload
        # Whether such a day settles is the profile's decision.
        day = Day(settles=True, kind=payload["day_kind"], label=payload["day_name"] or {})
        moved = calendar_override(
            profile=payload["profile"],
            days=dict.fromkeys(_dates(payload), day),
            promised=promised_dates(),
            source=_source(notice),
            by=author,
            approved_by=approver,
            known_from=notice.published_at,
        )
        return {"moved": [_as_json(one) for one in moved]}

    def undo(self, notice: Notice, moment: datetime, author: Author | None) -> Mapping[str, Json]:
        """Restore the days; the statement lists the promised dates that this moves."""
        moved = calendar_take_back(
            profile=notice.payload["profile"],
            promised=promised_dates(),
            source=_source(notice),
            by=author,
            known_from=moment,
        )
        found: dict[str, Json] = {"moved": [_as_json(one) for one in moved]}
        tables = self.derived({**notice.payload, **found}).get("tables")
        return {**found, "tables": tables} if tables else found

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say which days, and what they are now."""
        first, last = payload["first_day"], payload["last_day"]
        values = {**day_range(first, last), "kind": DayKind(payload["day_kind"]).label}
        if first == last:
            yield _("Settlement calendar: %(first)s is now: %(kind)s.") % values
        else:
            yield _("Settlement calendar: %(first)s to %(last)s are now: %(kind)s.") % values

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return the promised dates that have moved."""
        moved = payload.get("moved")
        if not moved:
            return ()
        columns = [_("Transaction date"), _("Promised date"), _("New date"), _("Statement")]
        rows = [
            [
                full_day(one["transaction"]),
                full_day(one["old"]),
                full_day(one["new"]) if one["new"] else NOT_KNOWN,
                f"#{one['statement']}",
            ]
            for one in moved
        ]
        return (Table(_("Affected dates that were already promised"), columns, rows),)


def _source(notice: Notice) -> str:
    return f"notice:{notice.public_id}"


def _dates(payload: Payload) -> list[date]:
    first, last = payload["first_day"], payload["last_day"]
    return [*days_between(date.fromisoformat(first), date.fromisoformat(last))]


def _as_json(moved: MovedDate) -> dict[str, Json]:
    return {
        "statement": moved.statement,
        "transaction": moved.transaction.isoformat(),
        "old": moved.old.isoformat(),
        "new": moved.new.isoformat() if moved.new else None,
    }
