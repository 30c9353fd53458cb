"""General 公告: words alone."""

from django.utils.translation import gettext_lazy as _

from statuspage.settlement.notices.base import NoticeKind, register

GENERAL = register(NoticeKind(name="general", label=_("General notice")))
