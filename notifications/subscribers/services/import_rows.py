"""Write rows of a list of subscribers into the tables: one COPY, then a few SQL statements."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from notifications.channels.addresses import AddressKind
from notifications.media import ROBOT
from notifications.subscribers.contacts import CODE_MEDIA
from notifications.subscribers.services.csv_rows import SubscriberRow
from notifications.subscribers.services.subscriptions import IMPORTED_VERSION, addresses_order
from statuspage.statements.ids import new_id

PHONE: Final = CODE_MEDIA[AddressKind.PHONE]
EMAIL: Final = CODE_MEDIA[AddressKind.EMAIL]
# `free` until its owner has decided something; `address_id` is null until the row has an address.
STAGED: Final = """
    CREATE TEMPORARY TABLE IF NOT EXISTS staged_subscriber (
        public_id varchar, language varchar, category varchar, timezone varchar,
        one_by_one boolean, agent boolean, merchant_key bytea, topics varchar, components varchar,
        source varchar, products varchar[], terminal_models varchar[], cycles varchar[],
        agent_code varchar, agent_keys varchar[], province varchar,
        sealed bytea, blind_index varchar, masked varchar, country varchar,
        email_sealed bytea, email_index varchar, email_masked varchar,
        robot_kind varchar, robot_sealed bytea, robot_index varchar, robot_masked varchar,
        subscriber_id bigint, address_id bigint, known boolean DEFAULT false,
        confirmed boolean DEFAULT true, free boolean DEFAULT true
    ) ON COMMIT DELETE ROWS
"""
# By column, its type in the binary form of COPY; lists are joined by commas.
GIVEN: Final = {
    **dict.fromkeys(("public_id", "language", "category", "timezone"), "varchar"),
    **{"one_by_one": "bool", "agent": "bool", "merchant_key": "bytea"},
    **dict.fromkeys(("topics", "components", "source"), "varchar"),
    **dict.fromkeys(("products", "terminal_models", "cycles"), "varchar[]"),
    **{"agent_code": "varchar", "agent_keys": "varchar[]", "province": "varchar"},
    **{"sealed": "bytea", "blind_index": "varchar", "masked": "varchar", "country": "varchar"},
    **{"email_sealed": "bytea", "email_index": "varchar", "email_masked": "varchar"},
    **{"robot_kind": "varchar", "robot_sealed": "bytea"},
    **{"robot_index": "varchar", "robot_masked": "varchar"},
}
COPY: Final = f"COPY staged_subscriber ({', '.join(GIVEN)}) FROM STDIN (FORMAT binary)"
# A batch is a small part of the tables: whatever the planner thinks, it reads none of them whole.
BY_INDEX: Final = "SET LOCAL enable_seqscan = off"
# A merchant's own choice is never overwritten. Locked by id, as everywhere.
KNOWN: Final = """
    WITH locked AS MATERIALIZED (
        SELECT a.id, a.subscriber_id, a.blind_index, a.confirmed_at, a.suppressed_at
        FROM subscribers_address a
        WHERE a.channel = %(phone)s AND a.blind_index IN (SELECT blind_index FROM staged_subscriber)
        ORDER BY a.id
        FOR UPDATE
    )
    UPDATE staged_subscriber s
    SET known = true, address_id = l.id, subscriber_id = l.subscriber_id,
        confirmed = l.confirmed_at IS NOT NULL,
        free = l.suppressed_at IS NULL AND NOT EXISTS (
            SELECT FROM subscribers_consent c
            WHERE c.address_id = l.id AND c.text_version <> %(imported)s)
    FROM locked l
    WHERE l.blind_index = s.blind_index
