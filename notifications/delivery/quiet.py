"""Quiet hours: until when a message that may not wake its reader waits, by the reader's clock."""

from typing import Any, Final

from django.conf import settings

# Channels that make a phone ring; the others wait in a mailbox, a group or a machine.
RINGING: Final = ("twilio_sms", "wechat")

# NULL where nothing has to wait. `b` is the broadcast, `p` the subscriber, `a` the address.
UNTIL: Final = """
    CASE WHEN %(quiet_from)s::time IS NULL OR b.wakes OR NOT p.quiet
              OR a.channel <> ALL(%(ringing)s)
        THEN NULL
    ELSE (
        SELECT CASE
            WHEN %(quiet_from)s::time <= %(quiet_until)s::time THEN
                CASE WHEN here.clock::time >= %(quiet_from)s AND here.clock::time < %(quiet_until)s
                    THEN (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone END
            WHEN here.clock::time >= %(quiet_from)s THEN
                (here.clock::date + 1 + %(quiet_until)s::time) AT TIME ZONE p.timezone
            WHEN here.clock::time < %(quiet_until)s THEN
                (here.clock::date + %(quiet_until)s::time) AT TIME ZONE p.timezone
        END
        FROM (SELECT now() AT TIME ZONE p.timezone AS clock) AS here
    ) END
"""


def parameters() -> dict[str, Any]:
    """For the SQL above, from the settings."""
    start, end = settings.QUIET_HOURS or (None, None)
    return {"quiet_from": start, "quiet_until": end, "ringing": [*RINGING]}
