"""The monthly delivery report: how soon after the page messages were with a provider."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import channel as find_channel
from notifications.channels.addresses import AddressKind
from notifications.channels.registry import reachable_channels
from notifications.delivery.models import Delivery
from statuspage.settlement.models import Notice
from statuspage.settlement.notices.delivery_report import DELIVERY_REPORT
from statuspage.settlement.services import notice_publish
from statuspage.statements.models import Statement
from statuspage.statements.services import publishing
from statuspage.statements.texts import LANGUAGES, Text

# Retries, look-ups and quiet hours of the last evening are over by then.
SETTLED_AFTER: Final = timedelta(days=1)
MINUTE: Final = timedelta(minutes=1)
FIVE_MINUTES: Final = timedelta(minutes=5)


def report_publish(now: datetime | None = None) -> Statement | None:
    """Publish last month's report, unless it is public, too early, or nobody was written to.

    Two that try at once publish one: it is looked for again under the publishers' lock.
    """
    moment = timezone.localtime(now)
    begins = _month_before(moment)
    ends = _month_after(begins)
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
            kind=DELIVERY_REPORT,
            title=_in_each_language("title", month),
            body=_in_each_language("body", month),
            author=None,
            payload={"month": month, **counts},
        )


def counted(begins: datetime, ends: datetime) -> Mapping[str, int]:
    """What was published in that span: messages that a provider took, and how soon."""
    sms = [
        one.name
        for one in reachable_channels()
        if find_channel(one.name).address_kind == AddressKind.PHONE
    ]
    at_once = Q(sent_at__lte=F("published_at") + MINUTE)
    soon = Q(sent_at__lte=F("published_at") + FIVE_MINUTES)
    to_phones = Q(channel__in=sms)
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
    return Notice.objects.filter(kind=DELIVERY_REPORT, payload__month=month).exists()


def _month_before(moment: datetime) -> datetime:
    first = moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    return (first - timedelta(days=1)).replace(day=1)


def _month_after(begins: datetime) -> datetime:
    return (begins + timedelta(days=31)).replace(day=1)


def _in_each_language(part: str, month: str) -> Text:
    said = {}
    for language in LANGUAGES:
        with override(language):
            said[language] = _SAID[part]() % {"month": month}
    return said


def _title() -> str:
    return _("Delivery report for %(month)s")


def _body() -> str:
    return _(
        "How soon after the page our messages of %(month)s were with the providers. It is"
        " published by itself once a month, and goes into the figures of “Transparency”."
    )


_SAID: Final = {"title": _title, "body": _body}
