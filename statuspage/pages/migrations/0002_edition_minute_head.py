"""Remember up to which statement the later pages of lists were rendered."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="edition",
            name="minute_head",
            field=models.BigIntegerField(default=0),
        ),
    ]
