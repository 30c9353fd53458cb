"""Take the names out of audit entries that an earlier release wrote: by migration and `restore`."""

from typing import Final

_CHANGED: Final = """(
    SELECT jsonb_object_agg(key, CASE
        WHEN key IN ('username', 'first_name', 'last_name', 'email') THEN '"•••"'::jsonb
        WHEN key = 'for' AND value #>> '{{}}' NOT LIKE 'account %' THEN coalesce(
            (SELECT to_jsonb('account ' || id) FROM staff_staff WHERE username = value #>> '{{}}'),
            '"account ?"'::jsonb)
        WHEN key = 'addresses' AND jsonb_typeof(value) = 'array'
            THEN to_jsonb(jsonb_array_length(value))
        ELSE value END)
    FROM jsonb_each({column})
)"""
_STATE: Final = """
    UPDATE staff_auditentry SET {column} = {changed}
    WHERE {column} ?| array['username', 'first_name', 'last_name', 'email', 'for', 'addresses'];
"""
# Repeating it changes nothing. A name that no account has any more has no id left to go by.
NO_NAMES: Final = "".join(
    (
        "ALTER TABLE staff_auditentry DISABLE TRIGGER USER;",
        "UPDATE staff_auditentry SET who = '' WHERE staff_id IS NOT NULL AND who <> '';",
        """
    UPDATE staff_auditentry e SET target = 'account ' || s.id
    FROM staff_staff s WHERE e.target = s.username AND e.act NOT LIKE 'token.%';
    UPDATE staff_auditentry
    SET target = 'account ' || coalesce(after ->> 'id', before ->> 'id', '?')
    WHERE (act LIKE 'staff.staff.%' OR act = 'second_factor.removed')
      AND target <> '' AND target NOT LIKE 'account %';
""",
        *(
            _STATE.format(column=column, changed=_CHANGED.format(column=column))
            for column in ("before", "after")
        ),
        "ALTER TABLE staff_auditentry ENABLE TRIGGER USER;",
    )
)
