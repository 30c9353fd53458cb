"""General 公告: text only."""

from django.utils.translation import gettext_lazy as _

from statuspage.notices.kind import NoticeKind, register


@register
class General(NoticeKind):
    """Has no details."""

    name = "general"
    label = _("General notice")
