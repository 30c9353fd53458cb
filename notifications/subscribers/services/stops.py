"""Stop one medium's messages to one address by its link, which needs no code."""

from typing import Final

from django.db import transaction

from notifications.media import EMAIL
from notifications.subscribers.models import Address
from notifications.subscribers.services.subscriptions import UNSUBSCRIBED, suppress

ONE_CLICK: Final = "one-click"


@transaction.atomic
def email_stop(blind_index: str) -> bool:
    """Stop the e-mails to an address and record the withdrawal; False where nothing changes.

    Nothing changes where it is stopped by its owner already, or is not stored (erased, say).
    """
    found = Address.objects.select_for_update().filter(channel=EMAIL, blind_index=blind_index)
    address = found.first()
    return address is not None and suppress(address, reason=UNSUBSCRIBED, source=ONE_CLICK)
