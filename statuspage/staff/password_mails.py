"""Mails with a link to a new password: asked for at the sign-in page, sent by a worker."""

import logging
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.staff.audit import record
from statuspage.staff.impersonal import account
from statuspage.staff.links import FORGOTTEN_HOURS, forgotten_link
from statuspage.staff.models import PasswordMail, Staff

logger = logging.getLogger(__name__)

AT_ONCE: Final = 20
# One that could not be sent for so long is not sent any more: the link would surprise.
MOST_AN_HOUR: Final = 3
WORTHLESS: Final = timedelta(hours=FORGOTTEN_HOURS)
FORGET: Final = timedelta(days=1)


def ask(address: str, ip: str = "") -> int:
    """Have a mail sent to each account with that address; return how many there are.

    Nobody who asks is told: the page says the same of an address that is unknown.
    """
    people = Staff.objects.filter(email__iexact=address, is_active=True, confirmation=None)
    with transaction.atomic():
        found = list(people.exclude(email="").order_by("pk")[:AT_ONCE])
        for staff in found:
            if _mails_of(staff) >= MOST_AN_HOUR:  # nobody's mailbox is filled by strangers
                continue
            # In the person's language, not in that of whoever asked.
            PasswordMail.objects.create(staff=staff, language=staff.language, asked_at=Now())
            record(act="password.forgotten", who="?", target=account(staff.pk), ip=ip)
    return len(found)


def send_waiting() -> int:
    """Send what was asked for; return how many mails. What fails is tried again for an hour."""
    sent = 0
    with transaction.atomic():
        PasswordMail.objects.filter(asked_at__lt=Now() - FORGET).delete()
        rows = PasswordMail.objects.select_for_update(skip_locked=True, of=("self",))
        waiting = rows.filter(sent_at=None, asked_at__gt=Now() - WORTHLESS)
        for one in waiting.select_related("staff").order_by("pk")[:AT_ONCE]:
            sent += _sent(one)
    return sent


def _mails_of(staff: Staff) -> int:
    return staff.password_mails.filter(asked_at__gt=Now() - timedelta(hours=1)).count()


def _sent(mail: PasswordMail) -> bool:
    try:
        with override(mail.language):
            _letter(mail.staff).send()
    except OSError as problem:  # smtplib's errors are some
        logger.warning("a mail about a password was not sent: %s", type(problem).__name__)
        return False
    PasswordMail.objects.filter(pk=mail.pk).update(sent_at=Now())
    return True


def _letter(staff: Staff) -> EmailMessage:
    operator = settings.OPERATOR_NAME["en" if staff.language == "en" else "zh-hans"]
    body = _(
        "Somebody, probably you, asked for a new password for the account %(name)s.\n\n"
        "Set it here within an hour:\n%(link)s\n\n"
        "If it was not you, do nothing: your password stays as it is."
    ) % {"name": staff.get_username(), "link": forgotten_link(staff)}
    subject = _("New password for %(operator)s Candor") % {"operator": operator}
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [staff.email])
