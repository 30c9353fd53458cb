"""Two indexes that no search uses are dropped; the two beside them get the names of the models."""

from django.db import migrations, models

import statuspage.statements.ids

DROP = """
    DROP INDEX subscribers_subscriber_public_id_2e33b17f_like;
    DROP INDEX subscribers_address_masked_9d9a9494_like;
    ALTER TABLE subscribers_subscriber
        RENAME CONSTRAINT subscribers_subscriber_public_id_key TO subscriber_once;
    ALTER INDEX subscribers_address_masked_9d9a9494 RENAME TO address_masked;
"""
RESTORE = """
    ALTER TABLE subscribers_subscriber
        RENAME CONSTRAINT subscriber_once TO subscribers_subscriber_public_id_key;
    ALTER INDEX address_masked RENAME TO subscribers_address_masked_9d9a9494;
    CREATE INDEX subscribers_subscriber_public_id_2e33b17f_like
        ON subscribers_subscriber (public_id varchar_pattern_ops);
    CREATE INDEX subscribers_address_masked_9d9a9494_like
        ON subscribers_address (masked varchar_pattern_ops);
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0003_uploads_stopped")]
    operations = [
        # By Django's own operations the two that stay would be built anew, under a lock.
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, RESTORE)],
            state_operations=[
                migrations.AlterField(
                    "subscriber",
                    "public_id",
                    models.CharField(
                        default=statuspage.statements.ids.new_id, editable=False, max_length=12
                    ),
                ),
                migrations.AddConstraint(
                    "subscriber",
                    models.UniqueConstraint(fields=("public_id",), name="subscriber_once"),
                ),
                migrations.AlterField(
                    "address", "masked", models.CharField(max_length=80, verbose_name="address")
                ),
                migrations.AddIndex(
                    "address", models.Index(fields=["masked"], name="address_masked")
                ),
            ],
        ),
    ]
