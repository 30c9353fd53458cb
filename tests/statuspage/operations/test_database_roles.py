"""Two roles of the database: the programs' may add to the log, and cannot make it otherwise."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.base import CommandError
from django.db import DatabaseError, connection, transaction
from django.test import Client

from statuspage.configuration import EngineSettings
from statuspage.lib.postgres.owner import as_owner
from statuspage.operations import database_rights
from statuspage.operations.database_rights import excesses, refuse_excesses
from statuspage.operations.database_roles import RIGHTS, grant
from tests.database.tampering import owners_connection
from tests.factories import open_incident

LOG = ("statements_statement", "statements_treenode", "statements_checkpoint", "staff_auditentry")
KEPT = [table for table, rights in RIGHTS.items() if "UPDATE" not in rights]
# What a trigger of the migrations refuses, by table: bits of pg_trigger.tgtype.
REFUSED = """
    SELECT relname::text, tgtype & 8 > 0, tgtype & 16 > 0
    FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
    WHERE proname = 'candor_refuse'
"""


@pytest.fixture
def stranger(transactional_db: None) -> Iterator[Any]:
    """Yield a role with the rights that a test gives it, and none that another has left."""
    name = "candor_stranger"
    with owners_connection(autocommit=True) as admin:

        def drop() -> None:
            if admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
                admin.execute(f"DROP OWNED BY {name} CASCADE")
                admin.execute(f"DROP ROLE {name}")

        drop()
        admin.execute(f"CREATE ROLE {name} LOGIN")
        yield admin
        drop()


@pytest.fixture
def as_stranger(stranger: Any) -> Iterator[Any]:
    """Have Django's connection be that role's."""
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, "USER": "candor_stranger", "PASSWORD": ""}
    yield stranger
    connection.close()
    connection.settings_dict = before


def refused(statement: str) -> str:
    """Return how Django's own connection is refused a statement."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(error.value)


