"""Reading subscribers, and finding addresses by what staff know of them."""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from notifications.channels import media
from notifications.channels.addresses import AddressKind
from notifications.channels.countries import permitted_codes
from notifications.channels.pasted import plain
from notifications.subscribers.attributes import Attributes
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.crypto import decrypt
from notifications.subscribers.models import Address, SignUp, Subscriber
from statuspage.components.selectors import visible_components

HASH: Final = re.compile(r"[0-9a-f]{64}")
TAIL: Final = re.compile(r"\d{4}", re.ASCII)
# As `mask` writes them, with as many stars as people care to type. Anything longer than what a
# mask leaves open is refused: it might be the whole number.
MASKS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...]] = (
    (re.compile(r"(?:\+?86)?(1\d\d|\+\d\d)\*+(\d{4})", re.ASCII), lambda m: f"{m[1]}****{m[2]}"),
    (re.compile(r"(\w)\*+@([\w.-]{1,60})"), lambda m: f"{m[1]}***@{m[2].lower()}"),
    (re.compile(r"\*+([\w-]{4})"), lambda m: f"***{m[1]}"),
    (re.compile(r"([\w.-]{1,60})/\*+"), lambda m: f"{m[1].lower()}/***"),
)
# What a phone's mask can begin with: so the index on `masked` finds last digits, too.
FIRST_THREE: Final = [f"1{n:02}" for n in range(100)] + [f"+{n}" for n in range(10, 100)]


def clear_address(address: Address | SignUp) -> str:
    """Return the address in clear: for sending only, never for a screen or a log.

    Raises:
        CannotDecrypt: its key is gone.
    """
    return decrypt(bytes(address.sealed), address.kind)


def choices_of_signup(signup: SignUp) -> Choices:
    """Return the choices made with a sign-up."""
    given = tuple(signup.topics), tuple(signup.components)
    return Choices(signup.language, signup.category, *given, attributes_of(signup).known())


def attributes_of(row: Subscriber | SignUp) -> Attributes:
    """Return everything that is known of somebody; empty what is not."""
    return Attributes(
        products=tuple(row.products or ()),
        terminal_models=tuple(row.terminal_models or ()),
        cycles=tuple(row.cycles or ()),
        province=row.province,
        agent_code=getattr(row, "agent_code", ""),
    )


def numbers_abroad() -> int:
    """Count the numbers in use that get no SMS, because their country is not in SMS_COUNTRIES."""
    numbers = Address.objects.filter(
        kind=AddressKind.PHONE, confirmed_at__isnull=False, suppressed_at=None
    )
    return numbers.exclude(country__in=permitted_codes()).count()


def component_names(public_ids: Iterable[str], language: str) -> list[str]:
    """Return the names of those components, in page order; no name where no id is given."""
    wanted = set(public_ids)
    return [
        one.name.get(language) or one.name["zh-hans"]
        for one in visible_components()
        if one.public_id in wanted
    ]


def who_of(typed: str) -> str:
    """Return what was typed as a search that may stand in a web address or a log.

    Last four digits and masks stay as they are; a whole address becomes its blind index.

    Raises:
        ValidationError: it is none of these.
    """
    compact = "".join(plain(typed).split())
    if TAIL.fullmatch(compact):
        return compact
    for pattern, masked in MASKS:
        if found := pattern.fullmatch(compact):
            return masked(found)
    indexes = indexes_of(compact)
    if not indexes:
        raise ValidationError(
            _("Enter the last four digits, a number such as 138****1234, or a full address."),
            code="who",
        )
    known = addresses_by_index(indexes).values_list("blind_index", flat=True).first()
    return known or indexes[0]


def is_search(who: str) -> bool:
    """Return whether the text has the form of a `who_of` value, never a number or address."""
    known = [HASH, TAIL, *(pattern for pattern, _masked in MASKS)]
    return any(pattern.fullmatch(who) for pattern in known)


def addresses_of(who: str) -> QuerySet[Address]:
    """Return the addresses that a search of `who_of` means: one, some that look alike, or none."""
    if HASH.fullmatch(who):
        return addresses_by_index([who])
    if TAIL.fullmatch(who):
        return Address.objects.filter(masked__in=[f"{first}****{who}" for first in FIRST_THREE])
    if not is_search(who):
        return Address.objects.none()
    # A mailbox is shown as its owner typed it, and is the same in the other case.
    return Address.objects.filter(masked__in={who, who[0].lower() + who[1:], who.capitalize()})


def addresses_by_index(indexes: list[str]) -> QuerySet[Address]:
    """Return the addresses with these blind indexes; channels come first in the table's index."""
    names = [one.name for one in media()]
    return Address.objects.filter(Q(channel__in=names) & Q(blind_index__in=indexes))


def indexes_of(raw: str) -> list[str]:
    """Return the blind index of the text for each kind of address that it could be."""
    indexes = []
    for one in media():
        with suppress(ValidationError):
            indexes.append(contact_on(one.name, raw).index)
    return indexes
