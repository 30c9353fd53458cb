"""Maintenance over the API."""

from typing import Final

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Resource, published
from statuspage.api.serializers.maintenances import (
    MaintenanceAnswer,
    MaintenanceDetail,
    MaintenancePublished,
    MaintenanceRequest,
    MaintenanceUpdateRequest,
)
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import maintenances
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update

ANNOUNCING: Final = OpenApiExample(
    "Announcing",
    request_only=True,
    value={
        "name": {"zh-hans": "商户后台升级", "en": "Merchant portal upgrade"},
        "body": {
            "zh-hans": "3月1日0:00至2:00商户后台不可登录,刷卡和到账不受影响。",
            "en": "The portal is closed from 0:00 to 2:00. Payments and payouts go on.",
        },
        "components": ["4k7mz2qw9x3p"],
        "scheduled_for": "2025-03-01T00:00:00+08:00",
        "scheduled_until": "2025-03-01T02:00:00+08:00",
    },
)


@extend_schema_view(
    get=extend_schema(summary=_("List maintenance, the newest first")),
    post=extend_schema(
        summary=_("Announce maintenance"),
        description=_("It starts and ends by itself at its times, and says so."),
        request=MaintenanceRequest,
        responses={201: MaintenancePublished},
        examples=[ANNOUNCING],
    ),
)
class Maintenances(Acting, ListAPIView[Maintenance]):
    """All maintenance."""

    serializer_class = MaintenanceAnswer
    request_serializer = MaintenanceRequest

    def get_queryset(self) -> QuerySet[Maintenance]:
        """All of it."""
        return maintenances()

    def act(self, request: Request) -> Response:
        """Announce one."""
        statement = maintenance_schedule(**self.validated(request), author=self.author)
        maintenance = maintenances().get(public_id=statement.subject_id)
        return published(statement, MaintenanceDetail(maintenance))


@extend_schema_view(get=extend_schema(summary=_("Show a maintenance with its timeline")))
class OneMaintenance(Resource, RetrieveAPIView[Maintenance]):
    """One maintenance."""

    serializer_class = MaintenanceDetail
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Maintenance]:
        """Among all."""
        return maintenances()


@extend_schema_view(
    post=extend_schema(
        summary=_("Publish the next update of a maintenance"),
        request=MaintenanceUpdateRequest,
        responses={201: MaintenancePublished},
    )
)
class MaintenanceUpdates(Acting):
    """What is said next about a maintenance."""

    serializer_class = MaintenancePublished
    request_serializer = MaintenanceUpdateRequest

    def act(self, request: Request, public_id: str) -> Response:
        """Publish an update."""
        maintenance = get_object_or_404(maintenances(), public_id=public_id)
        values = self.validated(request)
        # The service compares this with the row: what the caller has read decides.
        maintenance.version = values.pop("version", maintenance.version)
        statement = maintenance_update(maintenance=maintenance, author=self.author, **values)
        return published(statement, MaintenanceDetail(maintenances().get(pk=maintenance.pk)))
