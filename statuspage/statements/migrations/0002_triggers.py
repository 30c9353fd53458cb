"""PostgreSQL itself refuses to change or delete what was published."""

from django.db import migrations

from statuspage.lib.triggers import refuse

FUNCTION = """
CREATE FUNCTION candor_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'candor: % on % is refused: what was said stays said', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("statements", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION candor_refuse();"),
        refuse("statements_statement"),
        refuse("statements_treenode"),
        refuse("statements_checkpoint"),
    ]
