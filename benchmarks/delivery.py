"""Delivery: our whole path against the naive way, and expanding against creating row by row."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils import timezone
from twilio.rest import Client

from notifications.channels import channel
from notifications.delivery.expand import expand
from notifications.delivery.models import Delivery
from notifications.delivery.render import bulletin_of
from notifications.delivery.send import send_batch
from notifications.subscribers.crypto import blind_index, decrypt, encrypt
from notifications.subscribers.models import Address, Subscriber, Subscription
from statuspage.incidents.services.incidents import incident_open
from statuspage.statements.models import Statement

RECIPIENTS = 4000
NAIVE = 400
SMS = channel("twilio_sms")


@dataclass(frozen=True)
class Row:
    """One line of the table: how many a second, and the same as a multiple of the naive way."""

    what: str
    per_second: float
    naive: float

    @property
    def ratio(self) -> float:
        """How many times the naive way."""
        return self.per_second / self.naive


def measure(provider: str) -> list[Row]:
    """All of it, one after the other, on the same engines and the same provider."""
    settings.TWILIO_BASE_URL = provider
    _subscribe(RECIPIENTS)
    statement = _publish()
    created = _rate(lambda: _create_one_by_one(statement, NAIVE), NAIVE)
    connection.cursor().execute("TRUNCATE delivery_delivery")
    expanded = _rate(lambda: expand(statement.number), RECIPIENTS)
    naive = _rate(lambda: _send_naively(statement, provider, NAIVE), NAIVE)
    ours = _rate(_send_all, RECIPIENTS - NAIVE)
    return [
        Row("make deliveries: one create() each", created, created),
        Row("make deliveries: expand", expanded, created),
        Row("send: one Twilio call and one save() each", naive, naive),
        Row("send: claim, decrypt, compose, limit, send, write results", ours, naive),
    ]


def _rate(act: Callable[[], None], count: int) -> float:
    start = time.perf_counter()
    act()
    return count / (time.perf_counter() - start)


def _subscribe(count: int) -> None:
    numbers = [f"+86138{number:08d}" for number in range(count)]
    people = Subscriber.objects.bulk_create(Subscriber() for _ in numbers)
    addresses = Address.objects.bulk_create(
        Address(
            subscriber=person,
            channel=SMS.name,
            kind=SMS.address_kind,
            sealed=encrypt(clear, SMS.address_kind),
            blind_index=blind_index(clear, SMS.address_kind),
            masked="138****0000",
            confirmed_at=timezone.now(),
        )
        for person, clear in zip(people, numbers, strict=True)
    )
    Subscription.objects.bulk_create(
        Subscription(address=one, topics=["incident"]) for one in addresses
    )


def _publish() -> Statement:
    return incident_open(
        name={"zh-hans": "T+1 到账延迟"},
        body={"zh-hans": "10:42起，部分小微商户T+1到账延迟，资金安全，正在排查。"},
        components={},
        author=None,
    )


def _create_one_by_one(statement: Statement, count: int) -> None:
    from notifications.delivery.partitions import ensure_partition

    ensure_partition(statement.published_at)
    now = timezone.now()
    for address in Address.objects.all()[:count]:
        Delivery.objects.create(
            statement=statement,
            published_at=statement.published_at,
            address=address,
            channel=SMS.name,
            language="zh-hans",
            state="pending",
            due_at=now,
            created_at=now,
            updated_at=now,
        )


def _send_naively(statement: Statement, provider: str, count: int) -> None:
    client = Client(settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN)
    client.api.base_url = provider
    for delivery in Delivery.objects.filter(state="pending").select_related("address")[:count]:
        text = SMS.compose(bulletin_of(statement.document, delivery.language)).text
        clear = decrypt(delivery.address.sealed, delivery.address.kind)
        sent = client.messages.create(to=clear, from_=settings.TWILIO_FROM, body=text)
        delivery.state, delivery.provider_id = "sent", sent.sid
        delivery.save()


def _send_all() -> None:
    while send_batch(SMS):
        pass
