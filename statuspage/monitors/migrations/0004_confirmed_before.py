"""Rules of earlier releases that publish by themselves count as confirmed, with today's words."""

from django.db import migrations
from django.db.models.functions import Now

from statuspage.monitors.digests import words_digest


def confirm(apps, schema_editor):
    """Confirm what was in force."""
    for rule in apps.get_model("monitors", "SignalRule").objects.filter(auto_publish=True):
        rule.confirmed_at = Now()
        rule.words_then = words_digest(rule.template)
        rule.save(update_fields=["confirmed_at", "words_then"])


class Migration(migrations.Migration):
    dependencies = [("monitors", "0003_rules_history_and_notes")]
    operations = [migrations.RunPython(confirm, migrations.RunPython.noop)]
