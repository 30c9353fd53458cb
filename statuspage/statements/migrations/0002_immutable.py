"""The database itself refuses to change or delete what was said."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION candor_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'candor: % on % is refused: what was said stays said', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER statement_immutable BEFORE UPDATE OR DELETE ON statements_statement
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER statement_not_truncated BEFORE TRUNCATE ON statements_statement
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER statement_not_truncated ON statements_statement;
DROP TRIGGER statement_immutable ON statements_statement;
DROP FUNCTION candor_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
