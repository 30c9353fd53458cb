"""A rule opens incidents: its words are those of that moment."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0004_words_for_every_moment"),
        ("monitors", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="signalrule",
            name="template",
            field=models.ForeignKey(
                limit_choices_to={"use": "incident.opened"},
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.template",
                verbose_name="template",
            ),
        ),
    ]
