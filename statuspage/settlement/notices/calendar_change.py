"""Calendar change 结算日历调整: days that settle, or no longer do, after the year was published."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.calendar.models import CalendarProfile, DayKind
from statuspage.settlement.calendar.promises import MovedPromise
from statuspage.settlement.calendar.services import calendar_override, calendar_take_back
from statuspage.settlement.models import Notice
from statuspage.settlement.notices.base import (
    NOT_KNOWN,
    Form,
    Given,
    Hands,
    NoticeKind,
    PayloadField,
    Table,
    in_order,
    register,
)
from statuspage.settlement.phrases import full_day, short_day
from statuspage.settlement.values import DATE, TEXT, choice_of, row_of
from statuspage.settlement.workdays import Day
from statuspage.statements.authors import Author
from statuspage.statements.canonical import Json

# The longest holiday there has been is nine days; a year would be a slip of the pen.
MOST_DAYS: Final = 31
SETTLING: Final = frozenset({DayKind.WORKDAY, DayKind.MAKE_UP_WORKDAY})


PROFILE: Final = row_of(lambda: CalendarProfile.objects.order_by("pk").values_list("code", "name"))


def few_days(payload: Given, moment: datetime) -> None:
    """Pass for as many days as a holiday may have.

    Raises:
        ValidationError: they are more.
    """
    if len(_dates(payload)) > MOST_DAYS:
        problem = _("At most %(most)d days at once.") % {"most": MOST_DAYS}
        raise ValidationError({"last_day": problem})


def effect(notice: Notice, hands: Hands) -> Mapping[str, Json]:
    """Change the calendar; the dates promised before that this moves are part of the statement."""
    payload = notice.payload
    profile = CalendarProfile.objects.get(code=payload["profile"])
    kind = payload["day_kind"]
    rests = kind == DayKind.MAKE_UP_WORKDAY and not profile.make_up_days_settle
    day = Day(settles=kind in SETTLING and not rests, kind=kind, label=payload["day_name"] or {})
    moved = calendar_override(
        profile=profile.code,
        days=dict.fromkeys(_dates(payload), day),
        source=_source(notice),
        by=hands.author,
        approved_by=hands.approver,
        known_from=notice.published_at,
    )
    return {"moved": [_as_json(one) for one in moved]}


def undo(notice: Notice, moment: datetime, author: Author | None) -> Mapping[str, Json]:
    """The days are again what they were; the promised dates that this moves are said as well."""
    moved = calendar_take_back(
        profile=notice.payload["profile"], source=_source(notice), by=author, known_from=moment
    )
    return {"moved": [_as_json(one) for one in moved]}


def brief(payload: Given, language: str) -> str:
    """Which days, and what they are now."""
    first, last = payload["first_day"], payload["last_day"]
    values = {
        "first": short_day(first),
        "last": short_day(last),
        "kind": DayKind(payload["day_kind"]).label,
    }
    if first == last:
        return _("Settlement calendar: %(first)s is now: %(kind)s.") % values
    return _("Settlement calendar: %(first)s to %(last)s are now: %(kind)s.") % values


def tables(payload: Given, language: str) -> list[Table]:
    """The dates promised before that are others now."""
    moved = payload.get("moved")
    if not moved:
        return []
    columns = [_("Transaction of"), _("Promised before"), _("New date"), _("Statement")]
    rows = [
        [
            full_day(one["transaction"]),
            full_day(one["old"]),
            full_day(one["new"]) if one["new"] else str(NOT_KNOWN),
            f"#{one['statement']}",
        ]
        for one in moved
    ]
    return [Table(_("Dates promised before that change"), columns, rows)]


def _source(notice: Notice) -> str:
    return f"notice:{notice.public_id}"


def _dates(payload: Given) -> list[date]:
    first = date.fromisoformat(payload["first_day"])
    last = date.fromisoformat(payload["last_day"])
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _as_json(moved: MovedPromise) -> dict[str, Json]:
    return {
        "statement": moved.statement,
        "transaction": moved.transaction.isoformat(),
        "old": moved.old.isoformat(),
        "new": moved.new.isoformat() if moved.new else None,
    }


CALENDAR_CHANGE = register(
    NoticeKind(
        name="calendar_change",
        label=gettext_lazy("Change of the settlement calendar"),
        form=Form.NOTICE,
        fields=(
            PayloadField("profile", gettext_lazy("Calendar"), PROFILE),
            PayloadField("first_day", gettext_lazy("First day"), DATE),
            PayloadField("last_day", gettext_lazy("Last day"), DATE),
            PayloadField("day_kind", gettext_lazy("These days are now"), choice_of(DayKind)),
            PayloadField("day_name", gettext_lazy("Name of the day"), TEXT, required=False),
        ),
        checks=(in_order("first_day", "last_day"), few_days),
        effect=effect,
        undo=undo,
        four_eyes=True,
        tables=tables,
        brief=brief,
    )
)
