"""Broadcasts on hold after a restore; `restore` has made the table if the backup was older."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

TABLE = """
    CREATE TABLE IF NOT EXISTS delivery_hold (
        broadcast_id bigint PRIMARY KEY REFERENCES delivery_broadcast (statement_id)
            DEFERRABLE INITIALLY DEFERRED,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        step varchar(10) NOT NULL DEFAULT 'waiting',
        step_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
"""
# Finds what is due to be looked up, and counts what is on hold, among a million others.
INDEX = """
    CREATE INDEX delivery_held ON delivery_delivery (statement_id, channel, due_at)
    WHERE state = 'held';
"""
STEPS = [
    ("waiting", "Waiting for your decision"),
    ("looking", "Asking the provider"),
    ("looked", "The provider was asked"),
    ("releasing", "Being released"),
    ("discarding", "Being discarded"),
    ("released", "Released"),
    ("discarded", "Discarded"),
]
BROADCAST_STATES = [
    ("expanding", "Finding recipients"),
    ("sending", "Sending"),
    ("finished", "Finished"),
    ("held", "On hold"),
]
DELIVERY_STATES = [
    ("pending", "Waiting"),
    ("sending", "Sending"),
    ("sent", "Sent"),
    ("delivered", "Delivered"),
    ("undelivered", "Not delivered"),
    ("failed", "Failed"),
    ("unknown", "Being verified"),
    ("superseded", "Superseded"),
    ("suppressed", "Not sent"),
    ("held", "On hold"),
]
NOW = django.db.models.functions.datetime.Now


class Migration(migrations.Migration):
    dependencies = [("delivery", "0003_watched_alarms")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLE, "DROP TABLE delivery_hold;"),
                migrations.RunSQL(INDEX, "DROP INDEX delivery_held;"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Hold",
                    fields=[
                        (
                            "broadcast",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                primary_key=True,
                                related_name="hold",
                                serialize=False,
                                to="delivery.broadcast",
                            ),
                        ),
                        ("since", models.DateTimeField(db_default=NOW())),
                        ("step", models.CharField(choices=STEPS, default="waiting", max_length=10)),
                        ("step_at", models.DateTimeField(db_default=NOW())),
                    ],
                    options={
                        "verbose_name": "hold",
                        "verbose_name_plural": "holds",
                        "ordering": ["-broadcast_id"],
                    },
                ),
            ],
        ),
        migrations.AlterField(
            model_name="broadcast",
            name="state",
            field=models.CharField(choices=BROADCAST_STATES, default="expanding", max_length=10),
        ),
        migrations.AlterField(
            model_name="deliverycount",
            name="state",
            field=models.CharField(choices=DELIVERY_STATES, max_length=12),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="state",
            field=models.CharField(choices=DELIVERY_STATES, max_length=12),
        ),
    ]
