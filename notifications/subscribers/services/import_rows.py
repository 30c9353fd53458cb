"""Write rows of a list of subscribers into the tables: one COPY, then a few SQL statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from notifications.channels.addresses import AddressKind
from notifications.subscribers.contacts import CODE_CHANNELS
from notifications.subscribers.services.csv_rows import SubscriberRow
from notifications.subscribers.services.subscriptions import IMPORTED_VERSION, addresses_order
from statuspage.statements.ids import new_id

PHONE: Final = CODE_CHANNELS[AddressKind.PHONE]
EMAIL: Final = CODE_CHANNELS[AddressKind.EMAIL]
# `free` until its owner has decided something; `address_id` is null until the row has an address.
STAGED: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_subscriber (
        public_id varchar, language varchar, category varchar, timezone varchar,
        one_by_one boolean, merchant_key bytea, topics varchar[], components varchar[],
        source varchar,
        sealed bytea, blind_index varchar, masked varchar, country varchar,
        email_sealed bytea, email_index varchar, email_masked varchar,
        subscriber_id bigint, address_id bigint, known boolean DEFAULT false,
        free boolean DEFAULT true
    ) ON COMMIT DELETE ROWS
"""
GIVEN: Final = (
    *("public_id", "language", "category", "timezone", "one_by_one", "merchant_key"),
    *("topics", "components", "source", "sealed", "blind_index", "masked", "country"),
    *("email_sealed", "email_index", "email_masked"),
)
COPY: Final = f"COPY staged_subscriber ({', '.join(GIVEN)}) FROM STDIN"
# A merchant's own choice is never overwritten. Locked by id, as everywhere.
KNOWN: Final = """
    WITH locked AS MATERIALIZED (
        SELECT a.id, a.subscriber_id, a.blind_index, a.suppressed_at
        FROM subscribers_address a
        WHERE a.channel = %(phone)s AND a.blind_index IN (SELECT blind_index FROM staged_subscriber)
        ORDER BY a.id
        FOR UPDATE
    )
    UPDATE staged_subscriber s
    SET known = true, address_id = l.id, subscriber_id = l.subscriber_id,
        free = l.suppressed_at IS NULL AND NOT EXISTS (
            SELECT FROM subscribers_consent c
            WHERE c.address_id = l.id AND c.text_version <> %(imported)s)
    FROM locked l
    WHERE l.blind_index = s.blind_index
"""
NUMBER: Final = """
    UPDATE staged_subscriber
    SET subscriber_id = nextval(pg_get_serial_sequence('subscribers_subscriber', 'id')),
        address_id = nextval(pg_get_serial_sequence('subscribers_address', 'id'))
    WHERE NOT known
"""
# References are checked at the end of the transaction, so that the address may come first. One
# that somebody else has added in the meantime is left alone, and its row with it.
ADD_PHONES: Final = """
    WITH added AS (
        INSERT INTO subscribers_address
            (id, subscriber_id, channel, kind, sealed, blind_index, masked, country, position,
             confirmed_at, suppressed_for, failures, created_at)
        SELECT address_id, subscriber_id, %(phone)s, 'phone', sealed, blind_index, masked, country,
               0, now(), '', 0, now()
        FROM staged_subscriber WHERE NOT known
        ON CONFLICT (channel, blind_index) DO NOTHING
        RETURNING id
    )
    DELETE FROM staged_subscriber
    WHERE NOT known AND address_id NOT IN (SELECT id FROM added)
"""
ADD_SUBSCRIBERS: Final = """
    INSERT INTO subscribers_subscriber
        (id, public_id, language, category, quiet, timezone, one_by_one, merchant_key, created_at)
    SELECT subscriber_id, public_id, language, category, true,
           coalesce(nullif(timezone, ''), 'Asia/Shanghai'), coalesce(one_by_one, false),
           merchant_key, now()
    FROM staged_subscriber WHERE NOT known
"""
COUNT: Final = """
    SELECT count(*) FILTER (WHERE NOT known), count(*) FILTER (WHERE known AND free)
    FROM staged_subscriber
"""
UPDATE_SUBSCRIBERS: Final = """
    UPDATE subscribers_subscriber p
    SET language = s.language, category = s.category,
        timezone = coalesce(nullif(s.timezone, ''), p.timezone),
        one_by_one = coalesce(s.one_by_one, p.one_by_one),
        merchant_key = coalesce(s.merchant_key, p.merchant_key)
    FROM staged_subscriber s
    WHERE p.id = s.subscriber_id AND s.known AND s.free
    RETURNING p.id, p.one_by_one
"""
CONFIRM: Final = """
    UPDATE subscribers_address a SET confirmed_at = now()
    FROM staged_subscriber s
    WHERE a.id = s.address_id AND s.known AND s.free AND a.confirmed_at IS NULL
"""
# They join the rows, so that what follows is done for them, too.
ADD_EMAILS: Final = """
    WITH added AS (
        INSERT INTO subscribers_address
            (subscriber_id, channel, kind, sealed, blind_index, masked, country, position,
             confirmed_at, suppressed_for, failures, created_at)
        SELECT subscriber_id, %(email)s, 'email', email_sealed, email_index, email_masked, '', 1,
               now(), '', 0, now()
        FROM staged_subscriber WHERE free AND email_index IS NOT NULL
        ON CONFLICT (channel, blind_index) DO NOTHING
        RETURNING id, blind_index
    )
    INSERT INTO staged_subscriber (address_id, topics, components, source)
    SELECT DISTINCT ON (added.id) added.id, s.topics, s.components, s.source
    FROM added JOIN staged_subscriber s ON s.email_index = added.blind_index AND s.free
"""
SUBSCRIBE: Final = """
    INSERT INTO subscribers_subscription (address_id, topics, components)
    SELECT address_id, topics, components FROM staged_subscriber WHERE free
    ON CONFLICT (address_id) DO UPDATE
    SET topics = excluded.topics, components = excluded.components
"""
AGREE: Final = """
    INSERT INTO subscribers_consent (address_id, act, source, text_version, at)
    SELECT address_id, 'given', source, %(imported)s, now() FROM staged_subscriber WHERE free
"""