"""
# References are checked at the end of the transaction, so that the address may come first. One
# that somebody else has added in the meantime is left alone, and its row with it.
ADD: Final = """
    WITH numbered AS MATERIALIZED (
        SELECT nextval((SELECT pg_get_serial_sequence('subscribers_subscriber', 'id')::regclass))
                   AS subscriber,
               nextval((SELECT pg_get_serial_sequence('subscribers_address', 'id')::regclass))
                   AS address,
               s.*
        FROM staged_subscriber s WHERE NOT known
    ), added AS (
        INSERT INTO subscribers_address
            (id, subscriber_id, channel, kind, sealed, blind_index, masked, country, position,
             confirmed_at, suppressed_for, failures, created_at)
        SELECT address, subscriber, %(phone)s, 'phone', sealed, blind_index, masked, country, 0,
               now(), '', 0, now()
        FROM numbered
        ON CONFLICT (channel, blind_index) DO NOTHING
        RETURNING id
    ), subscribers AS (
        INSERT INTO subscribers_subscriber
            (id, public_id, language, category, quiet, timezone, one_by_one, agent,
             merchant_key, products, terminal_models, cycles, agent_code, agent_keys, province,
             created_at)
        SELECT subscriber, public_id, language, category, true,
               coalesce(nullif(timezone, ''), 'Asia/Shanghai'), coalesce(one_by_one, false),
               coalesce(agent, false), merchant_key, products, terminal_models, cycles,
               coalesce(agent_code, ''), agent_keys, coalesce(province, ''), now()
        FROM numbered JOIN added ON added.id = address
    ), subscriptions AS (
        INSERT INTO subscribers_subscription (address_id, topics, components)
        SELECT address, string_to_array(topics, ','), string_to_array(components, ',')
        FROM numbered JOIN added ON added.id = address
    ), consents AS (
        INSERT INTO subscribers_consent (address_id, act, source, text_version, at)
        SELECT address, 'given', source, %(imported)s, now()
        FROM numbered JOIN added ON added.id = address
    ), with_more AS (
        UPDATE staged_subscriber s SET subscriber_id = subscriber
        FROM numbered n JOIN added ON added.id = address
        WHERE s.blind_index = n.blind_index
          AND (n.email_index IS NOT NULL OR n.robot_index IS NOT NULL)
    )
    SELECT count(*) FROM added
"""
COUNT: Final = "SELECT count(*) FROM staged_subscriber WHERE known AND free"
# By column, what it becomes by a row; an empty cell leaves it as it is.
CHANGES: Final = {
    "language": "s.language",
    **{name: f"coalesce(nullif(s.{name}, ''), p.{name})" for name in ("category", "timezone")},
    **{
        name: f"coalesce(s.{name}, p.{name})"
        for name in (
            *("one_by_one", "agent", "merchant_key", "products", "terminal_models", "cycles"),
            *("agent_code", "agent_keys", "province"),
        )
    },
}
UPDATE_SUBSCRIBERS: Final = f"""
    UPDATE subscribers_subscriber p
    SET {", ".join(f"{name} = {value}" for name, value in CHANGES.items())}
    FROM staged_subscriber s
    WHERE p.id = s.subscriber_id AND s.known AND s.free
      AND ({", ".join(f"p.{name}" for name in CHANGES)})
      IS DISTINCT FROM ({", ".join(CHANGES.values())})
"""  # noqa: S608 - the columns are those above
# Of what its owner decided themselves only this is taken: whether they are an agent and whose they
# are, which is not theirs to say, and what they have not said.
FILL: Final = """
    UPDATE subscribers_subscriber p
    SET agent = coalesce(s.agent, p.agent),
        agent_code = coalesce(s.agent_code, p.agent_code),
        agent_keys = coalesce(s.agent_keys, p.agent_keys),
        products = coalesce(p.products, s.products),
        terminal_models = coalesce(p.terminal_models, s.terminal_models),
        cycles = coalesce(p.cycles, s.cycles),
        province = coalesce(nullif(p.province, ''), s.province, '')
    FROM staged_subscriber s
    WHERE p.id = s.subscriber_id AND s.known AND NOT s.free
      AND (s.agent, s.agent_code, s.products, s.terminal_models, s.cycles, s.province)
      IS DISTINCT FROM (NULL, NULL, NULL, NULL, NULL, NULL)
"""
ONE_BY_ONE: Final = """
    SELECT p.id FROM subscribers_subscriber p JOIN staged_subscriber s ON p.id = s.subscriber_id
    WHERE s.known AND s.free AND p.one_by_one
"""
CONFIRM: Final = """
    UPDATE subscribers_address a SET confirmed_at = now()
    FROM staged_subscriber s
    WHERE a.id = s.address_id AND s.known AND s.free AND NOT s.confirmed
"""
SUBSCRIBE: Final = """
    INSERT INTO subscribers_subscription (address_id, topics, components)
    SELECT address_id, string_to_array(topics, ','), string_to_array(components, ',')
    FROM staged_subscriber s WHERE known AND free AND NOT EXISTS (
        SELECT FROM subscribers_subscription p
        WHERE p.address_id = s.address_id
          AND p.topics = string_to_array(s.topics, ',')::varchar[]
          AND p.components = string_to_array(s.components, ',')::varchar[])
    ON CONFLICT (address_id) DO UPDATE
    SET topics = excluded.topics, components = excluded.components