@pytest.mark.django_db
class TestAttacks:
    @pytest.mark.parametrize("table", KEPT)
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE {} SET {} = {}",
            "DELETE FROM {}",
            "TRUNCATE {} CASCADE",
            "SELECT 1 FROM {} FOR UPDATE",
        ],
    )
    def test_what_is_kept_is_neither_changed_nor_removed(self, table, statement):
        with connection.cursor() as cursor:
            column = connection.introspection.get_table_description(cursor, table)[0].name
        assert f"permission denied for table {table}" in refused(
            statement.format(table, column, column)
        )

    @pytest.mark.parametrize("table", LOG)
    @pytest.mark.parametrize(
        "statement",
        [
            "ALTER TABLE {} DISABLE TRIGGER ALL",
            "ALTER TABLE {} DISABLE TRIGGER USER",
            "DROP TRIGGER {0}_kept ON {0}",
            "CREATE TRIGGER mine BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION candor_refuse()",
            "CREATE RULE mine AS ON INSERT TO {} DO INSTEAD NOTHING",
            "ALTER TABLE {} RENAME TO gone",
            "ALTER TABLE {} OWNER TO candor_runtime",
            "ALTER TABLE {} ADD COLUMN mine int",
            "ALTER TABLE {} ENABLE ROW LEVEL SECURITY",
            "DROP TABLE {} CASCADE",
            "CREATE INDEX ON {} ((1))",
        ],
    )
    def test_its_table_and_triggers_stay(self, table, statement):
        assert "must be owner" in (said := refused(statement.format(table))) or "denied" in said

    @pytest.mark.parametrize(
        "statement",
        [
            "SET session_replication_role = replica",
            "SET LOCAL session_replication_role = replica",
            "SELECT set_config('session_replication_role', 'replica', true)",
            "SET ROLE postgres",
            "SET SESSION AUTHORIZATION postgres",
            "CREATE TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "CREATE EXTENSION adminpack",
            "CREATE OR REPLACE FUNCTION candor_refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "ALTER FUNCTION candor_drop_deliveries(date) SET search_path = pg_temp",
            "CREATE ROLE mine SUPERUSER",
            "ALTER ROLE candor_runtime SUPERUSER",
            "GRANT postgres TO candor_runtime",
            "COPY statements_statement TO '/tmp/log'",
            "COPY (SELECT 1) TO PROGRAM 'true'",
            "UPDATE pg_class SET relowner = 10",
            "UPDATE django_migrations SET name = ''",
            "ALTER SYSTEM SET session_replication_role = replica",
            "LOCK TABLE statements_statement IN ACCESS EXCLUSIVE MODE",
        ],
    )
    def test_it_becomes_nobody_else_and_makes_nothing(self, statement):
        assert re.search("denied|must be|cannot|does not exist|not available", refused(statement))

    def test_it_gives_itself_no_right(self):
        with connection.cursor() as cursor:  # a warning of PostgreSQL's, and no error
            cursor.execute("GRANT UPDATE ON statements_statement TO candor_runtime")
        assert excesses() == []

    def test_functions_of_the_owner_touch_no_other_table(self):
        for month in ("'2026-11-02'", "NULL", "'infinity'"):
            refused(f"SELECT candor_make_deliveries({month})")
        refused("SELECT candor_drop_deliveries('2026-11-01')")  # not detached

    def test_a_table_of_ones_own_is_not_taken_for_the_product_s(self):
        """Nor are names in a search path that the caller chooses."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE delivery_delivery (id int)")
            cursor.execute("SET LOCAL search_path = pg_temp")
            cursor.execute("SELECT public.candor_make_deliveries('2041-01-01')")
            cursor.execute(
                "SELECT inhparent = 'public.delivery_delivery'::regclass FROM pg_inherits"
                " WHERE inhrelid = 'public.delivery_delivery_2041_01'::regclass"
            )
            assert cursor.fetchone() == (True,)
            transaction.set_rollback(True)

    def test_it_publishes_and_reads_all_the_same(self):
        assert open_incident().number == 1
        assert excesses() == []


@pytest.mark.django_db
def test_whatever_a_trigger_refuses_is_not_granted_either():
    with connection.cursor() as cursor:
        cursor.execute(REFUSED)
        kinds = [
            (table, kind)
            for table, delete, update in cursor.fetchall()
            for kind, is_refused in (("DELETE", delete), ("UPDATE", update))
            if is_refused
        ]
    assert {table for table, _kind in kinds} == set(RIGHTS) - {"django_migrations"}
    assert [(table, kind) for table, kind in kinds if kind in RIGHTS[table]] == []


class TestExcesses:
    @pytest.mark.parametrize(
        ("given", "found"),
        [
            ("GRANT UPDATE ON statements_statement TO {}", "it may UPDATE statements_statement"),
            ("GRANT UPDATE (kind) ON statements_statement TO {}", "it may UPDATE statements_st"),
            ("GRANT TRUNCATE ON statements_checkpoint TO {}", "it may TRUNCATE statements_ch"),
            ("GRANT TRIGGER ON incidents_incident TO {}", "it may TRIGGER incidents_incident"),
            ("GRANT DELETE ON incidents_incident TO {}", "it may DELETE incidents_incident"),
            ("GRANT CREATE ON SCHEMA public TO {}", "it may make tables in schema public"),
            ("ALTER ROLE {} CREATEROLE", "it may make roles"),
            ("ALTER ROLE {} SUPERUSER", "it is a superuser"),
            ("GRANT pg_write_all_data TO {}", "it may UPDATE statements_statement"),
            ("ALTER TABLE notices_notice OWNER TO {}", "it owns notices_notice"),
            ("GRANT SET ON PARAMETER session_replication_role TO {}", "it may set session_repl"),
            ("GRANT ALTER SYSTEM ON PARAMETER archive_command TO {}", "alter system archive_com"),
            (
                "GRANT SET ON PARAMETER session_preload_libraries TO {}",
                "it may set session_preload",
            ),
            ("GRANT pg_execute_server_program TO {}", "member of pg_execute_server_program"),
            ("GRANT pg_write_server_files TO {}", "it is a member of pg_write_server_files"),
        ],
    )
    def test_one_right_too_many_stops_the_start(self, as_stranger, settings, given, found):
        settings.DEVELOPMENT, settings.DATABASE_OWNER = False, None
        refuse_excesses()  # not a right at all
        as_stranger.execute(given.format("candor_stranger"))
        try:
            with pytest.raises(SystemExit, match="DATABASE_URL") as end:
                refuse_excesses()
            assert found in str(end.value)
            assert "docs/production.md" in str(end.value)
        finally:
            as_stranger.execute("ALTER TABLE notices_notice OWNER TO CURRENT_USER")
            as_stranger.execute(
                "REVOKE SET ON PARAMETER session_replication_role FROM candor_stranger"
            )

    def test_a_right_by_way_of_another_role_counts(self, as_stranger):
        as_stranger.execute("GRANT candor_runtime TO candor_stranger")
        assert excesses() == []
        as_stranger.execute("GRANT postgres TO candor_stranger WITH INHERIT FALSE, SET TRUE")
        assert "it is a superuser" in excesses()

    def test_the_owner_itself_does_not_start(self, transactional_db, settings):
        settings.DEVELOPMENT = False
        with pytest.raises(SystemExit, match="DATABASE_OWNER_URL"):
            refuse_excesses()
        with as_owner():
            settings.DATABASE_OWNER = None
            with pytest.raises(SystemExit, match="it is a superuser"):
                refuse_excesses()

    def test_without_the_database_the_pages_are_served(
        self, transactional_db, settings, monkeypatch
    ):
        settings.DEVELOPMENT, settings.DATABASE_OWNER = False, None
        connection.close()
        with monkeypatch.context() as away:
            away.setitem(connection.settings_dict, "PORT", "1")
            refuse_excesses()
        connection.close()

    def test_readyz_names_what_was_granted_later(self, as_stranger, client: Client, monkeypatch):
        as_stranger.execute("GRANT candor_runtime TO candor_stranger")
        for reasons, change in (
            (None, "GRANT UPDATE ON statements_statement TO candor_stranger"),
            (["database_role"], "REVOKE UPDATE ON statements_statement FROM candor_stranger"),
        ):
            monkeypatch.setattr(database_rights, "_degraded", (float("-inf"), ()))
            assert client.get("/readyz").json().get("degraded") == reasons
            as_stranger.execute(change)


class TestGranting:
    def test_migrating_takes_back_what_was_granted_beside_it(self, transactional_db):
        with owners_connection(autocommit=True) as admin:
            admin.execute("GRANT ALL ON statements_statement TO candor_runtime, PUBLIC")
            admin.execute("GRANT UPDATE (kind) ON statements_statement TO candor_runtime")
            admin.execute("GRANT CREATE ON SCHEMA public TO candor_runtime")
        assert excesses()
        with as_owner():
            grant()
        assert excesses() == []

    def test_a_role_that_is_missing_is_made_with_its_password(
        self, stranger, settings, monkeypatch
    ):
        stranger.execute("DROP ROLE candor_stranger")
        with as_owner(), monkeypatch.context() as named:
            for name, value in (("USER", "candor_stranger"), ("PASSWORD", "sesame")):
                named.setitem(settings.DATABASES["default"], name, value)
            grant()
        query = "SELECT rolpassword, rolsuper FROM pg_authid WHERE rolname = 'candor_stranger'"
        password, is_super = stranger.execute(query).fetchone()
        assert password.startswith("SCRAM-SHA-256$")
        assert not is_super

    def test_an_owner_who_may_not_make_it_is_told_what_to_run(
        self, as_stranger, settings, monkeypatch
    ):
        with monkeypatch.context() as named:
            named.setitem(settings.DATABASES["default"], "USER", "nobody_yet")
            with pytest.raises(CommandError, match="CREATE ROLE nobody_yet LOGIN"):
                grant()

    def test_a_table_of_somebody_else_is_named(self, as_stranger):
        with pytest.raises(CommandError, match="REASSIGN OWNED BY postgres TO postgres"):
            grant()

    def test_in_production_migrating_asks_for_the_owner(self, settings, transactional_db):
        from django.core.management import call_command

        settings.DEVELOPMENT, settings.DATABASE_OWNER = False, None
        with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
            call_command("migrate", verbosity=0)
        call_command("migrate", check_unapplied=True, verbosity=0)


PRODUCTION = {"DEBUG": "false", "REDIS_URL": "redis:///0"}


@pytest.mark.parametrize(
    ("owner", "why"),
    [
        ("postgresql://a:b@/candor", "must be another role than DATABASE_URL's"),
        ("postgresql://o:b@/other", "must name the same database as DATABASE_URL"),
        ("postgresql://o:password@/candor", "still has the password of the example"),
        ("mysql://o:b@/candor", "must start with postgresql://"),
    ],
)
def test_an_owner_that_is_none_is_named(monkeypatch, tmp_path, owner, why):
    environment = {
        **PRODUCTION,
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": "postgresql://a:c@/candor",
    }
    for name, value in {**environment, "DATABASE_OWNER_URL": owner}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=re.escape(why)):
        EngineSettings()
