"""A subscriber's version, which the database counts."""

from django.db import migrations, models

COUNT = """
    CREATE FUNCTION subscribers_count_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.version := OLD.version + 1;
        RETURN NEW;
    END $$;
    CREATE TRIGGER subscribers_subscriber_version BEFORE UPDATE ON subscribers_subscriber
        FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
        EXECUTE FUNCTION subscribers_count_version();
"""
NO_MORE = """
    DROP TRIGGER subscribers_subscriber_version ON subscribers_subscriber;
    DROP FUNCTION subscribers_count_version();
"""


class Migration(migrations.Migration):
    dependencies = [("subscribers", "0012_audience_attributes")]

    operations = [
        migrations.AddField(
            model_name="subscriber",
            name="version",
            field=models.PositiveIntegerField(db_default=1, default=1, editable=False),
        ),
        migrations.RunSQL(COUNT, NO_MORE),
    ]
