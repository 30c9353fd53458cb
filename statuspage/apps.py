"""The wiring as an app: `manage.py up` is found, and rooms that must not meet are joined."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Holds the project's own management commands; it has no tables."""

    name = "statuspage"
    label = "wiring"

    def ready(self) -> None:
        """Maintenance is announced by settlement's calendar, which incidents do not know; pages say
        who was told, which deliveries know.
        """
        from django.db.models.signals import post_save

        from notifications.delivery.told import told_of
        from statuspage.incidents.lead_time import counts_working_days
        from statuspage.incidents.working_days import reckons_working_days
        from statuspage.pages.told import tells_who_was_told
        from statuspage.settlement.lead_time import working_day_after, working_days_between
        from statuspage.staff.audit import record_statement
        from statuspage.statements.models import Statement

        counts_working_days(working_days_between)
        tells_who_was_told(told_of)
        reckons_working_days(working_day_after)
        post_save.connect(record_statement, sender=Statement, dispatch_uid="staff.audit")
