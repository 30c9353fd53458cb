"""Everything that writes subscribers, for the rooms above."""

from notifications.subscribers.services.addresses import OwnerDecided, address_add, webhook_add
from notifications.subscribers.services.binding import bind_code_issue
from notifications.subscribers.services.importing import ImportReport, subscriber_import
from notifications.subscribers.services.inbound import inbound_apply
from notifications.subscribers.services.sending import code_send, codes_send_unsent
from notifications.subscribers.services.signups import (
    signup_confirm,
    signup_request,
    signup_resend,
    signups_forget,
)
from notifications.subscribers.services.stopping import (
    address_revive,
    address_suppress,
    addresses_revive,
    addresses_suppress,
)
from notifications.subscribers.services.subscriptions import (
    choices_change,
    choices_of,
    subscriber_erase,
    subscriber_resume,
    subscriber_unsubscribe,
)

__all__ = [
    "ImportReport",
    "OwnerDecided",
    "address_add",
    "address_revive",
    "address_suppress",
    "addresses_revive",
    "addresses_suppress",
    "bind_code_issue",
    "choices_change",
    "choices_of",
    "code_send",
    "codes_send_unsent",
    "inbound_apply",
    "signup_confirm",
    "signup_request",
    "signup_resend",
    "signups_forget",
    "subscriber_erase",
    "subscriber_import",
    "subscriber_resume",
    "subscriber_unsubscribe",
    "webhook_add",
]
