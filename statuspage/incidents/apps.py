"""Configure the incidents app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IncidentsConfig(AppConfig):
    """Incidents and maintenance, from the first report to the resolution, and their templates."""

    name = "statuspage.incidents"
    verbose_name = _("Incidents and maintenance")

    def ready(self) -> None:
        """Register what answers to statements about incidents and maintenance do."""
        from statuspage.incidents.services import answers
        from statuspage.statements.services import on_correct, on_publish, on_withdraw

        on_withdraw(answers.INCIDENT, answers.incident_undo)
        on_withdraw(answers.MAINTENANCE, answers.maintenance_undo)
        on_correct(answers.INCIDENT, answers.incident_corrected)
        on_correct(answers.MAINTENANCE, answers.maintenance_corrected)
        on_publish(answers.answer_published)
