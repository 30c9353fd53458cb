"""What cycles and durations are called in an answer, worded when they are read."""

from django.utils.functional import lazy as lazily
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from statuspage.notices.cycles import say_cycle, weekday_said
from statuspage.notices.phrases import duration_said
from statuspage.settlement.cycles import Basis, Cycle


def _meaning(cycle: Cycle, *, rests: bool = False) -> str:
    if cycle.basis is Basis.WEEK:
        said = _(
            "each week's transactions on %(day)s of the next week, or the settlement workday after"
        )
        return str(said) % {"day": weekday_said(cycle.offset)}
    if cycle.basis is Basis.MONTH:
        said = _(
            "each month's transactions on day %(day)d of the next month, or the settlement workday "
            "after"
        )
        return str(said) % {"day": cycle.offset}
    worded = _counted(cycle)
    return str(_("%(meaning)s, but not on closed days")) % {"meaning": worded} if rests else worded


def _counted(cycle: Cycle) -> str:
    days, workdays = cycle.offset, cycle.basis is Basis.SETTLEMENT_WORKDAY
    if workdays and days == 0:
        return str(_("on the same day if it is a settlement workday, otherwise on the next one"))
    if days == 0:
        return str(_("on the same day, holidays included"))
    if workdays:
        worded = ngettext(
            "on the next settlement workday after the transaction",
            "on settlement workday no. %(days)d after the transaction",
            days,
        )
    else:
        worded = ngettext(
            "on the next day, holidays included", "%(days)d days later, holidays included", days
        )
    return worded % {"days": days}


meaning = lazily(_meaning, str)
cycle_name = lazily(say_cycle, str)
duration = lazily(duration_said, str)
