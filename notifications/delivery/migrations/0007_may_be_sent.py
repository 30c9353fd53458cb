"""Remember of a delivery that a try of it ended without a clear answer."""

from django.db import migrations, models

# The default is kept in the catalogue: no row is written.
ADD = "ALTER TABLE delivery_delivery ADD COLUMN may_be_sent boolean NOT NULL DEFAULT false"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0006_unconfirmed")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(ADD, "ALTER TABLE delivery_delivery DROP COLUMN may_be_sent")
            ],
            state_operations=[
                migrations.AddField(
                    model_name="delivery",
                    name="may_be_sent",
                    field=models.BooleanField(default=False),
                )
            ],
        ),
    ]
