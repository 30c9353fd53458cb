"""What fired before the upgrade is ranked, too: its next report may be hours away, or never come."""

from django.db import migrations

from statuspage.monitors.severity import UNKNOWN, severity_of


def rank(apps, schema_editor):
    """Write the rank of each signal whose labels say one."""
    signal = apps.get_model("monitors", "Signal")
    ranked = []
    for one in signal.objects.only("labels").iterator(chunk_size=1000):
        one.severity = severity_of(one.labels)
        if one.severity != UNKNOWN:
            ranked.append(one)
    signal.objects.bulk_update(ranked, ["severity"], batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [("monitors", "0004_confirmed_before")]
    operations = [migrations.RunPython(rank, migrations.RunPython.noop)]
