"""Templates are for every moment; their placeholders are those that are known, or asked for."""

import re

import statuspage.incidents.moments
from django.db import migrations, models

USES = {"incident": "incident.opened", "maintenance": "maintenance.scheduled"}
PLACEHOLDER = re.compile(r"[{\uff5b]([^{}\uff5b\uff5d\n]{0,60})[}\uff5d]")
# What was filled in automatically until now; every other one was for the author to fill in.
TIME = "time"


def _asked(found):
    name = found[1].strip()
    return found[0] if name == TIME else f"{{?{name}}}"


def _each(text, change):
    return {language: change(part) for language, part in text.items()}


def rename(apps, schema_editor):
    for row in apps.get_model("incidents", "Template").objects.all():
        row.use = USES.get(row.use, row.use)
        for field in ("name", "body"):
            said = getattr(row, field)
            setattr(row, field, _each(said, lambda part: PLACEHOLDER.sub(_asked, part)))
        row.save(update_fields=["use", "name", "body"])


def rename_back(apps, schema_editor):
    templates = apps.get_model("incidents", "Template").objects
    templates.exclude(use__in=USES.values()).delete()
    for old, new in USES.items():
        templates.filter(use=new).update(use=old)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0003_cancelled_maintenance")]

    operations = [
        migrations.AlterField(
            model_name="template",
            name="use",
            field=models.CharField(
                choices=statuspage.incidents.moments.moments,
                max_length=50,
                verbose_name="used for",
            ),
        ),
        migrations.AlterField(
            model_name="template",
            name="name",
            field=models.JSONField(blank=True, default=dict, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="template",
            name="body",
            field=models.JSONField(verbose_name="text"),
        ),
        migrations.AddField(
            model_name="template",
            name="short",
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.RunPython(rename, rename_back),
    ]
