"""Read the mailbox to which letters come back: each letter once, whoever ends in between."""

import logging

from django.conf import settings

from notifications.channels.mail.bounces import receipts_in
from notifications.channels.mail.mailbox import BROKEN, Mailbox
from notifications.delivery.receipts import receipts_store
from notifications.media import EMAIL

logger = logging.getLogger(__name__)


def returned_mail_read() -> int:
    """Store what the unread letters say as receipts; return how many letters there were.

    A letter is marked as read after its receipts are stored: one that is read twice says the same
    under the same key. A mailbox that cannot be read is tried again a minute later.
    """
    if not settings.EMAIL_BOUNCE_IMAP_HOST:
        return 0
    count = 0
    try:
        with Mailbox() as mailbox:
            for uid, letter in mailbox.unread():
                receipts_store(EMAIL, receipts_in(letter))
                mailbox.read(uid)
                count += 1
    except BROKEN as error:
        logger.warning("the mailbox of returned mail cannot be read: %s", type(error).__name__)
    return count
