"""The history of states, of which uptime is made, is added to and never changed."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("components", "0001_initial"), ("statements", "0002_triggers")]
    operations = [refuse("components_statuschange")]
