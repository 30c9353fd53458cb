"""Read the mailbox to which letters come back: each letter counts once, even after a crash."""

import logging
from contextlib import suppress
from typing import Final

from django.conf import settings
from redis.exceptions import RedisError

from notifications.channels.mail import mailbox
from notifications.channels.mail.bounces import receipts_in
from notifications.delivery.receipts import receipts_store
from notifications.media import EMAIL
from statuspage.lib.redis_client import client

# In Redis, while somebody reads it.
VISIT: Final = "returned-mail:visit"

logger = logging.getLogger(__name__)


def returned_mail_read() -> int:
    """Store what the unread letters say as receipts; return how many letters there were.

    A letter is marked as read after its receipts are stored: one that is read twice says the same
    under the same key. A mailbox that cannot be read is tried again a minute later.
    """
    if not settings.EMAIL_BOUNCE_IMAP_HOST or not _alone():
        return 0
    try:
        return _read()
    finally:
        with suppress(RedisError):
            client().delete(VISIT)


def _alone() -> bool:
    """Return whether nobody reads it now: a server that hangs keeps one worker waiting, not all."""
    try:
        return bool(client().set(VISIT, 1, nx=True, ex=int(mailbox.VISIT_SECONDS) + 10))
    except RedisError:
        return False  # the next minute will do


def _read() -> int:
    count = 0
    try:
        with mailbox.Mailbox() as letters:
            for uid, letter in letters.unread():
                if letter is not None:
                    receipts_store(EMAIL, receipts_in(letter))
                    letters.read(uid)
                count += 1
    except mailbox.BROKEN as error:
        logger.warning("the mailbox of returned mail cannot be read: %s", type(error).__name__)
    return count
