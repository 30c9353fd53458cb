"""The values of the update that resolves an incident whose alerts are over."""

from datetime import datetime
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.console.forms.states import FIELD
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.placeholders import with_time
from statuspage.statements.forms import PARTS
from statuspage.statements.texts import LANGUAGES, Text


def resolving_values(incident: Incident, since: datetime) -> QueryDict:
    """Return what the form of an update would send, to resolve the incident as of then."""
    body = resolving_text(since)
    values = QueryDict(mutable=True)
    values.update(
        {
            "token": str(uuid4()),
            "version": str(incident.version),
            "status": IncidentStatus.RESOLVED,
            "impact": incident.impact,
            **{f"body_{ending}": body[language] for ending, language, _html, _label in PARTS},
            **{f"{FIELD}{one.component.public_id}": one.status for one in incident.affected.all()},
        }
    )
    return values


def resolving_text(since: datetime) -> Text:
    """Return the words at hand, in every language."""
    texts = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = _(
                "Our monitoring shows that the service has been back to normal since {time}. "
                "This incident is resolved."
            )
    return with_time(texts, since)
