"""Delivery report 通知时效月报: how soon a month's messages were with the readers; by itself."""

import re
from collections.abc import Sequence
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from statuspage.settlement.notices.backlog import COUNT
from statuspage.settlement.notices.base import Form, Given, Line, NoticeKind, PayloadField, register
from statuspage.settlement.values import Value
from statuspage.statements.canonical import Json

DELIVERY_REPORT: Final = "delivery_report"
MONTH_FORM: Final = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])", re.ASCII)


def read_month(value: object) -> Json:
    """A month written as 2025-02."""
    if not isinstance(value, str) or not MONTH_FORM.fullmatch(value):
        raise ValidationError(_("Write the month as 2025-02."), code="month")
    return value


MONTH: Final = Value(
    "month", read_month, lambda value, language: str(value), {"type": "string", "pattern": "20.."}
)


def lines(payload: Given, language: str) -> Sequence[Line]:
    """The counts, each with what it is a part of."""
    return [
        Line(_("Month"), payload["month"]),
        Line(_("Messages that reached a provider"), f"{payload['messages']:,}"),
        Line(_("Within 1 minute of the page"), f"{payload['within_1_minute']:,}"),
        Line(_("Within 5 minutes of the page"), f"{payload['within_5_minutes']:,}"),
        Line(_("SMS among them"), f"{payload['sms']:,}"),
        Line(_("SMS within 5 minutes of the page"), f"{payload['sms_within_5_minutes']:,}"),
    ]


def brief(payload: Given, language: str) -> str:
    """The figure that matters most."""
    values = {"kept": f"{payload['within_5_minutes']:,}", "of": f"{payload['messages']:,}"}
    return _("Within 5 minutes of the page: %(kept)s of %(of)s messages.") % values


REPORT: Final = register(
    NoticeKind(
        name=DELIVERY_REPORT,
        label=gettext_lazy("Delivery report"),
        form=Form.NOTICE,
        fields=(
            PayloadField("month", gettext_lazy("Month"), MONTH),
            PayloadField("messages", gettext_lazy("Messages that reached a provider"), COUNT),
            PayloadField("within_1_minute", gettext_lazy("Within 1 minute of the page"), COUNT),
            PayloadField("within_5_minutes", gettext_lazy("Within 5 minutes of the page"), COUNT),
            PayloadField("sms", gettext_lazy("SMS among them"), COUNT),
            PayloadField(
                "sms_within_5_minutes", gettext_lazy("SMS within 5 minutes of the page"), COUNT
            ),
        ),
        lines=lines,
        brief=brief,
        automatic=True,
    )
)
