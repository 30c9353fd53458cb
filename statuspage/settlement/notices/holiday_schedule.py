"""Holiday schedule 节假日结算安排: for every transaction date, when the money arrives."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from statuspage.settlement.audience import MerchantCategory
from statuspage.settlement.calendar.promises import Promise, promise_source
from statuspage.settlement.calendar.selectors import calendar_of
from statuspage.settlement.holidays import NoRules, Plan, plan_of
from statuspage.settlement.linter import Row, Truth, lint_prose, lint_rows
from statuspage.settlement.notices.base import (
    Given,
    Line,
    NoticeKind,
    Payload,
    PayloadField,
    Table,
    register,
)
from statuspage.settlement.phrases import full_day, joined, listed, short_day
from statuspage.settlement.rules.models import Product
from statuspage.settlement.schedule_table import TABLE
from statuspage.settlement.schedules import Column, Holiday, NoSuchHoliday
from statuspage.settlement.values import DATE, DATES, YEAR, choice_of
from statuspage.settlement.workdays import NotYetPublished
from statuspage.statements.canonical import Json
from statuspage.statements.models import Statement
from statuspage.statements.services import WITHDRAWAL
from statuspage.statements.texts import CHINESE, ENGLISH, Text, in_language


def complete(payload: Payload) -> Payload:
    """Generate the table; one that was given must say the same.

    Raises:
        ValidationError: the calendar is not loaded, no rule is in force, or the given table is
            wrong.
    """
    plan = _plan(payload)
    given: Any = payload["table"]
    if given and (findings := _against(given["rows"], plan)):
        raise ValidationError({"table": findings})
    return {**payload, **_dates(plan), "table": _table(plan)}


def proofread(payload: Given, body: Text) -> Sequence[str]:
    """What the text says against calendar and rules, or forgets, in either language."""
    plan = _plan(payload)
    by_cycle = {
        cycle: {day: column.arrival(day) for day in plan.days}
        for column in plan.columns
        for cycle in [str(column.rule_on(plan.first).cycle)]
    }
    truth = Truth(int(payload["year"]), plan.stay, calendar_of(plan.profile), by_cycle)
    chinese, english = (lint_prose(body.get(one, ""), truth) for one in (CHINESE, ENGLISH))
    only = [one for one in english if one not in chinese]
    return [*chinese, *(_("English text: %(finding)s") % {"finding": one} for one in only)]


def warnings(payload: Given, moment: datetime) -> Sequence[str]:
    """A table of dates that are past promises what has come or not: that is rarely meant."""
    today = timezone.localdate(moment).isoformat()
    values = {"first": full_day(payload["first_day"]), "last": full_day(payload["last_day"])}
    if payload["last_day"] < today:
        return [_("This holiday is over: it was from %(first)s to %(last)s.") % values]
    if payload["first_day"] <= today:
        return [_("This holiday has begun: it is from %(first)s to %(last)s.") % values]
    return []


def lines(payload: Given, language: str) -> Sequence[Line]:
    """The holiday, its dates and the days worked in exchange."""
    span = _("%(first)s to %(last)s") % {
        "first": full_day(payload["first_day"]),
        "last": full_day(payload["last_day"]),
    }
    said = [
        Line(_("Holiday"), str(Holiday(payload["holiday"]).label)),
        Line(_("Days of rest"), span),
    ]
    if payload["make_up_days"]:
        worked = listed(_with_weekday(one) for one in payload["make_up_days"])
        said.append(Line(_("Make-up workdays, which settle"), worked))
    return said


def tables(payload: Given, language: str) -> list[Table]:
    """One row for each transaction date, one column for each cycle."""
    columns = payload["table"]["columns"]
    headings = [_("Transaction of"), *(_heading(one, language) for one in columns)]
    rows = [
        [_with_weekday(one["date"]), *(_arrival(one["date"], day) for day in one["arrivals"])]
        for one in payload["table"]["rows"]
    ]
    return [Table(_("When money arrives"), headings, rows)]


def brief(payload: Given, language: str) -> str:
    """The longest wait of the first cycle: what a merchant plans by."""
    table = payload["table"]
    said = _("%(holiday)s, %(first)s to %(last)s.") % {
        "holiday": Holiday(payload["holiday"]).label,
        "first": short_day(payload["first_day"]),
        "last": short_day(payload["last_day"], int(payload["first_day"][:4])),
    }
    return joined([said, *_waits(table, payload)], language)


def _waits(table: Given, payload: Given) -> Iterator[str]:
    """When the transactions of the holiday itself arrive, if on one day; cycles alike together."""
    stay = [one for one in table["rows"] if _within(one["date"], payload)]
    alike: dict[str, list[str]] = {}
    for number, column in enumerate(table["columns"]):
        days = {one["arrivals"][number] for one in stay}
        cycles = alike.setdefault(days.pop() if len(days) == 1 else "", [])
        cycles += [column["cycle"]] if column["cycle"] not in cycles else []
    for day, cycles in alike.items():
        values = {"cycle": listed(cycles), "day": short_day(day) if day else ""}
        if day:
            yield _("%(cycle)s: transactions meanwhile arrive on %(day)s.") % values
        else:
            yield _("%(cycle)s: as always.") % values


def _within(day: str, payload: Given) -> bool:
    return bool(payload["first_day"] <= day <= payload["last_day"])


def _plan(payload: Given) -> Plan:
    try:
        return plan_of(payload["holiday"], int(payload["year"]))
    except NotYetPublished as error:
        problem = _("The calendar of %(year)d is not yet published by the State Council.")
        raise ValidationError({"year": problem % {"year": error.year}}) from error
    except NoSuchHoliday as error:
        problem = _("The calendar of that year has no such holiday.")
        raise ValidationError({"holiday": problem}) from error
    except NoRules as error:
        raise ValidationError(_("No settlement rule is in force then."), code="rules") from error


def _dates(plan: Plan) -> Payload:
    return {
        "first_day": plan.stay.first.isoformat(),
        "last_day": plan.stay.last.isoformat(),
        "make_up_days": [one.isoformat() for one in plan.stay.make_up_days],
    }


def _table(plan: Plan) -> Json:
    return {
        "columns": [_column(one, plan) for one in plan.columns],
        "rows": [
            {
                "date": day.isoformat(),
                "arrivals": [column.arrival(day).isoformat() for column in plan.columns],
            }
            for day in plan.days
        ],
    }


def _column(column: Column, plan: Plan) -> Json:
    rule = column.rule_on(plan.first)
    return {
        "cycle": str(rule.cycle),
        "cutoff": f"{rule.cutoff:%H:%M}" if rule.cutoff else None,
        "profile": column.profile,
        "merchants": [
            {"category": category, "product": product} for category, product in column.merchants
        ],
    }


def _against(rows: Iterable[Any], plan: Plan) -> list[str]:
    """What is wrong with a table of the caller's own, column by column."""
    found: list[str] = []
    for number, column in enumerate(plan.columns):
        truth = {day: column.arrival(day) for day in plan.days}
        try:
            mine = [_row(one, number) for one in rows]
        except IndexError:
            return [_("The table needs %(n)d arrivals in each row.") % {"n": len(plan.columns)}]
        found += lint_rows(mine, truth, plan.days)
    return list(dict.fromkeys(found))


