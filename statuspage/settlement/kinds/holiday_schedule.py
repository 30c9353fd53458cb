"""Holiday schedule 节假日结算安排: for every transaction date, when the money arrives."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import product
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from statuspage.calendar.differences import PromisedDate
from statuspage.calendar.selectors import profile_of
from statuspage.calendar.workdays import ONE_DAY, NotInCalendar, NotYetPublished
from statuspage.notices.audience import MerchantCategory
from statuspage.notices.cycles import say_cycle
from statuspage.notices.fields import Line, Payload, PayloadField, Table, optional
from statuspage.notices.generated import NoticeWords
from statuspage.notices.kind import NOT_OVER, NoticeKind, register
from statuspage.notices.models import Product
from statuspage.notices.phrases import day_and_weekday, day_range, listed, short_day
from statuspage.notices.selectors import standing_notices
from statuspage.notices.telling import Told
from statuspage.notices.values import DATE, DATES, YEAR, choice_of
from statuspage.settlement.holiday.cards import MerchantCard
from statuspage.settlement.holiday.finding import findings_in
from statuspage.settlement.holiday.generating import product_names, shown_cards, words_of
from statuspage.settlement.holiday.wording import Wording
from statuspage.settlement.models import DateMeans
from statuspage.settlement.schedules import (
    Column,
    Holiday,
    NoSuchHoliday,
    NotLoaded,
    Plan,
    plan_of,
)
from statuspage.settlement.sent_tables import TABLE, row_problems, rows_of
from statuspage.settlement.verbs import KEY, Verb, verb_of
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.texts import for_reader
from statuspage.statements.times import midnight

CAPTIONS: Final[Mapping[Verb, str | Promise]] = {
    Verb.CREDIT: _("When transactions arrive"),
    Verb.PAYOUT: _("When transactions are paid out"),
    Verb.SETTLED: _("When transactions settle"),
}


@register
class HolidaySchedule(NoticeKind):
    """Says for every transaction date around a holiday when the money arrives."""

    name = "holiday_schedule"
    label = _("Holiday settlement schedule")
    fields = (
        PayloadField("holiday", _("Holiday"), choice_of(Holiday)),
        PayloadField("year", _("Year"), YEAR),
        optional("first_day", _("First day of the holiday"), DATE, derived=True),
        optional("last_day", _("Last day of the holiday"), DATE, derived=True),
        optional("make_up_days", _("Make-up workdays"), DATES, derived=True),
        optional("table", _("Table"), TABLE, derived=True),
    )
    promises_money = True
    generates = True

    def complete(self, payload: Payload) -> Payload:
        """Generate the table; a table that was given must match it.

        Raises:
            ValidationError: the calendar is not loaded, no rule is in force, or the given table is
                wrong.
        """
        plan = _plan(payload)
        given: Any = payload["table"]
        if given and (findings := _against(given, plan)):
            raise ValidationError({"table": findings})
        return {
            **payload,
            "first_day": plan.period.first.isoformat(),
            "last_day": plan.period.last.isoformat(),
            "make_up_days": [one.isoformat() for one in plan.period.make_up_days],
            "table": {
                "columns": [_column(one) for one in plan.columns],
                "rows": [_row(day, plan) for day in plan.days],
            },
        }

    def warnings(self, payload: Payload, moment: datetime) -> Sequence[str]:
        """Warn of past dates, which are rarely meant, and of a schedule that stands already."""
        return [*self._begun(payload, moment), *self._said_before(payload, moment)]

    def _said_before(self, payload: Payload, moment: datetime) -> Iterator[str]:
        # By its days: two holidays may be one stretch of days off.
        days = {f"payload__{name}": payload[name] for name in ("first_day", "last_day")}
        said = standing_notices(moment).filter(kind=self.name, **days).first()
        if said:
            day = {"day": short_day(timezone.localdate(said.said_first_at).isoformat())}
            yield _("A schedule of this holiday was published on %(day)s. Is another right?") % day

    def _begun(self, payload: Payload, moment: datetime) -> Sequence[str]:
        today = timezone.localdate(moment).isoformat()
        values = day_range(payload["first_day"], payload["last_day"])
        if payload["last_day"] < today:
            return [_("This holiday is over (%(first)s to %(last)s).") % values]
        if payload["first_day"] <= today:
            return [_("This holiday has begun (%(first)s to %(last)s).") % values]
        return []

    def check_over(self, payload: Payload, now: datetime) -> None:
        """Refuse a holiday that is not over: its dates would be promises."""
        if payload["last_day"] >= timezone.localdate(now).isoformat():
            raise ValidationError({"holiday": NOT_OVER})

    def told_by_default(
        self, payload: Payload, moment: datetime, ends: datetime | None = None
    ) -> Told:
        """Return nobody once the holiday is over."""
        last = payload.get("last_day")
        if last and last < timezone.localdate(moment).isoformat():
            return Told.NOBODY
        return super().told_by_default(payload, moment, ends)

    def lines(self, payload: Payload) -> Sequence[Line]:
        """Return the holiday, its dates and the days worked in exchange."""
        values = day_range(payload["first_day"], payload["last_day"])
        found = [
            Line(_("Holiday"), Holiday(payload["holiday"]).label),
            Line(_("Holiday dates"), _("%(first)s to %(last)s") % values),
        ]
        if payload["make_up_days"]:
            worked = listed(map(day_and_weekday, payload["make_up_days"]))
            found.append(Line(_("Make-up workdays (with settlement)"), worked))
        return found

    def tables(self, payload: Payload) -> Sequence[Table]:
        """Return a row for each transaction date, with a column for each cycle."""
        table = payload["table"]
        columns = [str(_("Transaction date")), *map(_heading, table["columns"])]
        rows = [
            [day_and_weekday(one["date"]), *(_arrival(one["date"], day) for day in one["arrivals"])]
            for one in table["rows"]
        ]
        verb = verb_of(one.get(KEY, DateMeans.CREDIT) for one in table["columns"])
        return (Table(CAPTIONS[verb], columns, rows),)

    def cards(self, payload: Payload) -> Sequence[MerchantCard]:
        """Return a card for each kind of merchant, with few rows."""
        # A notice that was imported has no table.
        return shown_cards(payload) if payload.get("table") else ()

    def validity(self, payload: Payload) -> tuple[datetime | None, datetime | None]:
        """Return no start, and the end of the day on which the last of the holiday's money comes.

        A notice that was imported has no table.
        """
        first, last = payload["first_day"], payload["last_day"]
        rows = (payload.get("table") or {}).get("rows", ())
        days = (day for one in rows if first <= one["date"] <= last for day in one["arrivals"])
        return None, midnight(date.fromisoformat(max(days, default=last)) + ONE_DAY)

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say when the transactions of the holiday arrive: merchants plan by that."""
        yield Wording.of(payload, product_names()).sms()

    def generated(self, payload: Payload) -> NoticeWords:
        """Return headline, text and shorter words, made from the table."""
        return words_of(payload)

    def findings(self, payload: Payload, words: NoticeWords, moment: datetime) -> Sequence[str]:
        """Return each date, and each pair of dates, that is not the table's."""
        return findings_in(payload, words, moment)

    def promised_dates(self) -> Iterator[PromisedDate]:
        """Return every date in the tables of schedules that stand."""
        standing = standing_notices(timezone.now()).filter(kind=self.name)
        found = Statement.objects.filter(
            kind=f"notice.{self.name}", subject_id__in=standing.values("public_id")
        )
        for statement in found.order_by("number"):
            payload = statement.content["payload"]
            plan = plan_of(payload["holiday"], payload["year"], as_of=statement.published_at)
            for column, day in product(plan.columns, plan.days):
                yield PromisedDate(
                    statement=statement.number,
                    profile=column.profile,
                    transaction=day,
                    arrival=column.arrival(day),
                    reckon=column.reckoner(day),
                )


