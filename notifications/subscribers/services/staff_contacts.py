"""A member of staff's own addresses: added once it is proved that they are theirs."""

import secrets
from typing import Final

from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from notifications.channels.addresses import AddressKind
from notifications.channels.media import Medium, media
from notifications.subscribers.choices import Choices
from notifications.subscribers.contacts import CODE_MEDIA, Contact, contact_on
from notifications.subscribers.crypto import encrypt
from notifications.subscribers.models import SignUp, StaffContact
from notifications.subscribers.selectors import clear_address
from notifications.subscribers.services.addresses import new_secret
from notifications.subscribers.services.inbound import ALPHABET, KEY, LENGTH, VALID_SECONDS
from notifications.subscribers.services.signups import signup_confirm, signup_request
from statuspage.staff.audit import record
from statuspage.staff.models import Staff

# Before the id of an account, where a code that is sent to our WeChat account binds a subscriber's.
STAFF: Final = "staff:"


def proved_by_code(channel: Medium) -> bool:
    """Return whether a code is sent to the address, to be typed in here."""
    return CODE_MEDIA.get(channel.address_kind) == channel.name


def proved_by_writing(channel: Medium) -> bool:
    """Return whether its owner sends us a code from there."""
    return channel.address_kind == AddressKind.OPENID


def contacts_of(staff: Staff) -> dict[str, StaffContact]:
    """Return the person's own addresses by channel."""
    return {one.channel: one for one in StaffContact.objects.filter(staff=staff)}


def usable_channels() -> list[Medium]:
    """Return the channels that are set up and take tests: no phone rings for one."""
    return [one for one in media() if one.configured() and not one.critical_only]


def contact_request(*, staff: Staff, channel: str, raw: str, client_ip: str) -> SignUp:
    """Send a code to a phone or mailbox that somebody says is theirs.

    Raises:
        ValidationError: it is no such address, nothing may be sent there, or too many codes were
            asked for.
    """
    contact = contact_on(channel, raw).check()
    choices = Choices(language=staff.language)
    return signup_request(
        contact=contact, choices=choices, client_ip=client_ip, purpose=SignUp.Purpose.STAFF
    )


def contact_confirm(*, staff: Staff, signup: SignUp, typed: str, client_ip: str) -> StaffContact:
    """Take the code, and keep the address as this person's own.

    Raises:
        CodeRefused: the code is wrong, expired or used.
    """
    signup_confirm(signup=signup, typed=typed)
    contact = Contact(signup.channel, AddressKind(signup.kind), clear_address(signup))
    return contact_keep(staff=staff, contact=contact, client_ip=client_ip)


def contact_keep(
    *, staff: Staff, contact: Contact, client_ip: str = "", secret: str = ""
) -> StaffContact:
    """Keep an address whose owner was proved; an earlier one on the channel is replaced."""
    values = {
        "kind": contact.kind,
        "sealed": encrypt(contact.clear, contact.kind),
        "masked": contact.masked,
        "sealed_secret": encrypt(secret, contact.kind) if secret else None,
    }
    with transaction.atomic():
        row, _made = StaffContact.objects.update_or_create(
            staff=staff, channel=contact.channel, defaults=values
        )
        record(act="contact.added", staff=staff, target=contact.channel, ip=client_ip)
    return row


def contact_paste(*, staff: Staff, channel: str, raw: str, client_ip: str) -> str:
    """Keep a robot's key or a webhook's URL, and return the secret that signs to a webhook.

    Raises:
        ValidationError: it is no such address.
    """
    contact = contact_on(channel, raw).check()
    if contact.kind in (AddressKind.PHONE, AddressKind.EMAIL, AddressKind.OPENID):
        raise ValidationError(_("This address must be confirmed by a code."), code="channel")
    secret = new_secret() if contact.kind == AddressKind.URL else ""
    contact_keep(staff=staff, contact=contact, client_ip=client_ip, secret=secret)
    return secret


def contact_remove(*, staff: Staff, channel: str, client_ip: str) -> None:
    """Forget the person's own address on a channel."""
    with transaction.atomic():
        gone, _rows = StaffContact.objects.filter(staff=staff, channel=channel).delete()
        if gone:
            record(act="contact.removed", staff=staff, target=channel, ip=client_ip)


def writing_code(staff: Staff) -> str:
    """Return a code that binds the WeChat account it is sent from, within ten minutes."""
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    cache.set(f"{KEY}{code}", f"{STAFF}{staff.pk}", VALID_SECONDS)
    return code


def contact_bind(holder: str, contact: Contact) -> bool:
    """Keep the WeChat account of the person that a code was made for; False for a subscriber's."""
    pk = holder.removeprefix(STAFF)
    if not holder.startswith(STAFF) or not pk.isdecimal():
        return False
    staff = Staff.objects.filter(pk=int(pk), is_active=True).first()
    if staff:
        contact_keep(staff=staff, contact=contact)
    return True
