"""What is reported to a regulator: a public incident, or a case of which nothing is public."""

from typing import Any, TypeAlias

from django.urls import reverse

from statuspage.incidents.models import Incident
from statuspage.regulator.models import PrivateCase

Subject: TypeAlias = Incident | PrivateCase


def owner(subject: Subject) -> dict[str, Any]:
    """Return the field by which a row names its subject."""
    return {"incident" if isinstance(subject, Incident) else "case": subject}


def address(subject: Subject) -> str:
    """Return the path of its page in the console."""
    page = "incident_regulator" if isinstance(subject, Incident) else "regulator_case"
    return reverse(f"console:{page}", args=[subject.public_id])
