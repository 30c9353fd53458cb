"""Names the room and registers what it measures itself."""

from django.apps import AppConfig


class OperationsConfig(AppConfig):
    """Has no tables of its own."""

    name = "statuspage.operations"

    def ready(self) -> None:
        """Other rooms register their own collectors; see `metrics.REGISTRY`."""
        from statuspage.operations.figures import measured
        from statuspage.operations.metrics import measures
        from statuspage.operations.pulse import worker_lives  # noqa: F401 - connects itself

        measures(measured)
