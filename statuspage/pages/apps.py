"""Configure the pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Public pages: registers the hooks that run when a statement is published."""

    name = "statuspage.pages"

    def ready(self) -> None:
        """Wake the web processes for every statement, and store its search text."""
        from statuspage.lib.restoring import on_restore
        from statuspage.pages.health import degraded_by
        from statuspage.pages.outbox import announce, keep_search_text
        from statuspage.pages.rendering.restoring import RENDER_AGAIN
        from statuspage.pages.rendering.services import render_soon
        from statuspage.statements.cosigning import on_cosigned
        from statuspage.statements.findings import log_is_doubtful
        from statuspage.statements.services import on_publish

        on_publish(announce)
        on_publish(keep_search_text)
        on_restore(RENDER_AGAIN)
        on_cosigned(render_soon)
        degraded_by(lambda: ["log_broken"] if log_is_doubtful() else [])
