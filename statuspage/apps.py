"""Configure the project's own app: its management commands, and the audit of statements."""

from django.apps import AppConfig


class WiringConfig(AppConfig):
    """The project's management commands; the app has no tables."""

    name = "statuspage"
    label = "wiring"

    def ready(self) -> None:
        """Record every statement in the audit log."""
        from django.db.models.signals import post_save

        from statuspage.staff.audit import record_statement
        from statuspage.statements.models import Statement

        post_save.connect(record_statement, sender=Statement, dispatch_uid="staff.audit")
