"""Names the room, and hooks it into publishing."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Room of the public site."""

    name = "statuspage.pages"

    def ready(self) -> None:
        """Wake the web processes for every statement."""
        from statuspage.pages.outbox import announce
        from statuspage.statements.outbox import on_publish

        on_publish(announce)
