"""What was submitted for approval, over the API; it is decided in the console, by a person."""

from django.utils.translation import gettext_lazy as _
from rest_framework.generics import RetrieveAPIView

from statuspage.api.base import Resource
from statuspage.api.serializers import ProposalAnswer
from statuspage.approvals.models import Proposal


class ProposalView(Resource, RetrieveAPIView[Proposal]):
    """One proposal."""

    summaries = {"GET": _("Show what became of a submission that was answered with 202")}
    queryset = Proposal.objects.all()
    serializer_class = ProposalAnswer
    lookup_field = "pk"
    lookup_url_kwarg = "number"
