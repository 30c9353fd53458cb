"""Consents to one message each: given, taken back, counted."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Count, Exists, OuterRef
from django.db.models.functions import Now

from notifications.channels import media, medium
from notifications.channels.outcomes import ConsentChange
from notifications.subscribers.contacts import contact_on
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.models import Address, MessageConsent

TEMPLATE_LENGTH: Final = 64
GIVE: Final = """
    INSERT INTO subscribers_messageconsent (channel, blind_index, template, act)
    VALUES (%s, %s, %s, %s)
    ON CONFLICT ON CONSTRAINT message_consent_once DO NOTHING
"""


def consents_change(channel: str, changes: Iterable[ConsentChange]) -> int:
    """Store what people agreed to and took back; return how many consents are new.

    A copy of an act changes nothing. Somebody who refuses a template takes back every consent to
    it that no message holds yet. Acts of what is no address of the channel are passed over.
    """
    new = 0
    for one in changes:
        try:
            index = contact_on(channel, one.address).index
        except ValidationError:
            continue
        if not one.accepted:
            consents_void(channel, [index], one.template)
        elif 0 < len(one.template) <= TEMPLATE_LENGTH:
            new += _give(channel, index, one)
    return new


def _give(channel: str, index: str, one: ConsentChange) -> int:
    act = blind_index(one.name, f"consent:{channel}")
    with connection.cursor() as cursor:
        cursor.execute(GIVE, [channel, index, one.template, act])
        return int(cursor.rowcount)


def consents_void(channel: str, indexes: Collection[str], template: str) -> int:
    """End the consents to a template that no message holds; return how many."""
    left = MessageConsent.objects.filter(
        channel=channel,
        blind_index__in=indexes,
        template=template,
        ended_at=None,
        delivery_id=None,
    )
    return left.update(ended_at=Now())


def consents_left(address: Address) -> Mapping[str, int]:
    """Return how many messages of each template an address still takes."""
    free = MessageConsent.objects.filter(
        channel=address.channel, blind_index=address.blind_index, ended_at=None, delivery_id=None
    )
    return {row["template"]: row["n"] for row in free.values("template").annotate(n=Count("pk"))}


def messages_left(address: Address) -> int | None:
    """Return how many messages may still be sent there; None where none needs a consent."""
    if not medium(address.channel).leading().uses_consents:
        return None
    return sum(consents_left(address).values())


def without_consent() -> list[tuple[Any, int]]:
    """Return the media that need consents with how many addresses have none left, if any."""
    needing = [one for one in media() if one.configured() and one.leading().uses_consents]
    counted = [(one.label, addresses_without_consent(one.name)) for one in needing]
    return [(label, number) for label, number in counted if number]


def addresses_without_consent(channel: str) -> int:
    """Return to how many of a medium's addresses nothing can be sent until they agree again."""
    free = MessageConsent.objects.filter(
        channel=OuterRef("channel"),
        blind_index=OuterRef("blind_index"),
        ended_at=None,
        delivery_id=None,
    )
    reachable = Address.objects.filter(
        channel=channel, confirmed_at__isnull=False, suppressed_at=None
    )
    return reachable.filter(~Exists(free)).count()
