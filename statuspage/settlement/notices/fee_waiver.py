"""Fee waiver 手续费减免: which transactions, how much of the fee, and who bears it."""

from django.utils.translation import gettext_lazy as _

from statuspage.settlement.notices.base import (
    NoticeKind,
    PayloadField,
    in_order,
    read_date,
    read_moment,
    read_percent,
    read_text,
    register,
)

FEE_WAIVER = register(
    NoticeKind(
        name="fee_waiver",
        label=_("Fee waiver"),
        fields=(
            PayloadField("transactions_from", _("Transactions from"), read_moment),
            PayloadField("transactions_until", _("Transactions until"), read_moment),
            PayloadField("percent_waived", _("Share of the fee waived, in percent"), read_percent),
            PayloadField("borne_by", _("Borne by"), read_text, False),
            PayloadField("credited_by", _("Credited by"), read_date, False),
        ),
        checks=(in_order("transactions_from", "transactions_until"),),
    )
)
