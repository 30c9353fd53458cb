"""Names the room, and hooks it into publishing."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Room of the public site."""

    name = "statuspage.pages"

    def ready(self) -> None:
        """Wake the web processes for every statement, and keep the text by which it is found."""
        from statuspage.pages.outbox import announce
        from statuspage.pages.search_texts import keep_search_text
        from statuspage.statements.outbox import on_publish

        on_publish(announce)
        on_publish(keep_search_text)