@dataclass(frozen=True)
class RowsImported:
    """How many rows made a new subscriber, and how many changed a known one."""

    created: int
    updated: int


def rows_write(rows: Iterable[SubscriberRow]) -> RowsImported:
    """Write rows, each number once, inside the caller's transaction.

    A number that its owner confirmed or stopped is left alone.
    """
    named = {"phone": PHONE, "email": EMAIL, "imported": IMPORTED_VERSION}
    # Django does not wrap what copy() raises: a lost connection would look like a bug.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(STAGED)
        cursor.execute("DELETE FROM staged_subscriber")
        with cursor.copy(COPY) as copy:
            for row in rows:
                copy.write_row(_columns(row))
        cursor.execute(KNOWN, named)
        cursor.execute(NUMBER)
        cursor.execute(ADD_PHONES, named)
        cursor.execute(ADD_SUBSCRIBERS)
        cursor.execute(COUNT)
        done = RowsImported(*cursor.fetchone())
        if done.updated:
            cursor.execute(UPDATE_SUBSCRIBERS)
            addresses_order([key for key, one_by_one in cursor.fetchall() if one_by_one])
            cursor.execute(CONFIRM)
        cursor.execute(ADD_EMAILS, named)
        cursor.execute(SUBSCRIBE)
        cursor.execute(AGREE, named)
    return done


def _columns(row: SubscriberRow) -> tuple[Any, ...]:
    """Return the values of GIVEN."""
    choices, phone, email = row.choices, row.phone.columns(), row.email and row.email.columns()
    sealed = ("sealed", "blind_index", "masked")
    return (
        *(new_id(), choices.language, choices.category, row.timezone, row.one_by_one),
        *(row.merchant_key, [*choices.topics], [*choices.components], row.source),
        *(*(phone[name] for name in sealed), row.phone.country),
        *(email[name] if email else None for name in sealed),
    )
