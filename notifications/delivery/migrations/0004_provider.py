"""Which provider a delivery's last attempt went to."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_policy_money_and_counts")]
    operations = [
        migrations.RunSQL(
            "ALTER TABLE delivery_delivery ADD COLUMN provider varchar(20) NOT NULL DEFAULT '';",
            "ALTER TABLE delivery_delivery DROP COLUMN provider;",
        )
    ]
