import django.db.models.deletion
from django.db import migrations, models

from statuspage.pages.search_texts import FILL


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(FILL, [0])


class Migration(migrations.Migration):
    dependencies = [("pages", "0001_initial"), ("statements", "0004_grow")]

    operations = [
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "statement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="searched",
                        serialize=False,
                        to="statements.statement",
                    ),
                ),
                ("text", models.TextField()),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
