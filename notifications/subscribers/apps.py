"""Configure the subscribers app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SubscribersConfig(AppConfig):
    """Subscribers, their addresses and what they want to hear about."""

    name = "notifications.subscribers"
    verbose_name = _("Subscribers")

    def ready(self) -> None:
        """Have a restore send no code again, bring nobody back who left, and stop imports."""
        from notifications.subscribers.restoring import (
            EXPIRE_CODES,
            restored_again,
            withdrawals_restored,
        )
        from notifications.subscribers.services.withdrawals import withdrawals_beside
        from statuspage.lib.restoring import on_backup, on_restore, report_restore
        from statuspage.uploads.restoring import stop

        on_backup(withdrawals_beside)
        on_restore(EXPIRE_CODES)
        on_restore(withdrawals_restored)
        report_restore(restored_again)
        on_restore(stop("subscribers_import", "subscribers_importpart"))
