"""Publish the monthly report of how soon providers accepted messages after publication."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from notifications.delivery.models import Delivery
from notifications.media import SMS
from statuspage.lib.database_clock import database_now
from statuspage.notices.kinds.delivery_report import DeliveryReport
from statuspage.notices.models import Notice
from statuspage.notices.services import notice_publish
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.texts import in_each_language

# Retries, look-ups and quiet hours of the last evening are over by then.
SETTLED_AFTER: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
FIVE_MINUTES: Final = timedelta(minutes=5)


def report_publish(now: datetime | None = None) -> Statement | None:
    """Publish last month's report, unless it is public, too early, or no message was sent.

    It is checked again under the publishers' lock, so that two workers publish only one.
    """
    moment = timezone.localtime(now or database_now())
    ends = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begins = (ends - timedelta(days=1)).replace(day=1)
    month = f"{begins:%Y-%m}"
    if moment < ends + SETTLED_AFTER or _is_public(month):
        return None
    counts = counted(begins, ends)
    if not counts["messages"]:
        return None
    with publishing():
        if _is_public(month):
            return None
        return notice_publish(
            kind=DeliveryReport.name,
            title=in_each_language(lambda: _("Delivery report for %(month)s") % {"month": month}),
            body=in_each_language(lambda: _body(month)),
            author=None,
            payload={"month": month, **counts},
        )


def counted(begins: datetime, ends: datetime) -> Mapping[str, int]:
    """Count the messages of that period that a provider accepted, and how soon it did."""
    at_once = Q(sent_at__lte=F("published_at") + MINUTE)
    soon = Q(sent_at__lte=F("published_at") + FIVE_MINUTES)
    to_phones = Q(channel=SMS)
    taken = Delivery.objects.filter(
        published_at__gte=begins, published_at__lt=ends, sent_at__isnull=False
    )
    return taken.aggregate(
        messages=Count("pk"),
        within_1_minute=Count("pk", filter=at_once),
        within_5_minutes=Count("pk", filter=soon),
        sms=Count("pk", filter=to_phones),
        sms_within_5_minutes=Count("pk", filter=to_phones & soon),
    )


def _is_public(month: str) -> bool:
    return Notice.objects.filter(kind=DeliveryReport.name, payload__month=month).exists()


def _body(month: str) -> str:
    return _(
        "How soon after publication our messages of %(month)s reached the providers. This "
        "report is published automatically every month and counts towards the figures on "
        "“Transparency”."
    ) % {"month": month}
