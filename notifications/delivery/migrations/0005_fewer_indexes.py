"""Two indexes less, which every row paid for a million times; one for the few that went wrong."""

from django.db import migrations

FORWARD = """
DROP INDEX delivery_progress;
DROP INDEX delivery_address;
CREATE INDEX delivery_dead ON delivery_delivery (statement_id, channel, state)
    WHERE state IN ('failed', 'undelivered', 'suppressed', 'unknown');
"""
BACKWARD = """
DROP INDEX delivery_dead;
CREATE INDEX delivery_progress ON delivery_delivery (statement_id, channel, state);
CREATE INDEX delivery_address ON delivery_delivery (address_id);
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0004_provider")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
