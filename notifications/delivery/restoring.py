"""What `restore` does to deliveries: everything unfinished is put on hold."""

from typing import Final

# `unknown` and settled: staff have decided to leave it. What was finished except for messages that
# staff were to decide on is on hold as well: they may have decided after the backup.
#
# New deliveries get numbers that no other database has given: microseconds since 1970 are ahead
# of any sequence. The lost database went on after the backup, and whoever knows its numbers (a
# callback's URL, WeChat's client_msg_id, a webhook-id) would take a new message for an old one.
HOLD: Final = """
    CREATE TABLE IF NOT EXISTS delivery_hold (
        broadcast_id bigint PRIMARY KEY REFERENCES delivery_broadcast (statement_id)
            DEFERRABLE INITIALLY DEFERRED,
        since timestamptz NOT NULL DEFAULT clock_timestamp(),
        step varchar(10) NOT NULL DEFAULT 'waiting',
        step_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    UPDATE delivery_delivery
    SET state = 'held', due_at = now(), looks = 0, lease_until = NULL, fence = fence + 1,
        updated_at = now()
    WHERE state IN ('pending', 'sending', 'unknown') AND settled_at IS NULL;

    UPDATE delivery_broadcast b SET state = 'held', finished_at = NULL
    WHERE state IN ('expanding', 'sending')
       OR EXISTS (SELECT FROM delivery_delivery d
                  WHERE d.statement_id = b.statement_id AND d.state = 'held');

    INSERT INTO delivery_hold (broadcast_id)
    SELECT statement_id FROM delivery_broadcast WHERE state = 'held'
    ON CONFLICT (broadcast_id) DO UPDATE
    SET since = clock_timestamp(), step = 'waiting', step_at = clock_timestamp();

    UPDATE delivery_alarm SET told_at = now() WHERE told_at IS NULL AND over_at IS NULL;

    DO $$ BEGIN
        UPDATE delivery_alarm SET over_told_at = now()
        WHERE over_told_at IS NULL AND over_at IS NOT NULL;
    EXCEPTION WHEN undefined_column THEN
        NULL;  -- of a release that had no such column: its migration counts them as told
    END $$;

    DO $$ BEGIN
        EXECUTE format(
            'ALTER TABLE delivery_delivery ALTER COLUMN id SET START WITH %s RESTART',
            (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
        );
    END $$;
"""
