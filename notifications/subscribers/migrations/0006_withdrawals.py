"""Who was erased or stopped is remembered; `restore` has made the table if the backup was older."""

from django.db import migrations, models
from django.db.models.functions import Now

from notifications.subscribers.restoring import TABLE

UNDO = """
    DROP TABLE subscribers_withdrawal;
    ALTER TABLE subscribers_consent DROP COLUMN blind_index;
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0005_one_spelling")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(TABLE, UNDO)],
            state_operations=[
                migrations.CreateModel(
                    name="Withdrawal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "act",
                            models.CharField(
                                choices=[
                                    ("erased", "Erased"),
                                    ("stopped", "Stopped"),
                                    ("resumed", "Resumed"),
                                ],
                                max_length=10,
                            ),
                        ),
                        ("channel", models.CharField(max_length=20)),
                        ("blind_index", models.CharField(max_length=64)),
                        (
                            "reason",
                            models.CharField(blank=True, db_default="", default="", max_length=30),
                        ),
                        ("at", models.DateTimeField(db_default=Now())),
                    ],
                    options={
                        "verbose_name": "withdrawal",
                        "verbose_name_plural": "withdrawals",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("channel", "blind_index", "act", "at"),
                                name="withdrawal_once",
                            )
                        ],
                    },
                ),
                migrations.AddField(
                    "consent",
                    "blind_index",
                    models.CharField(blank=True, db_default="", default="", max_length=64),
                ),
            ],
        ),
        migrations.AddIndex(
            "consent",
            models.Index(
                fields=["blind_index"],
                name="consent_of_erased",
                condition=models.Q(("address", None)),
            ),
        ),
        migrations.AlterField(
            "address",
            "created_at",
            models.DateTimeField(db_default=Now(), editable=False),
        ),
    ]
