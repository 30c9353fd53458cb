from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('subscribers', '0018_calls'),
    ]

    operations = [
        migrations.AddField(
            model_name='address',
            name='revived_at',
            field=models.DateTimeField(null=True),
        ),
    ]
