"""What a try of a delivery costs, on its row."""

from django.db import migrations, models
from django.db.models.functions import Now

# The defaults are kept in the catalogue: no row is written.
ADD = """
    ALTER TABLE delivery_delivery
        ADD COLUMN cost numeric(12, 4) NOT NULL DEFAULT 0,
        ADD COLUMN booked_in date
"""
DROP = "ALTER TABLE delivery_delivery DROP COLUMN cost, DROP COLUMN booked_in"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0016_template_alarms")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD, DROP)],
            state_operations=[
                migrations.AddField(
                    model_name="delivery",
                    name="cost",
                    field=models.DecimalField(decimal_places=4, default=0, max_digits=12),
                ),
                migrations.AddField(
                    model_name="delivery",
                    name="booked_in",
                    field=models.DateField(null=True),
                ),
            ],
        ),
    ]
