"""One line of a list of subscribers, as people write it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.media import ROBOT
from notifications.subscribers.attributes import (
    NOTHING_SAID,
    Attributes,
    clean_code,
    clean_cycles,
    clean_models,
    clean_products,
    clean_province,
    split,
)
from notifications.subscribers.choices import (
    Choices,
    clean_language,
    clean_merchant,
    clean_timezone,
)
from notifications.subscribers.contacts import Contact, contact_for_code, contact_on
from notifications.subscribers.models import ALL_TOPICS, Topic
from notifications.subscribers.services.addresses import clean_source
from statuspage.components.models import Component
from statuspage.notices.audience import CATEGORY_WORDS
from statuspage.notices.models import Product
from statuspage.settlement.affected.hashes import merchant_key
from statuspage.statements.texts import CHINESE
from statuspage.uploads.tables import UploadTable, one_of

OPTIONAL: Final = (
    *("email", "robot", "components", "topics", "timezone", "one_by_one", "merchant", "agent"),
    *("products", "models", "cycles", "agent_code", "province"),
)
# As people head the columns of their own lists.
HEADINGS: Final = {
    **dict.fromkeys(("手机号", "手机号码", "mobile"), "phone"),
    **dict.fromkeys(("邮箱", "e-mail"), "email"),
    **dict.fromkeys(("群机器人", "机器人"), "robot"),
    "语言": "language",
    **dict.fromkeys(("商户类别", "类别"), "category"),
    **dict.fromkeys(("同意方式", "同意来源"), "consent_source"),
    **dict.fromkeys(("商户号", "商户编号"), "merchant"),
    **dict.fromkeys(("代理商", "是否代理商"), "agent"),
    **dict.fromkeys(("产品", "product"), "products"),
    **dict.fromkeys(("终端型号", "机具型号", "model", "terminal_models"), "models"),
    **dict.fromkeys(("结算周期", "cycle"), "cycles"),
    **dict.fromkeys(("代理商编码", "代理商编号", "agent code"), "agent_code"),
    **dict.fromkeys(("省份", "所在省份"), "province"),
}
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
    # A group robot, as its service hands it out.
    robot: Contact | None = None
    # An empty cell leaves the value as it is, or at its default.
    timezone: str = ""
    one_by_one: bool | None = None
    agent: bool | None = None
    # Of the merchant number and the last four digits of `phone`.
    merchant_key: bytes | None = None
    attributes: Attributes = NOTHING_SAID

    @property
    def contacts(self) -> list[tuple[str, Contact]]:
        """Every address of the line, by its column."""
        given = (("phone", self.phone), ("email", self.email), ("robot", self.robot))
        return [(column, contact) for column, contact in given if contact]


class SubscriberTable(UploadTable[SubscriberRow]):
    """The columns of a list of subscribers."""

    optional = OPTIONAL
    headings = HEADINGS

    def __init__(self) -> None:
        known = frozenset(Component.objects.values_list("public_id", flat=True))
        self.readers = {
            "phone": partial(contact_for_code, AddressKind.PHONE),
            "email": lambda raw: contact_for_code(AddressKind.EMAIL, raw) if raw else None,
            "robot": lambda raw: contact_on(ROBOT, raw).check() if raw else None,
            "language": lambda raw: clean_language(raw or CHINESE),
            "category": CATEGORY,
            "topics": _topics,
            "components": partial(_components, known),
            "consent_source": clean_source,
            "timezone": lambda raw: clean_timezone(raw) if raw else "",
            "one_by_one": ANSWER,
            "merchant": clean_merchant,
            "agent": ANSWER,
            "products": partial(_listed, partial(clean_products, known=_products())),
            "models": partial(_listed, clean_models),
            "cycles": partial(_listed, clean_cycles),
            "agent_code": clean_code,
            "province": clean_province,
        }

    def build(self, values: Mapping[str, Any]) -> SubscriberRow:
        """Return the row; the merchant number is kept as a hash only."""
        names = ("language", "category", "topics", "components")
        merchant, phone = values["merchant"], values["phone"]
        return SubscriberRow(
            phone=phone,
            email=values["email"],
            robot=values["robot"],
            choices=Choices(*(values[name] for name in names)),
            source=values["consent_source"],
            timezone=values["timezone"],
            one_by_one=values["one_by_one"],
            agent=values["agent"],
            merchant_key=merchant_key(merchant, phone.clear[-4:]) if merchant else None,
            attributes=Attributes(
                products=values["products"],
                terminal_models=values["models"],
                cycles=values["cycles"],
                province=values["province"] or None,
                agent_code=values["agent_code"] or None,
            ),
        )


def _products() -> frozenset[str]:
    return frozenset(Product.objects.values_list("code", flat=True))


def _listed(read: Callable[[list[str]], tuple[str, ...]], raw: str) -> tuple[str, ...] | None:
    return read(split(raw)) or None


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
