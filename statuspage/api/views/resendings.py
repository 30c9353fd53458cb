"""Reactivate stopped addresses and send failed messages again, over the API: numbers first."""

from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.generics import RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.channels import media
from notifications.channels.outcomes import Reason
from notifications.delivery.acts import Resending
from notifications.delivery.resendable import Chosen, Numbers, numbers_of
from notifications.delivery.resending import resending_begin
from notifications.delivery.states import DeliveryState
from notifications.media import current_name
from notifications.subscribers.services.subscriptions import BY_OWNER
from statuspage.api.base import ActionResource, Resource
from statuspage.api.errors import Conflict
from statuspage.api.fields import MomentSerializerField
from statuspage.api.serializers import InputSerializer
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.permissions import Act

LARGEST_NUMBER: Final = 2**63 - 1
REASONS: Final = sorted(Reason)
STOPPABLE: Final = sorted(set(Reason) - BY_OWNER)


class ResendingSerializer(InputSerializer):
    """Which addresses or messages; with the numbers that were answered before, it is done."""

    stopped_for = serializers.ChoiceField(
        choices=STOPPABLE,
        required=False,
        help_text=_("Reactivate the addresses that were stopped for this reason."),
    )
    statement = serializers.IntegerField(
        min_value=1,
        max_value=LARGEST_NUMBER,
        required=False,
        help_text=_("Or: send the failed messages of this statement again."),
    )
    channel = serializers.CharField(max_length=20, required=False)
    state = serializers.ChoiceField(choices=DeliveryState.choices, required=False)
    reason = serializers.ChoiceField(choices=REASONS, required=False)
    addresses = serializers.IntegerField(
        min_value=0,
        required=False,
        help_text=_(
            "The number in the answer to a request without it. Nothing is done unless both are "
            "given."
        ),
    )
    messages = serializers.IntegerField(min_value=0, required=False)

    def validate_channel(self, value: str) -> str:
        """Return the medium's present name, and refuse one that is unknown."""
        value, names = current_name(value), [one.name for one in media()]
        if value not in names:
            raise serializers.ValidationError(
                _("Channel not found. Choose one of: %(channels)s.")
                % {"channels": ", ".join(names)}
            )
        return value

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        """Refuse everything at once, and what has no meaning together."""
        stopped = "stopped_for" in given
        if stopped == ("statement" in given):
            raise serializers.ValidationError(_("Give either stopped_for or statement."))
        if stopped and {"state", "reason"} & set(given):
            raise serializers.ValidationError(_("state and reason are only for a statement."))
        return given


class StatementCount(serializers.Serializer[Any]):
    """How many messages of a statement."""

    statement = serializers.IntegerField()
    messages = serializers.IntegerField()


class ResendingNumbers(serializers.Serializer[Any]):
    """What would be done now; nothing has been."""

    addresses = serializers.IntegerField()
    messages = serializers.IntegerField()
    too_old = serializers.IntegerField()
    replaced = serializers.IntegerField()
    cost = serializers.DecimalField(max_digits=12, decimal_places=4)
    currency = serializers.CharField()
    by_statement = StatementCount(many=True)


class ResendingAnswer(serializers.ModelSerializer[Resending]):
    """An act under way or done, and how far it has come."""

    asked_at = MomentSerializerField()
    finished_at = MomentSerializerField(allow_null=True)

    class Meta:
        model = Resending
        fields = (
            *("id", "asked_at", "finished_at", "addresses", "messages"),
            *("addresses_expected", "messages_expected"),
        )


class Resendings(ActionResource):
    """Acts of reactivating and sending again."""

    about_log = False
    summaries = {"POST": _("Reactivate stopped addresses and send failed messages again")}
    description = _(
        "First without numbers: the answer (200) says what would be done and what it costs. Then "
        "with its “addresses” and “messages”: it is done (201), or refused (409) where they have "
        "changed or the same is under way. Whoever unsubscribed stays unsubscribed."
    )
    answers = {200: ResendingNumbers, 201: ResendingAnswer}
    needs = {"POST": Act.DECIDE_DEAD_LETTERS}
    request_serializer = ResendingSerializer

    def act(self, request: Request) -> Response:
        """Say the numbers, or begin the act that they were confirmed for."""
        values = self.validated(request)
        confirmed = (values.pop("addresses", None), values.pop("messages", None))
        chosen = Chosen(stopped=values.pop("stopped_for", ""), **values)
        numbers = numbers_of(chosen)
        if None in confirmed:
            return self.answer(_said(numbers), 200)
        if confirmed != (numbers.addresses, numbers.messages):
            raise Conflict(_("The numbers have changed. Ask for them again."))
        return self.answer(self._begun(request, chosen, numbers))

    def _begun(self, request: Request, chosen: Chosen, numbers: Numbers) -> Resending:
        if not (numbers.addresses or numbers.messages):
            raise Conflict(_("There is nothing to send again."))
        with transaction.atomic():
            begun = resending_begin(chosen, numbers)
            if begun is None:
                raise Conflict(_("This is already under way."))
            record(
                act="resending.begun",
                staff=self.author,
                token=self.token,
                target=str(begun.pk),
                after={**begun.about, "messages": numbers.messages},
                ip=client_ip(request._request),
            )
        begun.refresh_from_db()
        return begun


class ResendingView(Resource, RetrieveAPIView[Resending]):
    """One act, and how far it has come."""

    about_log = False
    summaries = {"GET": _("Show the progress of reactivating and sending again")}
    queryset = Resending.objects.all()
    serializer_class = ResendingAnswer
    lookup_field = "pk"
    lookup_url_kwarg = "number"


def _said(numbers: Numbers) -> dict[str, Any]:
    return {
        "addresses": numbers.addresses,
        "messages": numbers.messages,
        "too_old": numbers.too_old,
        "replaced": numbers.replaced,
        "cost": numbers.cost,
        "currency": settings.SMS_CURRENCY,
        "by_statement": [
            {"statement": said.number, "messages": count} for said, count in numbers.by_statement()
        ],
    }
