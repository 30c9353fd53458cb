"""What `restore` does to sign-ups: a code that was not sent in the backup is never sent."""

from typing import Final

# The page says that the code has expired, and offers a new one. No code has this hash.
EXPIRE_CODES: Final = """
    UPDATE subscribers_signup
    SET code_hash = 'restored', code_sent_at = requested_at - interval '1 year'
    WHERE code_sent_at IS NULL AND used_at IS NULL;
"""
