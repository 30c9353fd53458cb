"""The audit log is append-only."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("staff", "0001_initial"), ("statements", "0002_triggers")]
    operations = [refuse("staff_auditentry")]
