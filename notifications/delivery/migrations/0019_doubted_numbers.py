from django.db import migrations

# Until now one report that there is no such number stopped it as a bad address, for good. Now that
# takes two reports, and a message from the number brings it back: so these are named as what they
# are. They stay stopped: staff reactivate them at once, with the numbers before, or one by one.
NAME_THEM = """
    UPDATE subscribers_address a
    SET suppressed_for = 'unknown_number'
    FROM (
        SELECT DISTINCT address_id FROM delivery_delivery
        WHERE channel = 'sms' AND reason = 'bad_address' AND code IN ('30005', '30006')
    ) AS told
    WHERE a.id = told.address_id AND a.channel = 'sms'
      AND a.suppressed_at IS NOT NULL AND a.suppressed_for = 'bad_address'
      AND NOT EXISTS (
          SELECT FROM delivery_delivery other
          WHERE other.address_id = a.id AND other.reason = 'bad_address'
            AND other.code NOT IN ('30005', '30006'))
"""
# Their messages too: those of a group are sent again together.
AND_THEIR_MESSAGES = """
    UPDATE delivery_delivery SET reason = 'unknown_number'
    WHERE channel = 'sms' AND reason = 'bad_address' AND code IN ('30005', '30006')
"""


class Migration(migrations.Migration):

    dependencies = [
        ("delivery", "0018_resendings"),
        ("subscribers", "0018_calls"),
    ]

    operations = [
        migrations.RunSQL(NAME_THEM, migrations.RunSQL.noop),
        migrations.RunSQL(AND_THEIR_MESSAGES, migrations.RunSQL.noop),
    ]
