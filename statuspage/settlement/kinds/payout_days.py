"""Days on which money is paid: those that settle for the merchants concerned, and not far away."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from statuspage.calendar.selectors import promised_calendar
from statuspage.calendar.workdays import NotYetPublished
from statuspage.notices.audience import Audience, addresses
from statuspage.notices.cycles import say_cycle
from statuspage.notices.phrases import listed, short_day_and_weekday
from statuspage.settlement.cycles import AfterCutoff, Basis
from statuspage.settlement.models import SettlementRule
from statuspage.settlement.reckoning import calendar_profile
from statuspage.settlement.rules import EVERY_PRODUCT, rules_on


def check_settles(
    name: str, audience: Audience, payload: Mapping[str, Any], moment: datetime
) -> None:
    """Raise ValidationError where the field names a day on which none of these merchants is paid.

    Those of T+n are paid on settlement workdays. For all products the general rule speaks, since
    a product that is paid at once has one of its own. If a category has another cycle, or the
    calendar of that year is not known, nothing is refused.
    """
    if not payload[name]:
        return
    day = date.fromisoformat(payload[name])
    every = not audience.get("products")
    concerned = [
        one
        for one in rules_on(day, moment)
        if addresses(audience, one.category, one.product, one.cycle) and not (every and one.product)
    ]
    if concerned and not any(_paid_on(one, day, moment) for one in concerned):
        problem = _(
            "%(day)s is no settlement workday, and these merchants are paid on settlement "
            "workdays only (%(cycles)s). Choose a settlement workday."
        )
        cycles = listed(sorted({say_cycle(one.cycle) for one in concerned}))
        values = {"day": short_day_and_weekday(day.isoformat()), "cycles": cycles}
        raise ValidationError({name: problem % values})


def unheld_cycles(audience: Audience, day: date, moment: datetime) -> list[str]:
    """Return a warning where none of these merchants follows a cycle that the audience names.

    It may be mistyped, or its rule was withdrawn while the notice waited.
    """
    followed = {*_followed(audience, [*rules_on(day, moment)])}
    unheld = [one for one in audience.get("cycles") or () if one not in followed]
    if not unheld:
        return []
    said = _("On %(day)s no rule of these merchants has the cycle %(cycles)s. Is the notice right?")
    day_said = short_day_and_weekday(day.isoformat())
    return [said % {"day": day_said, "cycles": listed(map(say_cycle, unheld))}]


def settles(profile: str, day: date, moment: datetime) -> bool:
    """Return whether a day settles by that calendar; True where that is not known yet."""
    try:
        return promised_calendar(profile, moment).settles(day)
    except NotYetPublished:
        return True


def _followed(audience: Audience, rules: Sequence[SettlementRule]) -> Iterator[str]:
    """Yield the cycles that these merchants follow, before or after a cut-off."""
    base = {one.category: one.cycle for one in rules if one.product == EVERY_PRODUCT}
    for one in rules:
        if addresses(audience, one.category, one.product):
            yield one.cycle
            yield one.fallback
            if one.after_cutoff == AfterCutoff.BASE_RULE:
                yield base.get(one.category, "")


def _paid_on(rule: SettlementRule, day: date, moment: datetime) -> bool:
    every_day = rule.rule.cycle.basis is Basis.CALENDAR_DAY and not rule.rule.rests
    return every_day or settles(calendar_profile(rule, None).code, day, moment)
