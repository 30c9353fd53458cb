"""Configure the staff app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    """Staff: people, roles and API tokens."""

    name = "statuspage.staff"
    label = "staff"
    verbose_name = _("Staff")

    def ready(self) -> None:
        """Record who signs in, and have a restored audit log hold no names."""
        from statuspage.lib.restoring import on_restore
        from statuspage.lib.waiting import waiting_items
        from statuspage.staff import signing_in, waiting
        from statuspage.staff.restoring import NO_NAMES

        signing_in.listen()
        waiting_items(waiting.accounts)
        waiting_items(waiting.tokens)
        on_restore(NO_NAMES)
