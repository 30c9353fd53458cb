"""Delivery report 通知时效月报: how soon a month's messages were sent; published automatically."""

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext_lazy as _

from statuspage.notices.fields import Payload, PayloadField
from statuspage.notices.kind import NoticeKind, register
from statuspage.notices.values import COUNT, STRING, Value, written_as

MONTH: Final = Value(
    "month",
    written_as(r"20[0-9]{2}-(?:0[1-9]|1[0-2])"),
    schema={**STRING, "pattern": "20.."},
    refusal=_("Enter the month as 2025-02."),
)


@register
class DeliveryReport(NoticeKind):
    """Counts the messages of a month; each count is a part of the first or of `sms`."""

    name = "delivery_report"
    label = _("Delivery report")
    fields = (
        PayloadField("month", _("Month"), MONTH),
        PayloadField("messages", _("Messages sent to providers"), COUNT),
        PayloadField("within_1_minute", _("Within 1 minute of publication"), COUNT),
        PayloadField("within_5_minutes", _("Within 5 minutes of publication"), COUNT),
        PayloadField("sms", _("Of these, SMS"), COUNT),
        PayloadField("sms_within_5_minutes", _("SMS within 5 minutes of publication"), COUNT),
    )
    automatic = True

    def brief(self, payload: Payload) -> Iterator[str]:
        """Say the most important figure."""
        values = {"kept": f"{payload['within_5_minutes']:,}", "of": f"{payload['messages']:,}"}
        yield _("Within 5 minutes of publication: %(kept)s of %(of)s messages.") % values