def _plan(payload: Payload) -> Plan:
    try:
        return plan_of(payload["holiday"], int(payload["year"]))
    except NotLoaded as error:
        problem = _("The calendar “%(calendar)s” of %(year)d is not loaded or not reviewed yet.")
        values = {"calendar": for_reader(profile_of(error.profile).name), "year": error.year}
        raise ValidationError({"year": problem % values}) from error
    except NotYetPublished as error:
        problem = _("The State Council has not published the calendar of %(year)d yet.")
        if isinstance(error, NotInCalendar):
            problem = _("The settlement calendar does not include %(year)d.")
        raise ValidationError({"year": problem % {"year": error.year}}) from error
    except NoSuchHoliday as error:
        problem = _("This holiday is not in the calendar of that year.")
        raise ValidationError({"holiday": problem}) from error


def _column(column: Column) -> Json:
    rule = next(iter(column.rules.values()))
    return {
        "cycle": str(rule.cycle),
        "cutoff": f"{rule.cutoff:%H:%M}" if rule.cutoff else None,
        "after_cutoff": str(rule.after_cutoff) if rule.cutoff else None,
        "profile": column.profile,
        **({"date_means": str(DateMeans.PAYOUT)} if column.paid_out else {}),
        "merchants": [
            {"category": category, "product": product} for category, product in column.merchants
        ],
    }


def _row(day: date, plan: Plan) -> Json:
    arrivals: list[Json] = [column.arrival(day).isoformat() for column in plan.columns]
    return {"date": day.isoformat(), "arrivals": arrivals}


def _against(table: Mapping[str, Any], plan: Plan) -> list[str]:
    """Return what is wrong with a table of the caller's own, column by column."""
    found: list[str] = []
    for number, column in enumerate(plan.columns):
        try:
            mine = rows_of(table, number)
        except IndexError:
            return [
                _("Each row of the table needs %(n)d arrival dates.") % {"n": len(plan.columns)}
            ]
        found += row_problems(mine, {day: column.arrival(day) for day in plan.days})
    return list(dict.fromkeys(found))


def _heading(column: Mapping[str, Any]) -> str:
    """Return `T+1 (Micro merchants: QR payments)`, with the cut-off where there is one."""
    names = {one.code: for_reader(one.name) for one in Product.objects.all()}
    who: dict[str, list[str]] = {}
    for one in column["merchants"]:
        of = who.setdefault(str(MerchantCategory(one["category"]).label), [])
        of += [names.get(one["product"], one["product"])] if one["product"] else []
    groups = [
        _("%(who)s: %(products)s") % {"who": label, "products": listed(of)} if of else label
        for label, of in who.items()
    ]
    said = pgettext("between groups of merchants", "; ").join(groups)
    heading = _("%(cycle)s (%(who)s)") % {"cycle": say_cycle(column["cycle"]), "who": said}
    if column.get("date_means") == DateMeans.PAYOUT:
        heading = _("%(heading)s, paid out") % {"heading": heading}
    if not column["cutoff"]:
        return heading
    return _("%(heading)s, before %(time)s") % {"heading": heading, "time": column["cutoff"]}


def _arrival(day: str, arrival: str) -> str:
    return str(_("same day")) if day == arrival else day_and_weekday(arrival)
