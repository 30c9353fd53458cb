"""From when to when notices hold; promises of money and payments, which are never changed."""

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER settlement_commitment_kept BEFORE UPDATE OR DELETE ON settlement_commitment
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER settlement_commitment_not_truncated BEFORE TRUNCATE ON settlement_commitment
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER settlement_payment_kept BEFORE UPDATE OR DELETE ON settlement_payment
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER settlement_payment_not_truncated BEFORE TRUNCATE ON settlement_payment
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER settlement_payment_not_truncated ON settlement_payment;
DROP TRIGGER settlement_payment_kept ON settlement_payment;
DROP TRIGGER settlement_commitment_not_truncated ON settlement_commitment;
DROP TRIGGER settlement_commitment_kept ON settlement_commitment;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('settlement', '0005_rules'),
        ('statements', '0002_immutable'),
    ]

    operations = [
        migrations.AddField(
            model_name='notice',
            name='effective_from',
            field=models.DateTimeField(null=True, verbose_name='in effect from'),
        ),
        migrations.AddField(
            model_name='notice',
            name='effective_until',
            field=models.DateTimeField(null=True, verbose_name='in effect until'),
        ),
        migrations.CreateModel(
            name='Commitment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('promised', models.DecimalField(decimal_places=2, max_digits=15, null=True, verbose_name='promised')),
                ('due', models.DateField(null=True, verbose_name='due')),
                ('notice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='commitment', to='settlement.notice')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statements.statement')),
            ],
            options={
                'verbose_name': 'promise of money',
                'verbose_name_plural': 'promises of money',
                'ordering': ['-statement_id'],
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=15, verbose_name='amount')),
                ('paid_on', models.DateField(verbose_name='paid on')),
                ('commitment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='payments', to='settlement.commitment')),
                ('statement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='statements.statement')),
            ],
            options={
                'verbose_name': 'payment',
                'verbose_name_plural': 'payments',
                'ordering': ['statement_id'],
            },
        ),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
