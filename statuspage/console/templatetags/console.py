"""Template filters of the console for texts, times, numbers and names."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext, pgettext

from notifications.channels.media import labels
from notifications.delivery.alarm_texts import advice, alarm_path, headline
from notifications.delivery.hold_selectors import open_holds
from notifications.delivery.selectors import open_alarms
from notifications.subscribers.models import Subscription, Topic
from statuspage import __version__
from statuspage.approvals.recipes import REGULATOR
from statuspage.calendar.models import DayKind
from statuspage.calendar.notice_extensions import named
from statuspage.calendar.services import LIBRARY
from statuspage.calendar.workdays import Day
from statuspage.console.act_labels import act_label
from statuspage.console.labels import CONSENT_SOURCES, LABELS, REASONS, STATEMENTS
from statuspage.lib.money import Fee, yuan
from statuspage.lib.punctuation import in_parentheses
from statuspage.lib.tables import beneath
from statuspage.monitors.selectors import waiting_drafts
from statuspage.notices.kind import every_kind
from statuspage.staff import audit
from statuspage.staff.models import AuditEntry
from statuspage.statements.documents import news_of
from statuspage.statements.models import Statement
from statuspage.statements.texts import ENGLISH, LANGUAGES, for_reader, in_language
from statuspage.statements.times import from_iso

register = template.Library()

HTML_LANGUAGES: Final = {language: language for language in LANGUAGES} | {"zh-hans": "zh-Hans"}
LANGUAGE_NAMES: Final = {"zh-hans": "中文", ENGLISH: "English"}


@register.filter
def passkey_json(options: Mapping[str, Any]) -> str:
    """Return what the browser needs to make or show a passkey, for an attribute."""
    return json.dumps(options)


@register.filter
def said(text: Mapping[str, str] | None, language: str = "") -> str:
    """Return a text in the given language, or in the reader's."""
    return in_language(text or {}, language or get_language() or "")


@register.filter
def has_language(text: Mapping[str, str] | None, language: str) -> bool:
    """Return False where that language would fall back to Chinese."""
    return bool((text or {}).get(language))


@register.filter
def moment(value: str | None) -> datetime | None:
    """Return a time from a statement's content as a datetime."""
    return from_iso(value) if value else None


@register.filter
def kind_label(name: str) -> Any:
    """Return the label of a kind of notice."""
    return {one.name: one.label for one in every_kind()}.get(name, name)


@register.filter
def statement_label(kind: str) -> Any:
    """Return the label of a kind of statement."""
    return STATEMENTS.get(kind) or kind_label(kind.removeprefix("notice."))


@register.filter
def step_label(kind: str) -> Any:
    """Return the label of a step of prepared drafts: a kind of statement, or the regulator."""
    return gettext("Regulatory reports") if kind == REGULATOR else statement_label(kind)


@register.filter
def channel_label(name: str) -> Any:
    """Return the label of a medium or provider."""
    return labels().get(name, name)


@register.filter
def subject_url(statement: Statement) -> str:
    """Return the URL of the console's page about a statement's subject."""
    return reverse(f"console:{statement.subject_type}", args=[statement.subject_id])


@register.filter
def day_said(day: Day) -> Any:
    """Return a day's own name, or the label of its kind."""
    return for_reader(day.label) or DayKind(day.kind).label


@register.filter
def holidays_said(names: Sequence[str]) -> str:
    """Return Chinese holiday names in the reader's language."""
    return named(names)


@register.filter
def money(amount: Decimal) -> str:
    """Return an amount in the currency that SMS are paid in."""
    if settings.SMS_CURRENCY == "CNY":
        return gettext("%(amount)s yuan") % {"amount": f"{amount:,.2f}"}
    return f"{amount:,.2f} {settings.SMS_CURRENCY}"


@register.filter
def fee_said(fee: Fee) -> str:
    """Return a fee with its unit: `0.60% + 1.00 yuan`."""
    share, _plus, fixed = str(fee).partition("+")
    if not fixed:
        return share
    return f"{share} + {gettext('%(amount)s yuan') % {'amount': yuan(fee.fixed)}}"


@register.filter
def statement_no(number: int | str) -> str:
    """Return a statement's number as the public pages write it."""
    return gettext("No. %(number)s") % {"number": number}


@register.filter
def target_said(target: str) -> str:
    """Return what an act of the audit log was about; a statement by its number."""
    number = target.removeprefix("#")
    return statement_no(number) if number != target and number.isdigit() else account_said(target)


@register.filter
def account_said(value: Any) -> Any:
    """Return a value of an audit entry; an account by the name that it has now."""
    return audit.target_said(value) if isinstance(value, str) else value


@register.filter
def who_said(entry: AuditEntry) -> str:
    """Return who acted, by the name that the account has now."""
    return audit.who_said(entry.staff_id, getattr(entry, "name", None), entry.who)


@register.filter
def topics_said(subscription: Subscription) -> str:
    """Return what an address wants to hear about."""
    labels = dict(Topic.choices)
    return pgettext("between names", ", ").join(
        str(labels.get(one, one)) for one in subscription.topics
    )


@register.filter
def calendar_source(source: str) -> str:
    """Return where a calendar comes from; the library is a detail of ours."""
    return gettext("Built-in holiday data") if source == LIBRARY else source


@register.filter
def timezone_said(name: str) -> str:
    """Return a time zone; the most common one by its name."""
    return gettext("Beijing time") if name == "Asia/Shanghai" else name


@register.filter
def since(earlier: datetime, later: datetime) -> timedelta:
    """Return how long before the second time the first one is."""
    return later - earlier


@register.filter
def pace(rate: float) -> str:
    """Return a rate for display: rounded to a whole number unless it is small."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


# Labels of statuses, impacts and states; reasons for a delivery's state; HTML's lang attribute;
# a language's own name.
register.filter("label", lambda value: LABELS.get(value, value))
register.filter("reason_label", lambda value: REASONS.get(value, value))
register.filter("html_lang", lambda language: HTML_LANGUAGES[language])
register.filter("language_name", lambda language: LANGUAGE_NAMES[language])
# 12,345 in both languages, since Django groups Chinese numbers by four; and as HTML's attributes
# write numbers.
register.filter("thousands", lambda number: f"{number:,}")
register.filter("plain", lambda amount: f"{amount:f}")
register.simple_tag(lambda: __version__, name="version")
register.simple_tag(open_alarms, name="alarms")
register.simple_tag(waiting_drafts, name="reported")
register.simple_tag(lambda: open_holds().count(), name="broadcasts_on_hold")
# The space between two sentences, which Chinese does not have.
register.simple_tag(lambda: " " if get_language() == ENGLISH else "", name="after_sentence")
register.filter("consent_source", lambda value: CONSENT_SOURCES.get(value, value))
register.filter("news", news_of)
register.filter(beneath)
register.filter(act_label)
register.filter(in_parentheses)
register.filter(headline)
register.filter(advice)
register.filter(alarm_path)
