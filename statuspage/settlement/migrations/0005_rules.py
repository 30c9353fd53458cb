"""Products and settlement rules; the database itself keeps rules as they were entered."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER settlement_settlementrule_kept BEFORE UPDATE OR DELETE ON settlement_settlementrule
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER settlement_settlementrule_not_truncated
    BEFORE TRUNCATE ON settlement_settlementrule
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER settlement_settlementrule_not_truncated ON settlement_settlementrule;
DROP TRIGGER settlement_settlementrule_kept ON settlement_settlementrule;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('settlement', '0004_calendar'),
        ('statements', '0002_immutable'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Product',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30, unique=True, verbose_name='code')),
                ('name', models.JSONField(verbose_name='name')),
                ('position', models.PositiveIntegerField(default=0, verbose_name='position')),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.calendarprofile', verbose_name='calendar')),
            ],
            options={
                'verbose_name': 'product',
                'verbose_name_plural': 'products',
                'ordering': ['position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='SettlementRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('category', models.CharField(choices=[('micro', 'Micro merchants'), ('industry', 'Industry merchants')], max_length=20, verbose_name='merchant category')),
                ('product', models.CharField(blank=True, max_length=30, verbose_name='product')),
                ('cycle', models.CharField(max_length=4, verbose_name='settlement cycle')),
                ('cutoff', models.TimeField(null=True, verbose_name='cut-off')),
                ('after_cutoff', models.CharField(choices=[('accounting_next_day', "counts as the next day's"), ('fallback_cycle', 'follows another cycle')], default='accounting_next_day', max_length=20, verbose_name='after the cut-off')),
                ('fallback', models.CharField(blank=True, max_length=4, verbose_name='cycle after the cut-off')),
                ('usual_arrival', models.TimeField(null=True, verbose_name='usual time')),
                ('date_means', models.CharField(choices=[('payout', 'Payout'), ('credit', 'Arrival at the bank')], default='credit', max_length=10, verbose_name='the date is that of')),
                ('fee_percent', models.DecimalField(decimal_places=6, max_digits=9, null=True, verbose_name='fee in percent')),
                ('fee_fixed', models.DecimalField(decimal_places=2, default=0, max_digits=15, verbose_name='fixed fee')),
                ('valid_from', models.DateField(null=True, verbose_name='holds from')),
                ('valid_until', models.DateField(null=True, verbose_name='holds until')),
                ('known_from', models.DateTimeField(default=django.utils.timezone.now, verbose_name='known from')),
                ('entered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('profile', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='settlement.calendarprofile', verbose_name='calendar')),
                ('statement', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='settlement_rules', to='statements.statement')),
            ],
            options={
                'verbose_name': 'settlement rule',
                'verbose_name_plural': 'settlement rules',
                'ordering': ['category', 'product', '-known_from', '-pk'],
                'indexes': [models.Index(fields=['category', 'product', '-known_from'], name='settlement__categor_5dfaed_idx')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_from__lte', models.F('valid_until')), ('valid_from', None), ('valid_until', None), _connector='OR'), name='settlement_rule_period'), models.CheckConstraint(condition=models.Q(models.Q(('after_cutoff', 'fallback_cycle'), _negated=True), models.Q(('cutoff__isnull', False), models.Q(('fallback', ''), _negated=True)), _connector='OR'), name='settlement_rule_falls_back_to_something')],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
