"""Maintenance."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from statuspage.api.fields import ComponentIdsField, MomentField, TextField
from statuspage.api.serializers.common import (
    Request,
    StatementAnswer,
    StatementNumber,
    page_of,
    statements_about,
)
from statuspage.api.serializers.incidents import VersionField
from statuspage.incidents.lifecycle import MaintenanceStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.services.incidents import NAME_LENGTH


class MaintenanceRequest(Request):
    """Announcing maintenance."""

    name = TextField(max_length=NAME_LENGTH)
    body = TextField()
    components = ComponentIdsField()
    scheduled_for = MomentField()
    scheduled_until = MomentField()
    short_notice_reason = TextField(
        required=False,
        help_text=_("Needed when it is announced less than five working days ahead; it is shown."),
    )


class MaintenanceUpdateRequest(Request):
    """The next update of a maintenance."""

    status = serializers.ChoiceField(choices=MaintenanceStatus.choices)
    body = TextField()
    version = VersionField()


class MaintenanceAnswer(serializers.ModelSerializer[Maintenance]):
    """A maintenance as it now is."""

    id = serializers.CharField(source="public_id")
    name = TextField()
    status = serializers.ChoiceField(choices=MaintenanceStatus.choices)
    components = serializers.SerializerMethodField()
    scheduled_for = MomentField()
    scheduled_until = MomentField()
    created_at = MomentField()
    updated_at = MomentField()
    started_at = MomentField(allow_null=True)
    completed_at = MomentField(allow_null=True)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Maintenance
        fields: tuple[str, ...] = (
            "id",
            "name",
            "status",
            "components",
            "scheduled_for",
            "scheduled_until",
            "created_at",
            "updated_at",
            "started_at",
            "completed_at",
            "version",
            "url",
        )

    @extend_schema_field(ComponentIdsField)
    def get_components(self, maintenance: Maintenance) -> list[str]:
        """Public ids of the components concerned."""
        return [one.public_id for one in maintenance.components.all()]

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, maintenance: Maintenance) -> str:
        """The public page."""
        return page_of("maintenance", maintenance.public_id)


class MaintenanceDetail(MaintenanceAnswer):
    """The same with everything that was said about it."""

    timeline = serializers.SerializerMethodField()

    class Meta(MaintenanceAnswer.Meta):
        fields = (*MaintenanceAnswer.Meta.fields, "timeline")

    @extend_schema_field(StatementAnswer(many=True))
    def get_timeline(self, maintenance: Maintenance) -> list[dict[str, Any]]:
        """Oldest first, corrections included."""
        return statements_about("maintenance", maintenance.public_id)


class MaintenancePublished(StatementNumber, MaintenanceDetail):
    """The answer to what was published about a maintenance."""

    class Meta(MaintenanceDetail.Meta):
        fields = ("statement", *MaintenanceDetail.Meta.fields)
