"""Invitations: a one-time link by which somebody sets a password that nobody else knows."""

import logging
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.lib.database_clock import database_now
from statuspage.staff.audit import record
from statuspage.staff.links import INVITED_HOURS, is_vouched_for, password_link
from statuspage.staff.models import AccountChange, Staff
from statuspage.staff.people import changing
from statuspage.staff.second_person import changed

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sent:
    """What became of a link: mailed, or to be handed over by whoever made it, and why."""

    link: str = ""
    why: Any = ""


def link_send(*, staff: Staff, by: Staff | None, ip: str = "") -> Sent:
    """Make a new link, which ends every earlier one, and mail it or return it.

    Who is given the link could use it themselves: the account waits for a second person again.
    Without `by`, by a command.

    Raises:
        ValidationError: `by` may not; the account is disabled, or comes by single sign-on.
    """
    with changing(staff, by) as kept:
        _check_link(kept, by)
        kept.set_unusable_password()
        kept.link_made_at = database_now()
        kept.save(update_fields=["password", "link_made_at"])
        changed(kept, AccountChange.Kind.LINK, by)
        name = kept.get_username()
        record(act="account.link_made", staff=by, who="manage.py", target=name, ip=ip)
    return _mailed(kept, password_link(kept))


def _check_link(staff: Staff, by: Staff | None) -> None:
    if not staff.is_active:
        raise ValidationError(_("This account is disabled."), "disabled")
    if is_vouched_for(staff):
        raise ValidationError(_("This account signs in by single sign-on only."), "sso")
    if by is not None and staff.has_usable_password():  # its factors would stay
        raise ValidationError(_("They have a password. Reset their sign-in instead."), "password")


def _mailed(staff: Staff, link: str) -> Sent:
    if not settings.EMAIL_HOST:
        return Sent(link, _("No mail server is configured (EMAIL_HOST)."))
    if not staff.email:
        return Sent(link, _("The account has no e-mail address."))
    try:
        with override(staff.language):
            _letter(staff, link).send()
    except (OSError, ValueError) as problem:  # smtplib's errors are OSErrors
        logger.warning("an invitation was not sent: %s", type(problem).__name__)
        return Sent(link, _("The mail server did not take the message."))
    return Sent()


def _letter(staff: Staff, link: str) -> EmailMessage:
    operator = settings.OPERATOR_NAME["en" if staff.language == "en" else "zh-hans"]
    body = _(
        "You have an account in the console of %(operator)s's status page. Your user name is "
        "%(name)s.\n\nSet your password here within %(hours)d hours. The link works once:\n"
        "%(link)s\n\nIf you did not expect this, do nothing and tell an administrator."
    ) % {
        "operator": operator,
        "name": staff.get_username(),
        "hours": INVITED_HOURS,
        "link": link,
    }
    subject = _("Your account at %(operator)s Candor") % {"operator": operator}
    return EmailMessage(subject, body, settings.DEFAULT_FROM_EMAIL, [staff.email])
