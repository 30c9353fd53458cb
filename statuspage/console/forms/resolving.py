"""The values of the update that resolves an incident whose alerts are over."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import override

from statuspage.console.forms.compose import short_initial
from statuspage.console.forms.states import state_names
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.moments import Moment
from statuspage.incidents.placeholders import facts_of, time_fact
from statuspage.incidents.selectors import templates
from statuspage.statements.forms import PARTS
from statuspage.statements.placeholders import filled, placeholders_in
from statuspage.statements.texts import LANGUAGES, Text


def resolving_values(incident: Incident, since: datetime) -> QueryDict:
    """Return what the form of an update would send, to resolve the incident as of then."""
    affected = list(incident.affected.all())
    values = QueryDict(mutable=True)
    values.update(
        {
            "token": str(uuid4()),
            "version": str(incident.version),
            "status": IncidentStatus.RESOLVED,
            "impact": incident.impact,
            **state_names({one.component.public_id: one.status for one in affected}),
        }
    )
    for name, text in resolving_words(incident, since).items():
        for ending, language, _html, _label in PARTS:
            values[f"{name}_{ending}"] = text.get(language, "")
    return values


def resolving_words(incident: Incident, since: datetime) -> dict[str, Text]:
    """Return the words by field: of the template for it, where there is just one, else our own.

    Of several nobody has chosen: the first may speak of something else than this incident. Whoever
    wants one of them goes back to editing.
    """
    prepared = list(_prepared(incident, since))
    return prepared[0] if len(prepared) == 1 else {"body": _at_hand(since)}


def _prepared(incident: Incident, since: datetime) -> Iterator[dict[str, Text]]:
    """Yield the words of each template in which nothing is left to fill in."""
    facts = facts_of(
        now=since,
        name=incident.name,
        components=[row.component.name for row in incident.affected.all()],
        started=incident.started_at,
    )
    for template in templates(Moment.RESOLVED):
        words: Any = template.words(since, facts)
        found = {"body": words["body"], **short_initial(words["short"])}
        if not any(map(placeholders_in, found.values())):
            yield found


def _at_hand(since: datetime) -> Text:
    """Return words that suit every such incident, in every language."""
    texts = {}
    for language in LANGUAGES:
        with override(language):
            texts[language] = _(
                "Our monitoring shows that the service has been back to normal since {time}. "
                "This incident is resolved."
            )
    return filled(texts, time_fact(since))
