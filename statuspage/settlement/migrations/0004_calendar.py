"""The settlement calendar; the database itself keeps facts about days as they were entered."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

PROFILES = [
    ("domestic", {"zh-hans": "境内人民币", "en": "Domestic (CNY)"}, True),
    ("fx", {"zh-hans": "跨境与外汇", "en": "Cross-border and FX"}, False),
]
FORWARD = """
CREATE TRIGGER settlement_calendarday_kept BEFORE UPDATE OR DELETE ON settlement_calendarday
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER settlement_calendarday_not_truncated BEFORE TRUNCATE ON settlement_calendarday
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER settlement_calendarday_not_truncated ON settlement_calendarday;
DROP TRIGGER settlement_calendarday_kept ON settlement_calendarday;
"""


def add_profiles(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    profile = apps.get_model("settlement", "CalendarProfile")
    for code, name, make_up_days_settle in PROFILES:
        profile.objects.create(code=code, name=name, make_up_days_settle=make_up_days_settle)


class Migration(migrations.Migration):

    dependencies = [
        ('settlement', '0002_immutable'),
        ('statements', '0002_immutable'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarProfile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=20, unique=True, verbose_name='code')),
                ('name', models.JSONField(verbose_name='name')),
                ('make_up_days_settle', models.BooleanField(default=True, verbose_name='settles on make-up workdays')),
            ],
            options={
                'verbose_name': 'calendar profile',
                'verbose_name_plural': 'calendar profiles',
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('date', models.DateField(verbose_name='date')),
                ('kind', models.CharField(choices=[('workday', 'Workday'), ('weekend', 'Weekend'), ('statutory_holiday', 'Statutory holiday'), ('make_up_workday', 'Make-up workday')], max_length=20, verbose_name='kind')),
                ('settles', models.BooleanField(verbose_name='settles')),
                ('label', models.JSONField(default=dict, verbose_name='label')),
                ('source', models.CharField(max_length=200, verbose_name='source')),
                ('known_from', models.DateTimeField(default=django.utils.timezone.now)),
                ('approved_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='days', to='settlement.calendarprofile')),
            ],
            options={
                'verbose_name': 'calendar day',
                'verbose_name_plural': 'calendar days',
                'ordering': ['date', 'known_from', 'pk'],
                'indexes': [models.Index(fields=['profile', 'known_from'], name='settlement__profile_3787dd_idx')],
            },
        ),
        migrations.CreateModel(
            name='CalendarYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveSmallIntegerField(verbose_name='year')),
                ('status', models.CharField(choices=[('unpublished', 'Not yet published'), ('loaded', 'Loaded, not yet reviewed'), ('reviewed', 'Reviewed')], default='unpublished', max_length=12, verbose_name='status')),
                ('document_number', models.CharField(blank=True, max_length=60, verbose_name='document number')),
                ('source', models.CharField(blank=True, max_length=200, verbose_name='source')),
                ('known_from', models.DateTimeField(null=True)),
                ('loaded_at', models.DateTimeField(null=True)),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('loaded_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='years', to='settlement.calendarprofile')),
                ('reviewed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'calendar year',
                'verbose_name_plural': 'calendar years',
                'ordering': ['profile', 'year'],
                'constraints': [models.UniqueConstraint(fields=('profile', 'year'), name='calendar_year_once')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
        migrations.RunPython(add_profiles, migrations.RunPython.noop),
    ]
