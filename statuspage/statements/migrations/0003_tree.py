"""The Merkle tree over the log, and its signed checkpoints: as immutable as the log."""

from django.db import migrations, models

FORWARD = """
CREATE TRIGGER {0}_immutable BEFORE UPDATE OR DELETE ON statements_{0}
    FOR EACH ROW EXECUTE FUNCTION candor_refuse();
CREATE TRIGGER {0}_not_truncated BEFORE TRUNCATE ON statements_{0}
    FOR EACH STATEMENT EXECUTE FUNCTION candor_refuse();
"""
BACKWARD = """
DROP TRIGGER {0}_not_truncated ON statements_{0};
DROP TRIGGER {0}_immutable ON statements_{0};
"""
TABLES = ("treenode", "checkpoint")


class Migration(migrations.Migration):

    dependencies = [
        ('statements', '0002_immutable'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('size', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='size')),
                ('root', models.CharField(max_length=44, verbose_name='root')),
                ('note', models.TextField(verbose_name='signed note')),
                ('signed_at', models.DateTimeField(auto_now_add=True, verbose_name='signed at')),
            ],
            options={
                'verbose_name': 'checkpoint',
                'verbose_name_plural': 'checkpoints',
                'ordering': ['-size'],
            },
        ),
        migrations.CreateModel(
            name='TreeNode',
            fields=[
                ('pk', models.CompositePrimaryKey('level', 'index', blank=True, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'verbose_name': 'tree node',
                'verbose_name_plural': 'tree nodes',
            },
        ),
        *(migrations.RunSQL(FORWARD.format(one), BACKWARD.format(one)) for one in TABLES),
    ]
