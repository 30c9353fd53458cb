"""Fees are in the table of prices: rules have none any more."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("settlement", "0008_price_rows")]
    operations = [
        migrations.RemoveField(model_name="settlementrule", name="fee_fixed"),
        migrations.RemoveField(model_name="settlementrule", name="fee_percent"),
    ]
