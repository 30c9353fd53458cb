"""Incidents."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from statuspage.api.fields import ComponentStatusesField, MomentField, TextField
from statuspage.api.serializers.common import (
    Request,
    StatementAnswer,
    StatementNumber,
    page_of,
    statements_about,
)
from statuspage.components.statuses import Impact, impact_of
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.incidents.models import Incident
from statuspage.incidents.promises import promised_by
from statuspage.incidents.services.incidents import NAME_LENGTH

LARGEST_VERSION = 2**31 - 1


class VersionField(serializers.IntegerField):
    """The version that the caller has read; a stale one is refused with 409."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            min_value=1,
            max_value=LARGEST_VERSION,
            help_text=_("The version you have read: refused with 409 when it is stale."),
        )


class IncidentRequest(Request):
    """Opening an incident."""

    name = TextField(max_length=NAME_LENGTH)
    impact = serializers.ChoiceField(
        choices=Impact.choices,
        required=False,
        help_text=_("Left out, it follows from the worst component."),
    )
    status = serializers.ChoiceField(
        choices=IncidentStatus.choices, default=IncidentStatus.INVESTIGATING
    )
    body = TextField()
    components = ComponentStatusesField()
    next_update_by = MomentField(
        required=False,
        allow_null=True,
        help_text=_("Left out, it is promised as the settings say for the impact; null: none."),
    )
    started_at = MomentField(required=False, allow_null=True)
    detected_at = MomentField(
        required=False,
        allow_null=True,
        help_text=_("When you noticed: the time to the first public word is measured from then."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Left out, the next update is promised as the settings say; null promises none."""
        if "next_update_by" not in attrs:
            impact = attrs.get("impact") or impact_of(attrs["components"].values())
            attrs["next_update_by"] = promised_by(impact, timezone.now())
        return attrs


class IncidentUpdateRequest(Request):
    """The next update of an incident."""

    status = serializers.ChoiceField(choices=IncidentStatus.choices)
    body = TextField()
    components = ComponentStatusesField(required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    next_update_by = MomentField(
        required=False,
        allow_null=True,
        help_text=_("Left out, it is promised as the settings say for the impact; null: none."),
    )
    version = VersionField()


class IncidentAnswer(serializers.ModelSerializer[Incident]):
    """An incident as it now is."""

    id = serializers.CharField(source="public_id")
    name = TextField()
    status = serializers.ChoiceField(choices=IncidentStatus.choices)
    impact = serializers.ChoiceField(choices=Impact.choices)
    components = serializers.SerializerMethodField()
    started_at = MomentField()
    detected_at = MomentField(allow_null=True)
    created_at = MomentField()
    updated_at = MomentField()
    monitoring_at = MomentField(allow_null=True)
    resolved_at = MomentField(allow_null=True)
    next_update_by = MomentField(allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Incident
        fields: tuple[str, ...] = (
            "id",
            "name",
            "status",
            "impact",
            "components",
            "started_at",
            "detected_at",
            "created_at",
            "updated_at",
            "monitoring_at",
            "resolved_at",
            "next_update_by",
            "version",
            "url",
        )

    @extend_schema_field(ComponentStatusesField)
    def get_components(self, incident: Incident) -> dict[str, str]:
        """The state in which the incident holds each component."""
        return {row.component.public_id: row.status for row in incident.affected.all()}

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, incident: Incident) -> str:
        """The public page."""
        return page_of("incident", incident.public_id)


class IncidentDetail(IncidentAnswer):
    """The same with everything that was said about it."""

    timeline = serializers.SerializerMethodField()

    class Meta(IncidentAnswer.Meta):
        fields = (*IncidentAnswer.Meta.fields, "timeline")

    @extend_schema_field(StatementAnswer(many=True))
    def get_timeline(self, incident: Incident) -> list[dict[str, Any]]:
        """Oldest first, corrections included."""
        return statements_about("incident", incident.public_id)


class IncidentPublished(StatementNumber, IncidentDetail):
    """The answer to what was published about an incident."""

    class Meta(IncidentDetail.Meta):
        fields = ("statement", *IncidentDetail.Meta.fields)
