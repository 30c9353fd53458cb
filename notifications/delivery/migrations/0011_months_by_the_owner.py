"""The role of the programs owns no table: what it may do to the months' tables, the owner does.

Each function does one thing to the table of one month, whose name it makes itself.
"""

from django.db import migrations

# pg_catalog is searched before these, and what a caller has put in pg_temp after.
OPTIONS = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp"
FUNCTIONS = {
    # Refuses what is no month, so that no other name can come about.
    "candor_delivery_month(month date) RETURNS text": """
        BEGIN
            IF month IS NULL OR extract(year FROM month) NOT BETWEEN 2000 AND 9999
                OR month <> date_trunc('month', month)::date
            THEN
                RAISE EXCEPTION 'candor: % is no month', month;
            END IF;
            RETURN 'delivery_delivery_' || to_char(month, 'YYYY_MM');
        END
    """,
    # Attached later, so that only SHARE UPDATE EXCLUSIVE is taken on the parent: PARTITION OF would
    # wait for every reader, a backup among them, and everybody else would wait for it. An empty
    # table needs no CHECK constraint, which only spares ATTACH reading the rows.
    "candor_make_deliveries(month date) RETURNS void": """
        DECLARE
            name text := candor_delivery_month(month);
            reader name;
        BEGIN
            EXECUTE format(
                'CREATE TABLE %I (LIKE delivery_delivery INCLUDING ALL EXCLUDING IDENTITY)', name);
            EXECUTE format(
                'ALTER TABLE delivery_delivery ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                name, month::timestamp AT TIME ZONE 'UTC',
                (month + interval '1 month') AT TIME ZONE 'UTC');
            -- A backup reads the months one by one: whoever reads the whole may do so.
            FOR reader IN
                SELECT DISTINCT rolname FROM pg_class, aclexplode(relacl) AS acl
                JOIN pg_roles ON pg_roles.oid = acl.grantee
                WHERE pg_class.oid = 'delivery_delivery'::regclass AND privilege_type = 'SELECT'
            LOOP
                EXECUTE format('GRANT SELECT ON %I TO %I', name, reader);
            END LOOP;
        END
    """,
    "candor_count_deliveries(month date) RETURNS void": """
        DECLARE name text := candor_delivery_month(month);
        BEGIN
            EXECUTE format(
                'DELETE FROM delivery_deliverycount'
                ' WHERE broadcast_id IN (SELECT DISTINCT statement_id FROM %I)', name);
            EXECUTE format(
                'INSERT INTO delivery_deliverycount'
                ' (broadcast_id, channel, state, count, segments,'
                '  within_one_minute, within_five_minutes)'
                ' SELECT statement_id, channel, state, count(*), sum(segments),'
                '  count(*) FILTER (WHERE sent_at <= published_at + interval ''1 minute''),'
                '  count(*) FILTER (WHERE sent_at <= published_at + interval ''5 minutes'')'
                ' FROM %I GROUP BY statement_id, channel, state', name);
        END
    """,
    # CONCURRENTLY, which waits for readers, cannot be said in a function. So this never waits:
    # where anybody holds a lock it fails at once, and nobody queues behind it.
    "candor_detach_deliveries(month date) RETURNS void": """
        DECLARE name text := candor_delivery_month(month);
        BEGIN
            LOCK TABLE ONLY delivery_delivery IN ACCESS EXCLUSIVE MODE NOWAIT;
            EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE NOWAIT', name);
            EXECUTE format('ALTER TABLE delivery_delivery DETACH PARTITION %I', name);
        END
    """,
    # Of one whose detaching an earlier release began.
    "candor_finalize_deliveries(month date) RETURNS void": """
        BEGIN
            EXECUTE format('ALTER TABLE delivery_delivery DETACH PARTITION %I FINALIZE',
                candor_delivery_month(month));
        END
    """,
    # Only what is detached, and so counted: a part of the table is not dropped.
    "candor_drop_deliveries(month date) RETURNS void": """
        DECLARE name text := candor_delivery_month(month);
        BEGIN
            IF EXISTS (SELECT FROM pg_inherits WHERE inhrelid = name::regclass) THEN
                RAISE EXCEPTION 'candor: % is not detached', name;
            END IF;
            EXECUTE format('DROP TABLE %I', name);
        END
    """,
}


def make(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        options = OPTIONS.format(schema=cursor.fetchone()[0])
        for function, body in FUNCTIONS.items():
            name = function.partition(" RETURNS")[0].replace("month date", "date")
            cursor.execute(f"CREATE FUNCTION {function} {options} AS $${body}$$")
            cursor.execute(f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")


def remove(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        for function in reversed(FUNCTIONS):
            name = function.partition(" RETURNS")[0].replace("month date", "date")
            cursor.execute(f"DROP FUNCTION {name}")


class Migration(migrations.Migration):
    dependencies = [("delivery", "0010_taken_callbacks")]
    operations = [migrations.RunPython(make, remove)]
