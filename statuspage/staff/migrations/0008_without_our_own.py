"""The models of the sign-in that allauth replaces.

Their tables stay for one release, without their ties to staff: the release before uses them until
its last process is restarted.
"""

from django.db import migrations

OLD = ("Identity", "Passkey", "RecoveryCode", "SignIn", "Totp")
UNTIE = """
DO $$ DECLARE tie record; BEGIN
    FOR tie IN SELECT conrelid::regclass AS held, conname FROM pg_constraint
        WHERE contype = 'f' AND conrelid = ANY (ARRAY[{tables}]::regclass[])
    LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', tie.held, tie.conname); END LOOP;
END $$;
""".format(tables=", ".join(f"'staff_{name.lower()}'" for name in OLD))


class Migration(migrations.Migration):
    dependencies = [("staff", "0007_carried_over")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(UNTIE, migrations.RunSQL.noop)],
            state_operations=[migrations.DeleteModel(name=name) for name in OLD],
        )
    ]
