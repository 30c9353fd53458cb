"""What the log says of a notice's incident: notices do not know the table of incidents."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statuspage.statements.documents import WITHDRAWAL
from statuspage.statements.models import Statement


def check_incident(incident_id: str) -> None:
    """Check that the log has a statement about the incident.

    Raises:
        ValidationError: there is no statement about it; "" means no incident, and passes.
    """
    said = Statement.objects.filter(subject_type="incident", subject_id=incident_id)
    if incident_id and not said.exists():
        raise ValidationError(
            _("Unknown incident: %(id)s"), code="incident", params={"id": incident_id}
        )


def closed_in_error(incident_id: str) -> Statement | None:
    """Return the withdrawal that closed the incident as published in error, if there is one."""
    answers = Statement.objects.filter(kind=WITHDRAWAL, document__content__in_error=True)
    return answers.filter(subject_type="incident", subject_id=incident_id).first()
