"""Recovery 结算恢复: from a time on, the ordinary rules hold again; the delay is over."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.delays import open_delay_notices
from statuspage.settlement.notices.base import (
    NOT_KNOWN,
    Given,
    NoticeKind,
    PayloadField,
    register,
)
from statuspage.settlement.phrases import joined, short_day, short_moment
from statuspage.settlement.references import reference_to
from statuspage.settlement.values import DATE, MOMENT


def brief(payload: Given, language: str) -> str:
    """Since when, and when what is late will be there."""
    since = _("Settlement is back to normal since %(moment)s.") % {
        "moment": short_moment(payload["restored_at"])
    }
    if payload["backlog_by"] is None:
        return since
    late = _("What is late arrives by %(day)s.") % {"day": short_day(payload["backlog_by"])}
    return joined((since, late), language)


RECOVERY = register(
    NoticeKind(
        name="recovery",
        label=gettext_lazy("Settlement restored"),
        fields=(
            PayloadField("restored_at", gettext_lazy("Restored at"), MOMENT),
            PayloadField(
                "backlog_by",
                gettext_lazy("Delayed payouts made up by"),
                DATE,
                required=False,
                unknown=NOT_KNOWN,
            ),
            # The delay is not touched: delays.py reads from the two notices that it is over.
            PayloadField(
                "delay",
                gettext_lazy("Ends the delay"),
                reference_to(open_delay_notices),
                required=False,
                help=gettext_lazy(
                    "None chosen: all delays of the incident, or without an incident all that"
                    " concern the same merchants."
                ),
            ),
        ),
        brief=brief,
    )
)
