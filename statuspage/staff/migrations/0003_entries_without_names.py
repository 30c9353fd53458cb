"""The audit log names accounts by their id: names are taken out of the entries there are."""

from django.db import migrations, models

from statuspage.staff.restoring import NO_NAMES


class Migration(migrations.Migration):
    dependencies = [("staff", "0002_triggers")]
    operations = [
        migrations.RunSQL(NO_NAMES, migrations.RunSQL.noop),
        migrations.AlterField(
            "auditentry",
            "who",
            models.CharField(blank=True, max_length=150, verbose_name="who"),
        ),
    ]
