"""An incident or maintenance that was published cannot be deleted."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("statements", "0002_triggers")]
    operations = [
        refuse("incidents_incident", "DELETE", truncate=False),
        refuse("incidents_maintenance", "DELETE", truncate=False),
    ]