"""
AGREE: Final = """
    INSERT INTO subscribers_consent (address_id, act, source, text_version, at)
    SELECT address_id, 'given', source, %(imported)s, now()
    FROM staged_subscriber WHERE known AND free
"""
# Each address beside the phone number: `{0}` begins its columns, `{1}` is its kind.
ADD_MORE: Final = """
    WITH given AS MATERIALIZED (
        SELECT * FROM staged_subscriber
        WHERE free AND subscriber_id IS NOT NULL AND {0}_index IS NOT NULL
    ), added AS (
        INSERT INTO subscribers_address
            (subscriber_id, channel, kind, sealed, blind_index, masked, country, position,
             confirmed_at, suppressed_for, failures, created_at)
        SELECT subscriber_id, %({0})s, {1}, {0}_sealed, {0}_index, {0}_masked, '', {2},
               now(), '', 0, now()
        FROM given
        ON CONFLICT (channel, blind_index) DO NOTHING
        RETURNING id, blind_index
    ), numbered AS MATERIALIZED (
        SELECT DISTINCT ON (added.id) added.id AS address, topics, components, source
        FROM added JOIN given ON {0}_index = added.blind_index
    ), subscriptions AS (
        INSERT INTO subscribers_subscription (address_id, topics, components)
        SELECT address, string_to_array(topics, ','), string_to_array(components, ',')
        FROM numbered
    )
    INSERT INTO subscribers_consent (address_id, act, source, text_version, at)
    SELECT address, 'given', source, %(imported)s, now() FROM numbered
"""
ADD_EMAILS: Final = ADD_MORE.format("email", "'email'", 1)
ADD_ROBOTS: Final = ADD_MORE.format("robot", "robot_kind", 2)


@dataclass(frozen=True)
class RowsImported:
    """How many rows made a new subscriber, and how many changed a known one."""

    created: int
    updated: int


def rows_write(rows: Iterable[SubscriberRow]) -> RowsImported:
    """Write rows, each number once, inside the caller's transaction.

    A number that its owner confirmed or stopped is left alone, save for FILL.
    """
    named = {"phone": PHONE, "email": EMAIL, "robot": ROBOT, "imported": IMPORTED_VERSION}
    # Django does not wrap what copy() raises: a lost connection would look like a bug.
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(STAGED)
        cursor.execute("DELETE FROM staged_subscriber")
        cursor.execute(BY_INDEX)
        with cursor.copy(COPY) as copy:
            copy.set_types([*GIVEN.values()])
            for row in rows:
                copy.write_row(_columns(row))
        cursor.execute(KNOWN, named)
        cursor.execute(ADD, named)
        (created,) = cursor.fetchone()
        cursor.execute(COUNT)
        (updated,) = cursor.fetchone()
        if updated:
            cursor.execute(UPDATE_SUBSCRIBERS)
            cursor.execute(ONE_BY_ONE)
            addresses_order([key for (key,) in cursor.fetchall()])
            cursor.execute(CONFIRM)
            cursor.execute(SUBSCRIBE)
            cursor.execute(AGREE, named)
        cursor.execute(FILL)
        cursor.execute(ADD_EMAILS, named)
        cursor.execute(ADD_ROBOTS, named)
    return RowsImported(created, updated)


def _columns(row: SubscriberRow) -> tuple[Any, ...]:
    """Return the values of GIVEN."""
    choices, phone, email = row.choices, row.phone.columns(), row.email and row.email.columns()
    robot = row.robot and row.robot.columns()
    attributes = row.attributes.columns()
    named = ("products", "terminal_models", "cycles", "agent_code", "agent_keys", "province")
    sealed = ("sealed", "blind_index", "masked")
    return (
        *(new_id(), choices.language, choices.category, row.timezone, row.one_by_one, row.agent),
        *(row.merchant_key, ",".join(choices.topics), ",".join(choices.components), row.source),
        *(attributes.get(name) for name in named),
        *(*(phone[name] for name in sealed), row.phone.country),
        *(email[name] if email else None for name in sealed),
        *(robot[name] if robot else None for name in ("kind", *sealed)),
    )
