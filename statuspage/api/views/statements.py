"""The log over the API, and the two ways to answer what is in it."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Resource, published
from statuspage.api.serializers.common import StatementAnswer, StatementPublished
from statuspage.api.serializers.statements import AnswerRequest
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw


@extend_schema_view(get=extend_schema(summary=_("List statements, the newest first")))
class Statements(Resource, ListAPIView[Statement]):
    """The whole log."""

    queryset = Statement.objects.all()
    serializer_class = StatementAnswer


@extend_schema_view(get=extend_schema(summary=_("Show a statement")))
class OneStatement(Resource, RetrieveAPIView[Statement]):
    """One statement."""

    queryset = Statement.objects.all()
    serializer_class = StatementAnswer
    lookup_field = "number"


class _Answering(Acting):
    serializer_class = StatementPublished
    request_serializer = AnswerRequest
    service = staticmethod(statement_correct)

    def act(self, request: Request, number: int) -> Response:
        """Publish the answer."""
        statement = get_object_or_404(Statement, number=number)
        answer = self.service(statement=statement, author=self.author, **self.validated(request))
        answer.refresh_from_db()  # its document is computed by the database
        return published(answer, StatementAnswer(answer))


@extend_schema_view(
    post=extend_schema(
        summary=_("Correct a statement; both stay visible"),
        description=_("Whoever was told the first is told the correction."),
        request=AnswerRequest,
        responses={201: StatementPublished},
    )
)
class Corrections(_Answering):
    """Says that a statement was wrong, and what is right."""


@extend_schema_view(
    post=extend_schema(
        summary=_("Withdraw a statement; both stay visible"),
        request=AnswerRequest,
        responses={201: StatementPublished},
    )
)
class Withdrawals(_Answering):
    """Takes a statement back, with the reason."""

    service = staticmethod(statement_withdraw)
