"""What someone wants to hear about, and how to notify them: parsed and checked.

Every clean_ function raises ValidationError for a value that is unknown, missing or too long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import connection
from django.utils.translation import gettext_lazy as _

from notifications.subscribers.attributes import NOTHING_SAID, Attributes
from notifications.subscribers.models import ALL_TOPICS, Topic
from statuspage.components.selectors import components_by_public_id
from statuspage.notices.audience import MerchantCategory
from statuspage.settlement.affected.hashes import normalised
from statuspage.statements.choices import clean_choice
from statuspage.statements.texts import CHINESE, ENGLISH, LANGUAGES

# Short names that people and other systems use for the two languages.
LANGUAGE_NAMES: Final = {
    "zh": CHINESE,
    "zh-cn": CHINESE,
    "中文": CHINESE,
    "en-us": ENGLISH,
    "en-gb": ENGLISH,
    "英文": ENGLISH,
}


@dataclass(frozen=True)
class Choices:
    """Language, category (empty: not said), topics, components (none: all of them), attributes."""

    language: str
    category: str = ""
    topics: tuple[str, ...] = ALL_TOPICS
    components: tuple[str, ...] = ()
    attributes: Attributes = NOTHING_SAID


def initial_of(choices: Choices) -> dict[str, object]:
    """Return the choices by the name of the field in which they are made."""
    flat = {name: one for name, one in vars(choices).items() if name != "attributes"}
    return {**flat, **vars(choices.attributes)}


# The longest merchant number there is has fifteen digits; others are made by operators themselves.
LONGEST_MERCHANT: Final = 40


@dataclass(frozen=True)
class DeliveryPreferences:
    """Whether nights are quiet, the time zone, and whether to use one channel or every one."""

    quiet: bool = True
    timezone: str = "Asia/Shanghai"
    one_by_one: bool = False


def clean_choices(
    *,
    language: str,
    category: str = "",
    topics: Iterable[str] = ALL_TOPICS,
    components: Iterable[str] = (),
    attributes: Attributes = NOTHING_SAID,
) -> Choices:
    """Return the checked choices, without repetitions."""
    wanted = {clean_choice(Topic, topic) for topic in topics}
    if not wanted:
        raise ValidationError(_("Choose at least one type of message."), code="topics")
    chosen = tuple(dict.fromkeys(components))
    components_by_public_id(chosen)
    return Choices(
        language=clean_language(language),
        category=clean_choice(MerchantCategory, category) if category else "",
        topics=tuple(topic for topic in ALL_TOPICS if topic in wanted),
        components=chosen,
        attributes=attributes,
    )


def clean_language(value: str) -> str:
    """Return `zh-hans` or `en`; their short names are accepted too."""
    name = value.strip().lower()
    language = LANGUAGE_NAMES.get(name, name)
    if language not in LANGUAGES:
        raise ValidationError(_("Choose Chinese (zh) or English (en)."), code="language")
    return language


def clean_merchant(number: str) -> str:
    """Return a merchant number without spaces and dashes; empty where none is given."""
    found = normalised(number)
    if len(found) > LONGEST_MERCHANT:
        raise ValidationError(_("This merchant number is too long."), code="merchant")
    return found


def clean_timezone(name: str) -> str:
    """Return the name of a time zone that Python and PostgreSQL both know: both compute with it."""
    if name not in _timezones():
        raise ValidationError(
            _("Enter a time zone such as Asia/Shanghai or Europe/London."), code="timezone"
        )
    return name


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM pg_timezone_names")
        return frozenset(name for (name,) in cursor.fetchall()) & available_timezones()
