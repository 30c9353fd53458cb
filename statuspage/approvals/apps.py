"""Configure the approvals app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApprovalsConfig(AppConfig):
    """Drafts, proposals for approval by a second person, and reviews."""

    name = "statuspage.approvals"
    verbose_name = _("Approvals")

    def ready(self) -> None:
        """Register what waits for a second person, and what one sent back; what staff prepare."""
        from statuspage.approvals import reminders, waiting
        from statuspage.lib.waiting import returned_items, waiting_items

        for source in (
            waiting.proposals,
            waiting.postmortems,
            waiting.calendar_years,
            waiting.reviews,
            reminders.holiday_schedules,
            reminders.next_year,
        ):
            waiting_items(source)
        for returned in (waiting.returned_proposals, waiting.returned_postmortems):
            returned_items(returned)
