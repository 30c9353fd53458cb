"""What was called a channel is a medium, sent by a provider; and the routes of deliveries.

The table of deliveries is rewritten once, month by month: about half a minute a million rows.
"""

from django.db import migrations, models

# Old name -> medium, and old name -> provider.
MEDIA = {"twilio_sms": "sms", "aliyun_sms": "sms", "wecom": "robot"}
PROVIDERS = {"twilio_sms": "twilio", "aliyun_sms": "aliyun"}


def _case(column: str, names: dict[str, str]) -> str:
    cases = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in names.items())
    return f"CASE {column} {cases} ELSE {column} END"


def _quoted(names: dict[str, str]) -> str:
    return ", ".join(f"'{one}'" for one in names)


# One that was sent before providers were noted was sent by the channel's own.
DELIVERIES = f"""
    UPDATE delivery_delivery
    SET provider = CASE WHEN provider <> '' THEN {_case("provider", PROVIDERS)}
                        WHEN first_tried_at IS NOT NULL THEN {_case("channel", PROVIDERS)}
                        ELSE '' END,
        channel = {_case("channel", MEDIA)}
    WHERE channel IN ({_quoted(MEDIA)}) OR (provider = '' AND first_tried_at IS NOT NULL);
"""
BROADCASTS = f"""
    UPDATE delivery_broadcast
    SET channels = array_replace(array_replace(channels, 'twilio_sms', 'sms'), 'wecom', 'robot'),
        told = (SELECT coalesce(jsonb_object_agg({_case("key", MEDIA)}, value), '{{}}')
                FROM jsonb_each(told))
    WHERE channels && ARRAY[{_quoted(MEDIA)}]::varchar[] OR told ?| ARRAY[{_quoted(MEDIA)}];
    UPDATE delivery_deliverycount SET channel = {_case("channel", MEDIA)}
    WHERE channel IN ({_quoted(MEDIA)});
"""
# Rows that are the same under the new name were made by a provider's copy: one is enough.
CALLBACKS = "".join(
    f"""
    DELETE FROM {table} old USING {table} new
    WHERE old.channel IN ({_quoted(PROVIDERS)}) AND new.{key} = old.{key}
      AND new.channel = {_case("old.channel", PROVIDERS)};
    UPDATE {table} SET channel = {_case("channel", PROVIDERS)}
    WHERE channel IN ({_quoted(PROVIDERS)});
    """
    for table, key in (
        ("delivery_receipt", "key"),
        ("delivery_takencallback", "key"),
        ("delivery_refusedcallback", "day"),
    )
)
# Movements are noted again within seconds.
ALARMS = f"""
    UPDATE delivery_alarm SET subject = {_case("subject", PROVIDERS)}
    WHERE kind = 'provider_down' AND subject IN ({_quoted(PROVIDERS)});
    UPDATE delivery_alarm SET over_at = now(), over_told_at = now()
    WHERE kind = 'channel_stuck' AND over_at IS NULL;
    DELETE FROM delivery_movement;
"""
ROUTE = """
    ALTER TABLE delivery_delivery ADD COLUMN IF NOT EXISTS route varchar(20) NOT NULL DEFAULT '';
    DROP INDEX delivery_due;
    CREATE INDEX delivery_due ON delivery_delivery (channel, route, due_at, id)
        WHERE state = 'pending';
"""
NO_ROUTE = """
    DROP INDEX delivery_due;
    CREATE INDEX delivery_due ON delivery_delivery (channel, due_at, id) WHERE state = 'pending';
    ALTER TABLE delivery_delivery DROP COLUMN route;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0013_audience_attributes")]
    operations = [
        migrations.RunSQL(ROUTE, NO_ROUTE),
        *(
            migrations.RunSQL(one, migrations.RunSQL.noop)
            for one in (DELIVERIES, BROADCASTS, CALLBACKS, ALARMS)
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddField(
                    "delivery",
                    "route",
                    models.CharField(blank=True, default="", max_length=20),
                )
            ]
        ),
    ]
