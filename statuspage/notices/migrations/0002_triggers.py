"""A published notice cannot be changed or deleted: a correction is a statement of its own."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial"), ("statements", "0002_triggers")]
    operations = [refuse("notices_notice", truncate=False)]
