"""Rules, promises of money and payments are added to and never changed."""

from django.db import migrations

from statuspage.lib.triggers import refuse


class Migration(migrations.Migration):
    dependencies = [("settlement", "0001_initial"), ("statements", "0002_triggers")]
    operations = [
        refuse("settlement_settlementrule"),
        refuse("settlement_commitment"),
        refuse("settlement_payment"),
    ]
