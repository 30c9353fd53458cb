"""The wiring as an app: `manage.py up` is found, and rooms that must not meet are joined."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Holds the project's own management commands; it has no tables."""

    name = "statuspage"
    label = "wiring"

    def ready(self) -> None:
        """Maintenance is announced by settlement's calendar, which incidents do not know."""
        from statuspage.incidents.lead_time import counts_working_days
        from statuspage.settlement.lead_time import working_days_between

        counts_working_days(working_days_between)
