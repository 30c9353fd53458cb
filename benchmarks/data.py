"""What benchmarks publish, and whom they tell: a million in well under a minute."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from django.db import connection
from django.utils import timezone

from notifications.channels.addresses import AddressKind
from notifications.subscribers.crypto import encrypt
from statuspage.components.models import Component, ComponentGroup
from statuspage.incidents.models import Incident
from statuspage.incidents.services.incidents import incident_open, incident_update
from statuspage.statements.models import Statement

CHANNEL: Final = "sms"
STEPS: Final = ("identified", "identified", "identified", "monitoring", "resolved")
BODY: Final = {
    "zh-hans": "10:42起,部分小微商户T+1到账延迟,资金安全,正在排查。",
    "en": "Since 10:42 payouts to some micro merchants (T+1) are late. Funds are safe.",
}


def subscribe(count: int) -> None:
    """So many merchants with a phone each, confirmed and subscribed; no deliveries yet."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE delivery_delivery, subscribers_subscriber CASCADE")
        # What another benchmark has published is not for these.
        cursor.execute("UPDATE delivery_broadcast SET state = 'finished'")
        columns = "id, public_id, language, category, quiet, timezone, one_by_one, created_at"
        with cursor.copy(f"COPY subscribers_subscriber ({columns}) FROM STDIN") as copy:
            for row in _people(count):
                copy.write_row(row)
        columns = (
            "id, subscriber_id, channel, kind, sealed, blind_index, masked, country, position,"
            " confirmed_at, suppressed_for, failures, created_at"
        )
        with cursor.copy(f"COPY subscribers_address ({columns}) FROM STDIN") as copy:
            for row in _addresses(count):
                copy.write_row(row)
        cursor.execute(
            "INSERT INTO subscribers_subscription (address_id, topics, components)"
            " SELECT id, '{incident}', '{}' FROM subscribers_address"
        )
        cursor.execute("ANALYZE")


def _people(count: int) -> Iterator[tuple[object, ...]]:
    for number in range(1, count + 1):
        language = "en" if number % 10 == 0 else "zh-hans"
        yield number, f"b{number}", language, "", True, "Asia/Shanghai", False, "now"


def _addresses(count: int) -> Iterator[tuple[object, ...]]:
    kind = AddressKind.PHONE
    for number in range(1, count + 1):
        clear = f"+861{number:010d}"
        yield (
            number,
            number,
            CHANNEL,
            kind.value,
            encrypt(clear, kind),
            f"bench-{number}",
            "138****0000",
            "86",
            0,
            "now",
            "",
            0,
            "now",
        )


def announce() -> Statement:
    """Open an incident that affects everyone."""
    name = _text("T+1 到账延迟", "T+1 payouts late")
    return incident_open(name=name, body=BODY, components={}, author=None)


def build(components: int, incidents: int, years: float = 1.0) -> Statement:
    """Publish incidents of six updates each, evenly over the years; only the last stays open."""
    made = _components(components)
    statement = None
    for number in range(incidents):
        at = timezone.now() - timedelta(days=365 * years * (1 - number / incidents), hours=6)
        statement = _incident(number, made[number % components], at, number == incidents - 1)
    assert statement
    return statement


def say_more(statement: Statement) -> Statement:
    """One more update of an open incident."""
    incident = Incident.objects.get(public_id=statement.subject_id)
    return incident_update(incident=incident, status="identified", body=BODY, author=None)


def _components(count: int) -> list[Component]:
    groups = [
        ComponentGroup.objects.create(name=_text(f"第{n}组", f"Group {n}"), position=n)
        for n in range(max(1, count // 10))
    ]
    return [
        Component.objects.create(
            name=_text(f"服务{n}", f"Service {n}"), group=groups[n % len(groups)], position=n
        )
        for n in range(count)
    ]


def _incident(number: int, component: Component, at: object, stays: bool) -> Statement:
    statement = incident_open(
        name=_text(f"到账延迟{number}", f"Payouts late {number}"),
        body=BODY,
        components={component.public_id: "partial_outage"},
        author=None,
        published_at=at,
    )
    for step, status in enumerate(STEPS[: 2 if stays else None], 1):
        statement = incident_update(
            incident=Incident.objects.get(public_id=statement.subject_id),
            status=status,
            body=BODY,
            components={component.public_id: "operational"} if status == "resolved" else {},
            author=None,
            published_at=at + timedelta(minutes=10 * step),
        )
    return statement


def _text(chinese: str, english: str) -> dict[str, str]:
    return {"zh-hans": chinese, "en": english}
