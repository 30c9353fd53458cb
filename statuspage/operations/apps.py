"""Configure the operations app."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Operations: metrics of the engines and the worker heartbeat; it has no tables."""

    name = "statuspage.operations"

    def ready(self) -> None:
        """Register this app's collector; other apps register their own in `metrics.REGISTRY`."""
        import statuspage.operations.heartbeat  # noqa: F401 - connects itself
        from statuspage.operations.database_rights import degraded
        from statuspage.operations.metrics import REGISTRY, EngineCollector
        from statuspage.pages.health import degraded_by

        REGISTRY.register(EngineCollector())
        degraded_by(degraded)
