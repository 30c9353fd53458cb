"""The statement log over the API, with corrections and withdrawals."""

from typing import Any, Final
from uuid import uuid4

from django.shortcuts import get_object_or_404
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import ActionResource, Resource
from statuspage.api.serializers import (
    CorrectionSerializer,
    ProposalWaiting,
    StatementAnswer,
    StatementNumber,
    WithdrawalSerializer,
)
from statuspage.api.warnings import Warned
from statuspage.approvals.models import Proposal, ProposalAct
from statuspage.approvals.submitting import answer_submit
from statuspage.statements.models import Statement


class StatementPublished(Warned, StatementNumber, StatementAnswer):
    """The answer to a correction or a withdrawal."""


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


TELLS_ALL: Final = _(
    "Everyone notified of the original is notified of this as well. If the original needed a "
    "second person's approval, or promises money or a payout date, this is not published but "
    "submitted: the response is 202, and a second person approves it in the console. A token that "
    "may publish without approval, of an owner who may approve, publishes immediately, except for "
    "answers to a postmortem or to a change of the settlement calendar."
)


UNDOES: Final = _(
    "What the statement did is undone: the incident, maintenance or service is in the state that "
    "the other statements give it, and its promises stand again. Withdrawing the first statement "
    "of an incident closes it as published in error; that of a maintenance cancels it."
)


class _Answering(ActionResource):
    answers = {201: StatementPublished, 202: ProposalWaiting}
    answers_by: ProposalAct

    def act(self, request: Request, number: int) -> Response:
        """Publish the correction or withdrawal, or submit it where it takes two."""
        done: Any = answer_submit(
            token=uuid4(),
            act=self.answers_by,
            statement=get_object_or_404(Statement, number=number),
            author=self.author,
            alone=self.alone,
            **self.validated(request),
        )
        if isinstance(done, Proposal):
            return self.answer(done, 202)
        done.refresh_from_db()  # its document is computed by the database
        done.statement = done.number
        return self.answer(done)


class Corrections(_Answering):
    """Corrections: each says that a statement was wrong, and what is right."""

    summaries = {"POST": _("Correct a statement; both stay visible")}
    description = TELLS_ALL
    request_serializer = CorrectionSerializer
    answers_by = ProposalAct.CORRECTION


class Withdrawals(_Answering):
    """Withdrawals: each retracts a statement and gives the reason."""

    summaries = {"POST": _("Withdraw a statement; both stay visible")}
    description = format_lazy("{} {}", UNDOES, TELLS_ALL)
    request_serializer = WithdrawalSerializer
    answers_by = ProposalAct.WITHDRAWAL
