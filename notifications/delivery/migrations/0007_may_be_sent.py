"""Remember of a delivery that a try ended without a clear answer, and how long to repeat it."""

from django.db import migrations, models

# The default is kept in the catalogue: no row is written.
ADD = """
    ALTER TABLE delivery_delivery
        ADD COLUMN may_be_sent boolean NOT NULL DEFAULT false,
        ADD COLUMN repeat_until timestamptz
"""
DROP = "ALTER TABLE delivery_delivery DROP COLUMN may_be_sent, DROP COLUMN repeat_until"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_unconfirmed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ADD, DROP)
            ],
            state_operations=[
                migrations.AddField(
                    model_name="delivery",
                    name="may_be_sent",
                    field=models.BooleanField(default=False),
                ),
                migrations.AddField(
                    model_name="delivery",
                    name="repeat_until",
                    field=models.DateTimeField(null=True),
                ),
            ],
        ),
    ]
