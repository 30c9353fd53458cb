"""Incidents over the API."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import OneSubject, Publishing, Updating
from statuspage.api.fields import (
    ComponentStatusesField,
    MomentSerializerField,
    ShortField,
    TextField,
    VersionField,
)
from statuspage.api.serializers import InputSerializer, PageAnswer, StatementNumber, Timeline
from statuspage.api.warnings import Warned
from statuspage.components.statuses import Impact, impact_of
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.naming import naming_warnings
from statuspage.incidents.promises import promised_by
from statuspage.incidents.selectors import incidents
from statuspage.incidents.services.incidents import (
    incident_open,
    incident_reopen,
    incident_update,
)
from statuspage.lib.database_clock import database_now
from statuspage.statements.models import Statement


def _promise() -> MomentSerializerField:
    return MomentSerializerField(
        required=False,
        allow_null=True,
        help_text=_("Default: as configured for the impact. null: no promise."),
    )


class IncidentSerializer(InputSerializer):
    """Opening an incident."""

    name = TextField(max_length=NAME_LENGTH)
    impact = serializers.ChoiceField(
        choices=Impact.choices,
        required=False,
        help_text=_("Default: derived from the worst component status."),
    )
    status = serializers.ChoiceField(
        choices=IncidentStatus.choices, default=IncidentStatus.INVESTIGATING
    )
    body = TextField()
    short = ShortField()
    components = ComponentStatusesField()
    next_update_by = _promise()
    started_at = MomentSerializerField(required=False, allow_null=True)
    detected_at = MomentSerializerField(
        required=False,
        allow_null=True,
        help_text=_("When you detected it. The time to first update is measured from then."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in a missing promise from the settings; an explicit null promises no next update."""
        if "next_update_by" not in attrs:
            impact = attrs.get("impact") or impact_of(attrs["components"].values())
            attrs["next_update_by"] = promised_by(impact, database_now())
        return attrs


class IncidentUpdateSerializer(InputSerializer):
    """The next update of an incident."""

    status = serializers.ChoiceField(choices=IncidentStatus.choices)
    body = TextField()
    short = ShortField()
    components = ComponentStatusesField(required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    next_update_by = _promise()
    version = VersionField()


class IncidentReopeningSerializer(InputSerializer):
    """Opening a resolved incident again."""

    body = TextField()
    short = ShortField()
    components = ComponentStatusesField(required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    next_update_by = _promise()
    version = VersionField()


class IncidentAnswer(PageAnswer):
    """An incident as it now is."""

    subject_type = "incident"

    name = TextField()
    status = serializers.ChoiceField(choices=IncidentStatus.choices)
    impact = serializers.ChoiceField(choices=Impact.choices)
    components = serializers.SerializerMethodField()
    started_at = MomentSerializerField()
    detected_at = MomentSerializerField(allow_null=True)
    created_at = MomentSerializerField()
    updated_at = MomentSerializerField()
    monitoring_at = MomentSerializerField(allow_null=True)
    resolved_at = MomentSerializerField(allow_null=True)
    next_update_by = MomentSerializerField(allow_null=True)
    in_error = serializers.BooleanField(
        help_text=_("Its first statement was withdrawn: there was no such incident.")
    )
    version = serializers.IntegerField()

    @extend_schema_field(ComponentStatusesField)
    def get_components(self, incident: Incident) -> dict[str, str]:
        """Return the state in which the incident holds each component."""
        return {row.component.public_id: row.status for row in incident.affected.all()}


class IncidentDetail(IncidentAnswer, Timeline):
    """An incident with all statements about it."""


class IncidentPublished(Warned, StatementNumber, IncidentDetail):
    """The answer after publishing about an incident."""

    def noticed(self, row: Incident) -> Iterable[object]:
        """Return what the console asks staff to confirm before publishing the same."""
        return naming_warnings(row.status, [one.component for one in row.affected.all()])


class Incidents(Publishing, ListAPIView[Incident]):
    """All incidents."""

    summaries = {"GET": _("List incidents, newest first"), "POST": _("Open an incident")}
    description = _("Published immediately: on the page, in the feeds and to all subscribers.")
    answers = {201: IncidentPublished}
    queryset = incidents()
    serializer_class = IncidentAnswer
    request_serializer = IncidentSerializer

    def act(self, request: Request) -> Response:
        """Open an incident."""
        return self.published(incident_open(**self.validated(request), author=self.author))


class IncidentView(OneSubject):
    """One incident."""

    summaries = {"GET": _("Show an incident with its timeline")}
    queryset = incidents()
    serializer_class = IncidentDetail


class IncidentUpdates(Updating):
    """Updates of an incident."""

    summaries = {"POST": _("Publish the next update of an incident")}
    description = _(
        "Resolving sets every component back to operational. After that, “resolved” adds an update "
        "that does not reopen the incident; “investigating” reopens it, as /reopenings/ does."
    )
    answers = {201: IncidentPublished}
    queryset = incidents()
    request_serializer = IncidentUpdateSerializer

    def update(self, incident: Incident, **values: Any) -> Statement:
        """Publish the update; a missing promise of the next one is filled in from the settings."""
        if values["status"] != IncidentStatus.RESOLVED:
            promise_next(incident, values)
        return incident_update(incident=incident, author=self.author, **values)


class IncidentReopenings(Updating):
    """Reopening of a resolved incident."""

    summaries = {"POST": _("Reopen a resolved incident")}
    description = _("The incident is open again for everybody, and its subscribers are told.")
    answers = {201: IncidentPublished}
    queryset = incidents()
    request_serializer = IncidentReopeningSerializer

    def update(self, incident: Incident, **values: Any) -> Statement:
        """Reopen it; a missing promise of the next update is filled in from the settings."""
        promise_next(incident, values)
        return incident_reopen(incident=incident, author=self.author, **values)


def promise_next(incident: Incident, values: dict[str, Any]) -> None:
    """Fill in a missing promise of the next update from the settings."""
    impact = values.get("impact") or incident.impact
    values.setdefault("next_update_by", promised_by(impact, database_now()))
