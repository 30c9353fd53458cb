"""Arrived 交易到账: affected transactions have arrived; told to the merchants whose they are."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.notices.backlog import COUNT
from statuspage.settlement.notices.base import Form, Given, NoticeKind, PayloadField, register


def brief(payload: Given, language: str) -> str:
    """It speaks to the merchant who reads it: nobody else is sent it."""
    return _("Affected transactions of yours have arrived on your settlement account.")


SETTLED = register(
    NoticeKind(
        name="settled",
        label=gettext_lazy("Transactions arrived"),
        form=Form.NOTICE,
        fields=(PayloadField("transactions", gettext_lazy("Transactions"), COUNT),),
        brief=brief,
        automatic=True,
        to_named=True,
    )
)
