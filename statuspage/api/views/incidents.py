"""Incidents over the API."""

from typing import Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Resource, published
from statuspage.api.serializers.incidents import (
    IncidentAnswer,
    IncidentDetail,
    IncidentPublished,
    IncidentRequest,
    IncidentUpdateRequest,
)
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import promised_by
from statuspage.incidents.selectors import incidents
from statuspage.incidents.services.incidents import incident_open, incident_update

OPENING: Final = OpenApiExample(
    "Opening",
    request_only=True,
    value={
        "name": {"zh-hans": "部分T+1到账延迟", "en": "Some T+1 payouts are late"},
        "impact": "major",
        "status": "investigating",
        "body": {
            "zh-hans": "10:42起部分小微商户T+1到账延迟,资金安全,正在排查。",
            "en": "Since 10:42 payouts to some micro merchants are late. Funds are safe.",
        },
        "components": {"4k7mz2qw9x3p": "partial_outage"},
        "next_update_by": "2025-02-20T11:15:00+08:00",
    },
)
RESOLVING: Final = OpenApiExample(
    "Resolving",
    request_only=True,
    value={
        "status": "resolved",
        "body": {"zh-hans": "15:30起到账恢复正常。", "en": "Payouts are on time since 15:30."},
        "components": {"4k7mz2qw9x3p": "operational"},
    },
)


@extend_schema_view(
    get=extend_schema(summary=_("List incidents, the newest first")),
    post=extend_schema(
        summary=_("Open an incident"),
        description=_("Published at once: on the page, in the feeds, and to every subscriber."),
        request=IncidentRequest,
        responses={201: IncidentPublished},
        examples=[OPENING],
    ),
)
class Incidents(Acting, ListAPIView[Incident]):
    """All incidents."""

    serializer_class = IncidentAnswer
    request_serializer = IncidentRequest

    def get_queryset(self) -> QuerySet[Incident]:
        """All of them."""
        return incidents()

    def act(self, request: Request) -> Response:
        """Open one."""
        statement = incident_open(**self.validated(request), author=self.author)
        incident = incidents().get(public_id=statement.subject_id)
        return published(statement, IncidentDetail(incident))


@extend_schema_view(get=extend_schema(summary=_("Show an incident with its timeline")))
class OneIncident(Resource, RetrieveAPIView[Incident]):
    """One incident."""

    serializer_class = IncidentDetail
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Incident]:
        """Among all."""
        return incidents()


@extend_schema_view(
    post=extend_schema(
        summary=_("Publish the next update of an incident"),
        description=_("Resolving lets go of every component that is not named otherwise."),
        request=IncidentUpdateRequest,
        responses={201: IncidentPublished},
        examples=[RESOLVING],
    )
)
class IncidentUpdates(Acting):
    """What is said next about an incident."""

    serializer_class = IncidentPublished
    request_serializer = IncidentUpdateRequest

    def act(self, request: Request, public_id: str) -> Response:
        """Publish an update."""
        incident = get_object_or_404(incidents(), public_id=public_id)
        values = self.validated(request)
        # The service compares this with the row: what the caller has read decides.
        incident.version = values.pop("version", incident.version)
        if "next_update_by" not in values and values["status"] != IncidentStatus.RESOLVED:
            impact = values.get("impact") or incident.impact
            values["next_update_by"] = promised_by(impact, timezone.now())
        statement = incident_update(incident=incident, author=self.author, **values)
        return published(statement, IncidentDetail(incidents().get(pk=incident.pk)))
