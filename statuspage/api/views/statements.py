"""The statement log over the API, with corrections and withdrawals."""

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import ActionResource, Resource
from statuspage.api.serializers import AnswerSerializer, StatementAnswer, StatementPublished
from statuspage.statements.models import Statement
from statuspage.statements.services import statement_correct, statement_withdraw


class Statements(Resource, ListAPIView[Statement]):
    """The whole log."""

    summaries = {"GET": _("List all statements, newest first")}
    queryset = Statement.objects.all()
    serializer_class = StatementAnswer


class StatementView(Resource, RetrieveAPIView[Statement]):
    """One statement."""

    summaries = {"GET": _("Show a statement")}
    queryset = Statement.objects.all()
    serializer_class = StatementAnswer
    lookup_field = "number"


class _Answering(ActionResource):
    request_serializer = AnswerSerializer
    answers = {201: StatementPublished}
    service = staticmethod(statement_correct)

    def act(self, request: Request, number: int) -> Response:
        """Publish the correction or withdrawal."""
        statement = get_object_or_404(Statement, number=number)
        answer: Any = self.service(
            statement=statement, author=self.author, **self.validated(request)
        )
        answer.refresh_from_db()  # its document is computed by the database
        answer.statement = answer.number
        return self.answer(answer)


class Corrections(_Answering):
    """Corrections: each says that a statement was wrong, and what is right."""

    summaries = {"POST": _("Correct a statement; both stay visible")}
    description = _("Everyone notified of the original is notified of the correction.")


class Withdrawals(_Answering):
    """Withdrawals: each retracts a statement and gives the reason."""

    summaries = {"POST": _("Withdraw a statement; both stay visible")}
    service = staticmethod(statement_withdraw)
