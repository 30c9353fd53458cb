"""An incident or maintenance that was spoken of cannot vanish from its pages."""

from django.db import migrations

TABLES = ("incidents_incident", "incidents_maintenance")
FORWARD = "".join(
    f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION candor_refuse();"
    for table in TABLES
)
BACKWARD = "".join(f"DROP TRIGGER {table}_kept ON {table};" for table in TABLES)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("statements", "0002_immutable")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
