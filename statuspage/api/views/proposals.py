"""What was submitted, over the API; it is approved in the console, and may be stopped here."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import ActionResource, Resource
from statuspage.api.serializers import InputSerializer, ProposalAnswer
from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import NOTE_LENGTH, send_back


class ProposalView(Resource, RetrieveAPIView[Proposal]):
    """One proposal."""

    summaries = {"GET": _("Show what became of a submission that was answered with 202")}
    queryset = Proposal.objects.all()
    serializer_class = ProposalAnswer
    lookup_field = "pk"
    lookup_url_kwarg = "number"


class StopSerializer(InputSerializer):
    """Stopping what waits or is scheduled."""

    reason = serializers.CharField(
        required=False, max_length=NOTE_LENGTH, help_text=_("Why, for its author.")
    )


class ProposalStop(ActionResource):
    """The end of a submission before it is published."""

    summaries = {"POST": _("Stop a submission before it is published")}
    description = _(
        "For its author, and for those who may approve it. What waits for approval or is scheduled "
        "is not published. 400 if it is published already."
    )
    queryset = Proposal.objects.all()
    serializer_class = ProposalAnswer
    request_serializer = StopSerializer
    answers = {200: ProposalAnswer}

    def act(self, request: Request, number: int) -> Response:
        """Send it back to its author."""
        found = get_object_or_404(self.get_queryset(), pk=number)
        reason = self.validated(request).get("reason", "")
        send_back(proposal=found, staff=self.author, note=reason)
        found.refresh_from_db()
        return self.answer(found, 200)
