"""Recovery 结算恢复: from a time on, the ordinary rules hold again."""

from django.utils.translation import gettext_lazy as _

from statuspage.settlement.notices.base import (
    NoticeKind,
    PayloadField,
    read_date,
    read_moment,
    register,
)

RECOVERY = register(
    NoticeKind(
        name="recovery",
        label=_("Settlement restored"),
        fields=(
            PayloadField("restored_at", _("Restored at"), read_moment),
            PayloadField("backlog_by", _("Delayed payouts made up by"), read_date, False),
        ),
    )
)
