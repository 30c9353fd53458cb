"""General 公告: text only."""

from django.utils.translation import gettext_lazy as _

from statuspage.notices.kind import NoticeKind, register


@register
class General(NoticeKind):
    """Has no details."""

    name = "general"
    label = _("General notice")
    advice = _(
        "Fees, payout dates, settlement rules, refunds and compensation have notices of their own, "
        "which a second person approves. A general notice is only reviewed after publication."
    )
