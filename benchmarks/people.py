"""Subscribers for benchmarks, a million of them in well under a minute."""

from collections.abc import Iterator

from django.db import connection

from notifications.channels.addresses import AddressKind
from notifications.subscribers.crypto import encrypt

CHANNEL = "twilio_sms"


def subscribe(count: int) -> None:
    """So many merchants with a phone each, confirmed and subscribed to incidents."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE subscribers_subscriber CASCADE")
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