def _row(row: Given, number: int) -> Row:
    return Row(
        date.fromisoformat(row["from"]),
        date.fromisoformat(row["until"]),
        date.fromisoformat(row["arrivals"][number]),
    )


def _heading(column: Given, language: str) -> str:
    """`T+1 (Micro merchants: QR payments)`, with the cut-off where there is one."""
    names = {one.code: in_language(one.name, language) for one in Product.objects.all()}
    who: dict[str, list[str]] = {}
    for one in column["merchants"]:
        of = who.setdefault(str(MerchantCategory(one["category"]).label), [])
        of += [names.get(one["product"], one["product"])] if one["product"] else []
    said = listed(f"{label}: {listed(of)}" if of else label for label, of in who.items())
    heading = _("%(cycle)s (%(who)s)") % {"cycle": column["cycle"], "who": said}
    if not column["cutoff"]:
        return heading
    return _("%(heading)s, before %(time)s") % {"heading": heading, "time": column["cutoff"]}


def _with_weekday(written: str) -> str:
    day = date.fromisoformat(written)
    values = {"day": date_format(day, pgettext("date format", "j M")), "weekday": _weekday(day)}
    return _("%(day)s (%(weekday)s)") % values


def _weekday(day: date) -> str:
    return date_format(day, "D")


def _arrival(day: str, arrival: str) -> str:
    return _("same day") if day == arrival else _with_weekday(arrival)


@promise_source
def promised() -> Iterator[Promise]:
    """Every date in the tables of schedules that stand, for a change of the calendar to check."""
    withdrawn = Statement.objects.filter(kind=WITHDRAWAL, corrects__kind="notice.holiday_schedule")
    said = Statement.objects.filter(kind="notice.holiday_schedule").exclude(
        number__in=withdrawn.values("corrects")
    )
    for statement in said.order_by("number"):
        yield from _promises(statement)


def _promises(statement: Statement) -> Iterator[Promise]:
    payload = statement.content["payload"]
    plan = plan_of(payload["holiday"], int(payload["year"]), as_of=statement.published_at)
    for column in plan.columns:
        for day in plan.days:
            yield Promise(
                statement=statement.number,
                profile=column.profile,
                transaction=day,
                arrival=column.arrival(day),
                reckon=column.reckoner(day),
            )


HOLIDAY_SCHEDULE = register(
    NoticeKind(
        name="holiday_schedule",
        label=gettext_lazy("Holiday settlement schedule"),
        fields=(
            PayloadField("holiday", gettext_lazy("Holiday"), choice_of(Holiday)),
            PayloadField("year", gettext_lazy("Year"), YEAR),
            PayloadField("first_day", gettext_lazy("First day of rest"), DATE, False, derived=True),
            PayloadField("last_day", gettext_lazy("Last day of rest"), DATE, False, derived=True),
            PayloadField(
                "make_up_days", gettext_lazy("Make-up workdays"), DATES, False, derived=True
            ),
            PayloadField("table", gettext_lazy("Table"), TABLE, False, derived=True),
        ),
        complete=complete,
        lines=lines,
        tables=tables,
        brief=brief,
        proofread=proofread,
        warnings=warnings,
    )
)
