"""What monitors report: anything over the API, and Alertmanager by its webhook."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Resource
from statuspage.api.serializers.signals import AlertsAnswer, SignalAnswer, SignalRequest
from statuspage.monitors.alertmanager import Unreadable, reports_of
from statuspage.monitors.taking import Taken, signals_take
from statuspage.staff.scopes import Scope

PAYOUTS_LATE: Final = OpenApiExample(
    "Payouts are late",
    request_only=True,
    value={
        "source": "batch-watch",
        "labels": {"alertname": "PayoutsLate", "cycle": "T+1"},
        "status": "firing",
        "started_at": "2025-02-20T10:42:00+08:00",
        "summary": "3 of 12 payout files not acknowledged",
    },
)


@extend_schema_view(
    post=extend_schema(
        summary=_("Report what a monitor sees"),
        description=_(
            "By rule it becomes a draft that staff confirm, or, where the rule says so, an "
            "incident at once. Repeating a report adds to the same draft."
        ),
        request=SignalRequest,
        responses={201: SignalAnswer},
        examples=[PAYOUTS_LATE],
    )
)
class Signals(Acting):
    """What anything but Alertmanager reports."""

    scope = Scope.SIGNALS
    serializer_class = SignalAnswer
    request_serializer = SignalRequest
    max_bytes = 100_000

    def act(self, request: Request) -> Response:
        """Take it in."""
        serializer = SignalRequest(data=request.data)
        serializer.is_valid(raise_exception=True)
        [taken] = signals_take([serializer.report()])
        return Response(SignalAnswer(_answer(taken)).data, status=201)


@extend_schema(exclude=True)
class Alertmanager(Resource):
    """`/hooks/alertmanager/`: groups of alerts; the token stands in Alertmanager's own settings."""

    scope = Scope.SIGNALS
    serializer_class = AlertsAnswer

    def post(self, request: Request) -> Response:
        """Take in every alert of the group; it is unreadable as a whole, or not at all."""
        try:
            reports = reports_of(request.data)
        except Unreadable as error:
            raise ParseError(_("This is not Alertmanager's webhook, version 4.")) from error
        return Response({"taken": len(signals_take(reports))})


def _answer(taken: Taken) -> dict[str, object]:
    if taken.draft:
        taken.draft.refresh_from_db()
    return {"rule": taken.rule.name if taken.rule else None, "draft": taken.draft}
