"""Delay 到账延迟: transactions between two times arrive later than the rules say."""

from django.utils.translation import gettext_lazy as _

from statuspage.settlement.notices.base import (
    NoticeKind,
    PayloadField,
    in_order,
    read_date,
    read_moment,
    register,
)

DELAY = register(
    NoticeKind(
        name="delay",
        label=_("Delayed arrival"),
        fields=(
            PayloadField("transactions_from", _("Transactions from"), read_moment),
            PayloadField("transactions_until", _("Transactions until"), read_moment, False),
            # Left out, the answer is a plain "not yet known", never a guess.
            PayloadField("arrives_by", _("Arrives by"), read_date, False),
        ),
        checks=(in_order("transactions_from", "transactions_until"),),
    )
)
