"""Days are added to and never changed; the two profiles that every installation has."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from statuspage.lib.triggers import refuse

PROFILES = [
    ("domestic", {"zh-hans": "境内人民币", "en": "Domestic (CNY)"}, True),
    ("fx", {"zh-hans": "跨境与外汇", "en": "Cross-border and FX"}, False),
]


def add_profiles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    profile = apps.get_model("calendar", "CalendarProfile")
    for code, name, make_up_days_settle in PROFILES:
        profile.objects.create(code=code, name=name, make_up_days_settle=make_up_days_settle)


class Migration(migrations.Migration):
    dependencies = [("calendar", "0001_initial"), ("statements", "0002_triggers")]
    operations = [
        refuse("calendar_calendarday"),
        migrations.RunPython(add_profiles, migrations.RunPython.noop),
    ]
