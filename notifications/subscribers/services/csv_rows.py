"""One line of a list of subscribers, as people write it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.subscribers.choices import (
    Choices,
    clean_language,
    clean_merchant,
    clean_timezone,
)
from notifications.subscribers.contacts import Contact, contact_for_code
from notifications.subscribers.models import ALL_TOPICS, Topic
from notifications.subscribers.services.addresses import clean_source
from statuspage.components.models import Component
from statuspage.notices.audience import CATEGORY_WORDS
from statuspage.settlement.affected.hashes import merchant_key
from statuspage.statements.texts import CHINESE
from statuspage.uploads.tables import UploadTable, one_of

OPTIONAL: Final = ("email", "components", "topics", "timezone", "one_by_one", "merchant", "agent")
SEPARATORS: Final = re.compile(r"[\s;,|\u3001\uff0c\uff1b]+")
CATEGORY: Final = one_of(
    {"": "", **CATEGORY_WORDS}, _("Enter micro or industry, or leave it empty."), "category"
)
ANSWER: Final = one_of(
    {
        "": None,
        **dict.fromkeys(("yes", "true", "1", "是"), True),
        **dict.fromkeys(("no", "false", "0", "否"), False),
    },
    _("Enter yes or no, or leave it empty."),
    "answer",
)


@dataclass(frozen=True)
class SubscriberRow:
    """One line that can be used."""

    phone: Contact
    email: Contact | None
    choices: Choices
    source: str
    # An empty cell leaves the value as it is, or at its default.
    timezone: str = ""
    one_by_one: bool | None = None
    agent: bool | None = None
    # Of the merchant number and the last four digits of `phone`.
    merchant_key: bytes | None = None


class SubscriberTable(UploadTable[SubscriberRow]):
    """The columns of a list of subscribers."""

    optional = OPTIONAL

    def __init__(self) -> None:
        known = frozenset(Component.objects.values_list("public_id", flat=True))
        self.readers = {
            "phone": partial(contact_for_code, AddressKind.PHONE),
            "email": lambda raw: contact_for_code(AddressKind.EMAIL, raw) if raw else None,
            "language": lambda raw: clean_language(raw or CHINESE),
            "category": CATEGORY,
            "topics": _topics,
            "components": partial(_components, known),
            "consent_source": clean_source,
            "timezone": lambda raw: clean_timezone(raw) if raw else "",
            "one_by_one": ANSWER,
            "merchant": clean_merchant,
            "agent": ANSWER,
        }

    def build(self, values: Mapping[str, Any]) -> SubscriberRow:
        """Return the row; the merchant number is kept as a hash only."""
        names = ("language", "category", "topics", "components")
        merchant, phone = values["merchant"], values["phone"]
        return SubscriberRow(
            phone=phone,
            email=values["email"],
            choices=Choices(*(values[name] for name in names)),
            source=values["consent_source"],
            timezone=values["timezone"],
            one_by_one=values["one_by_one"],
            agent=values["agent"],
            merchant_key=merchant_key(merchant, phone.clear[-4:]) if merchant else None,
        )


def _topics(raw: str) -> tuple[str, ...]:
    wanted = {part.lower() for part in SEPARATORS.split(raw) if part}
    if wanted - set(Topic.values):
        raise ValidationError(
            _("Enter incident, maintenance or notice, separated by semicolons."), code="topics"
        )
    return tuple(topic for topic in ALL_TOPICS if topic in wanted) or ALL_TOPICS


def _components(known: frozenset[str], raw: str) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part for part in SEPARATORS.split(raw) if part))
    if set(wanted) - known:
        raise ValidationError(_("One of these component IDs does not exist."), code="components")
    return wanted
