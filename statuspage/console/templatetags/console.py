"""How the console's templates show texts, times, numbers and names."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django import template
from django.conf import settings
from django.utils.translation import get_language

from notifications.channels import channels
from notifications.delivery.models import Alarm
from notifications.delivery.selectors import open_alarms
from notifications.delivery.telling import headline
from statuspage.console.access import may_decide
from statuspage.console.labels import LABELS, REASONS, STATEMENTS
from statuspage.console.links import subject_url
from statuspage.monitors.models import SignalDraft
from statuspage.monitors.selectors import waiting_drafts
from statuspage.settlement.affected.rows import PROBLEMS
from statuspage.settlement.notices import every_kind
from statuspage.statements.texts import ENGLISH, LANGUAGES, in_language
from statuspage.statements.times import from_iso

register = template.Library()

HTML_LANGUAGES: Final = {language: language for language in LANGUAGES} | {"zh-hans": "zh-Hans"}
LANGUAGE_NAMES: Final = {"zh-hans": "中文", ENGLISH: "English"}


@register.filter
def said(text: Mapping[str, str] | None, language: str = "") -> str:
    """A text in the given language, or in that of whoever reads the page."""
    return in_language(text or {}, language or get_language() or "")


@register.filter
def problem(code: str) -> str:
    """Why a row of an uploaded list cannot be used."""
    return str(PROBLEMS[code])


@register.filter
def has_language(text: Mapping[str, str] | None, language: str) -> bool:
    """False where that language would fall back to Chinese."""
    return bool((text or {}).get(language))


@register.filter
def moment(value: str | None) -> datetime | None:
    """A time of a statement's content."""
    return from_iso(value) if value else None


@register.filter
def label(value: str) -> Any:
    """A status, impact or state in the reader's language."""
    return LABELS.get(value, value)


@register.filter
def kind_label(name: str) -> Any:
    """What a kind of notice is called."""
    return {one.name: one.label for one in every_kind()}.get(name, name)


@register.filter
def statement_label(kind: str) -> Any:
    """What a statement of that kind does."""
    return STATEMENTS.get(kind) or kind_label(kind.removeprefix("notice."))


@register.filter
def channel_label(name: str) -> Any:
    """What a channel is called."""
    return {one.name: one.label for one in channels()}.get(name, name)


@register.filter
def reason_label(value: str) -> Any:
    """Why a delivery stands where it does."""
    return REASONS.get(value, value)


@register.filter
def html_lang(language: str) -> str:
    """The value of HTML's lang attribute."""
    return HTML_LANGUAGES[language]


@register.filter
def language_name(language: str) -> str:
    """A language in its own words."""
    return LANGUAGE_NAMES[language]


register.filter(subject_url)


@register.filter
def thousands(number: int) -> str:
    """12,345: the same in both languages, since Django groups Chinese numbers by four."""
    return f"{number:,}"


@register.filter
def money(amount: Decimal) -> str:
    """An amount in the currency that SMS are paid in."""
    return f"{amount:,.2f} {settings.SMS_CURRENCY}"


@register.filter
def plain(amount: Decimal) -> str:
    """An amount as HTML's attributes write numbers."""
    return f"{amount:f}"


@register.filter
def pace(rate: float) -> str:
    """A rate as people say it: whole, unless it is small."""
    return f"{rate:,.0f}" if rate >= 10 else f"{rate:.1f}"


@register.simple_tag
def alarms() -> list[Alarm]:
    """What staff must know now."""
    return list(open_alarms())


@register.simple_tag
def reported() -> list[SignalDraft]:
    """What monitors report and nobody has decided on."""
    return list(waiting_drafts())


register.filter(headline)
register.filter(may_decide)
