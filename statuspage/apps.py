"""Configure the project's own app: its management commands, and the audit of statements."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The project's management commands; the app has no tables."""

    name = "statuspage"
    label = "wiring"

    def ready(self) -> None:
        """Record every statement in the audit log."""
        from statuspage.staff.audit import record_statement
        from statuspage.statements.services import on_publish

        on_publish(record_statement)
