"""Maintenance over the API."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import OneSubject, Publishing, Updating
from statuspage.api.fields import (
    ComponentIdsField,
    MomentSerializerField,
    ShortField,
    TextField,
    VersionField,
)
from statuspage.api.serializers import InputSerializer, PageAnswer, StatementNumber, Timeline
from statuspage.api.warnings import Warned
from statuspage.incidents.content import NAME_LENGTH
from statuspage.incidents.lifecycle import MAINTENANCE_UPDATES, MaintenanceStatus
from statuspage.incidents.models import Maintenance
from statuspage.incidents.selectors import maintenances
from statuspage.incidents.services.maintenances import maintenance_schedule, maintenance_update
from statuspage.incidents.services.replanning import maintenance_cancel, maintenance_reschedule
from statuspage.statements.models import Statement

# What an update can lead to; cancelling is an act of its own.
STAGES: Final = frozenset().union(*MAINTENANCE_UPDATES.values())


class MaintenanceSerializer(InputSerializer):
    """Announcing maintenance."""

    name = TextField(max_length=NAME_LENGTH)
    body = TextField()
    short = ShortField()
    components = ComponentIdsField()
    scheduled_for = MomentSerializerField()
    scheduled_until = MomentSerializerField()
    short_notice_reason = TextField(
        required=False,
        help_text=_(
            "Required if announced less than five working days ahead. It is shown on the page."
        ),
    )


class MaintenanceUpdateSerializer(InputSerializer):
    """The next update of a maintenance."""

    status = serializers.ChoiceField(
        choices=[one for one in MaintenanceStatus.choices if one[0] in STAGES]
    )
    body = TextField()
    short = ShortField()
    version = VersionField()


class CancellationSerializer(InputSerializer):
    """Calling a maintenance off."""

    body = TextField(help_text=_("Why it is cancelled. It is shown and sent."))
    short = ShortField()
    version = VersionField()


class ReschedulingSerializer(InputSerializer):
    """Other times or other components; what is left out stays as it is."""

    body = TextField()
    short = ShortField()
    scheduled_for = MomentSerializerField(
        required=False, help_text=_("Only before it has started.")
    )
    scheduled_until = MomentSerializerField(required=False)
    components = ComponentIdsField(
        required=False, help_text=_("All that are affected from now on.")
    )
    short_notice_reason = TextField(
        required=False,
        help_text=_(
            "Required if the new start is less than five working days ahead. It is shown on the "
            "page."
        ),
    )
    version = VersionField()


class MaintenanceAnswer(PageAnswer):
    """A maintenance as it now is."""

    subject_type = "maintenance"

    name = TextField()
    status = serializers.ChoiceField(choices=MaintenanceStatus.choices)
    components = serializers.SerializerMethodField()
    scheduled_for = MomentSerializerField()
    scheduled_until = MomentSerializerField()
    created_at = MomentSerializerField()
    updated_at = MomentSerializerField()
    started_at = MomentSerializerField(allow_null=True)
    completed_at = MomentSerializerField(allow_null=True)
    cancelled_at = MomentSerializerField(allow_null=True)
    version = serializers.IntegerField()

    @extend_schema_field(ComponentIdsField)
    def get_components(self, maintenance: Maintenance) -> list[str]:
        """Return the public ids of the affected components."""
        return [one.public_id for one in maintenance.components.all()]


class MaintenanceDetail(MaintenanceAnswer, Timeline):
    """A maintenance with all statements about it."""


class MaintenancePublished(Warned, StatementNumber, MaintenanceDetail):
    """The answer after publishing about a maintenance."""


class Maintenances(Publishing, ListAPIView[Maintenance]):
    """All maintenance."""

    summaries = {"GET": _("List maintenance, newest first"), "POST": _("Announce maintenance")}
    description = _(
        "It starts and ends automatically at the planned times, and both are published."
    )
    answers = {201: MaintenancePublished}
    queryset = maintenances()
    serializer_class = MaintenanceAnswer
    request_serializer = MaintenanceSerializer

    def act(self, request: Request) -> Response:
        """Announce maintenance."""
        return self.published(maintenance_schedule(**self.validated(request), author=self.author))


class MaintenanceView(OneSubject):
    """One maintenance."""

    summaries = {"GET": _("Show a maintenance with its timeline")}
    queryset = maintenances()
    serializer_class = MaintenanceDetail


class MaintenanceUpdates(Updating):
    """Updates of a maintenance."""

    summaries = {"POST": _("Publish the next update of a maintenance")}
    answers = {201: MaintenancePublished}
    queryset = maintenances()
    request_serializer = MaintenanceUpdateSerializer

    def update(self, maintenance: Maintenance, **values: Any) -> Statement:
        """Publish the update."""
        return maintenance_update(maintenance=maintenance, author=self.author, **values)


class MaintenanceCancellations(Updating):
    """Cancelling a maintenance."""

    summaries = {"POST": _("Cancel a maintenance")}
    description = _(
        "Possible until it is over. Everybody who was told of it is told that it is cancelled."
    )
    answers = {201: MaintenancePublished}
    queryset = maintenances()
    request_serializer = CancellationSerializer

    def update(self, maintenance: Maintenance, **values: Any) -> Statement:
        """Publish the cancellation."""
        return maintenance_cancel(maintenance=maintenance, author=self.author, **values)


class MaintenanceReschedulings(Updating):
    """Rescheduling a maintenance."""

    summaries = {"POST": _("Reschedule a maintenance")}
    description = _(
        "Gives it other times or other components. Once it has started, its start stays. "
        "Everybody who was told of it is told of the change."
    )
    answers = {201: MaintenancePublished}
    queryset = maintenances()
    request_serializer = ReschedulingSerializer

    def update(self, maintenance: Maintenance, **values: Any) -> Statement:
        """Publish the new plan."""
        return maintenance_reschedule(maintenance=maintenance, author=self.author, **values)
