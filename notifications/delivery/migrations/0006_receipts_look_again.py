from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("delivery", "0005_fewer_indexes")]
    operations = [
        migrations.RemoveIndex(model_name="receipt", name="receipt_unapplied"),
        migrations.AddField(
            model_name="receipt",
            name="look_at",
            field=models.DateTimeField(default=timezone.now),
        ),
        migrations.AddIndex(
            model_name="receipt",
            index=models.Index(
                condition=models.Q(("applied_at", None)), fields=["look_at"], name="receipt_waiting"
            ),
        ),
    ]
