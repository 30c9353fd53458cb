"""Note the templates whose messages a provider refuses although it calls them approved."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Add when it was, and the code."""

    dependencies = [("provider_templates", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="template",
            name="refused_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="template",
            name="refused_code",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
    ]
