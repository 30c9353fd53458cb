"""Configure the subscribers app."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import ProgrammingError
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    """Subscribers, their addresses and what they want to hear about."""

    name = "notifications.subscribers"
    verbose_name = _("Subscribers")

    def ready(self) -> None:
        """Have a restore send no code again, bring nobody back who left, and stop imports."""
        from notifications.subscribers.restoring import (
            EXPIRE_CODES,
            FORGET_TRIALS,
            restored_again,
            withdrawals_restored,
        )
        from notifications.subscribers.services.inbound import on_bind
        from notifications.subscribers.services.staff_contacts import contact_bind
        from notifications.subscribers.services.withdrawals import withdrawals_beside
        from statuspage.lib.restoring import on_backup, on_restore, report_restore
        from statuspage.uploads.restoring import stop

        on_backup(withdrawals_beside)
        on_bind(contact_bind)
        on_restore(EXPIRE_CODES)
        on_restore(FORGET_TRIALS)
        on_restore(withdrawals_restored)
        report_restore(restored_again)
        on_restore(stop("subscribers_import", "subscribers_importpart"))


@register(Tags.database)
def numbers_abroad_get_nothing(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Warn with W001, at `migrate` and `check --database default`, of numbers that get no SMS."""
    from notifications.subscribers.selectors import numbers_abroad

    try:
        count = numbers_abroad() if databases else 0
    except ProgrammingError:
        return []  # A new installation: the table is still to come.
    if not count:
        return []
    return [
        CheckWarning(
            f"{count} subscribed phone numbers are outside of SMS_COUNTRIES: they get no SMS.",
            hint="Add their countries to SMS_COUNTRIES, or tell these subscribers.",
            id="subscribers.W001",
        )
    ]
