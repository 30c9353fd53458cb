"""Addresses, codes, withdrawals and contacts name a medium: what was a channel's one provider."""

from django.db import migrations

MEDIA = {"twilio_sms": "sms", "wecom": "robot"}
# What a list beside the database has brought in under the new name already.
TWICE = """
    DELETE FROM subscribers_withdrawal old USING subscribers_withdrawal new
    WHERE old.channel = '{old}' AND new.channel = '{new}'
      AND (new.blind_index, new.act, new.at) = (old.blind_index, old.act, old.at);
"""
RENAME = "UPDATE subscribers_{table} SET channel = '{new}' WHERE channel = '{old}';"
TABLES = ("address", "signup", "withdrawal", "staffcontact", "trialmessage")
RENAMES = "".join(
    TWICE.format(old=old, new=new)
    + "".join(RENAME.format(table=table, old=old, new=new) for table in TABLES)
    for old, new in MEDIA.items()
)


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0013_subscriber_version")]
    operations = [migrations.RunSQL(RENAMES, migrations.RunSQL.noop)]
