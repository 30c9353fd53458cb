"""Incidents that are over, entered over the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Publishing
from statuspage.api.fields import ComponentStatusesField, MomentSerializerField, TextField
from statuspage.api.serializers import InputSerializer
from statuspage.api.views.incidents import IncidentPublished
from statuspage.components.statuses import Impact
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.past import MOST_UPDATES
from statuspage.incidents.selectors import incidents
from statuspage.incidents.services.backfills import past_incident_enter


class PastUpdateSerializer(InputSerializer):
    """One update of a past incident, as of its time."""

    at = MomentSerializerField(help_text=_("When it happened. List updates in order of time."))
    status = serializers.ChoiceField(
        choices=IncidentStatus.choices,
        help_text=_("The status at that time. The last one must be resolved."),
    )
    body = TextField()
    components = ComponentStatusesField(
        required=False,
        help_text=_("Statuses from that time. Components that are not named keep theirs."),
    )
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)


class BackfillSerializer(InputSerializer):
    """A past incident with all its updates."""

    name = TextField(max_length=NAME_LENGTH)
    impact = serializers.ChoiceField(
        choices=Impact.choices,
        required=False,
        help_text=_("Default: derived from the worst component status."),
    )
    components = ComponentStatusesField(help_text=_("Statuses from the start."))
    started_at = MomentSerializerField()
    updates: "serializers.ListSerializer[Any]" = serializers.ListSerializer(
        child=PastUpdateSerializer(), min_length=1, max_length=MOST_UPDATES
    )
    told = serializers.BooleanField(
        default=False,
        help_text=_("Whether subscribers are notified: one message, about the last update."),
    )


class BackfillPublished(IncidentPublished):
    """The answer after entering a past incident; `statement` is the number of the last one."""

    statements = serializers.ListField(
        child=serializers.IntegerField(),
        help_text=_("Statement numbers in the log, in the order of the updates."),
    )


class Backfills(Publishing):
    """Past incidents."""

    summaries = {"POST": _("Enter a past incident with all its updates")}
    description = _(
        "For an incident that is over: one statement for each update, each marked as entered "
        "afterwards. No present status changes, and nobody is notified unless you ask for it."
    )
    answers = {201: BackfillPublished}
    queryset = incidents()
    request_serializer = BackfillSerializer

    def act(self, request: Request) -> Response:
        """Enter the incident."""
        said = past_incident_enter(**self.validated(request), author=self.author)
        incident = self.get_queryset().get(public_id=said[-1].subject_id)
        incident.statement = said[-1].number
        incident.statements = [one.number for one in said]
        return self.answer(incident)
