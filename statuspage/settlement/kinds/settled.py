"""Arrived 交易到账: affected transactions have arrived; sent only to their merchants."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.values import TRANSACTIONS


@register
class Settled(NoticeKind):
    """Tells merchants that transactions of theirs have arrived."""

    name = "settled"
    label = _("Transactions arrived")
    fields = (PayloadField("transactions", _("Transactions"), TRANSACTIONS),)
    automatic = True
    to_named = True

    def brief(self, payload: Payload) -> Iterator[str]:
        """Yield the text for the affected merchant, the only recipient."""
        yield str(_("Your affected transactions have arrived in your settlement account."))
