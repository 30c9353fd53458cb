from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("delivery", "0007_named")]

    operations = [
        migrations.AddField("broadcast", "told", models.JSONField(default=dict)),
        migrations.AddField("broadcast", "counted_at", models.DateTimeField(null=True)),
    ]
