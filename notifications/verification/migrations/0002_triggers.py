"""Sent texts are as immutable as their statements."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("verification", "0001_initial"), ("statements", "0002_triggers")]
    operations = [refuse("verification_senttext", truncate=False)]
