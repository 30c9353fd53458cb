"""Signals from monitors over the API, and from Alertmanager's webhook."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import ActionResource, Resource
from statuspage.api.fields import MomentSerializerField
from statuspage.api.serializers import InputSerializer
from statuspage.lib.body_limits import LENGTH
from statuspage.monitors.calls import MOST_BYTES, call_take
from statuspage.monitors.intake import signals_take
from statuspage.monitors.matching import (
    LONGEST_NAME,
    LONGEST_VALUE,
    MOST_LABELS,
    Report,
    fingerprint_of,
)
from statuspage.monitors.models import SignalDraft, SignalDraftState
from statuspage.staff.permissions import Act

STATUSES = (("firing", _("Firing")), ("resolved", _("Cleared")))


class SignalSerializer(InputSerializer):
    """A signal: a problem that a monitor has noticed, or that has ended."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=40, default="api", help_text=_("Name of the reporting system, of your choice.")
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_VALUE),
        allow_empty=False,
        help_text=_("Names and values that the rules match, such as alertname and PayoutsLate."),
    )
    status = serializers.ChoiceField(choices=STATUSES, default="firing")
    fingerprint = serializers.CharField(
        max_length=120,
        required=False,
        help_text=_("Identifies the monitored object. Default: its labels."),
    )
    started_at = MomentSerializerField(required=False, allow_null=True)
    ended_at = MomentSerializerField(required=False, allow_null=True)
    summary = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")

    def validate_labels(self, value: dict[str, str]) -> dict[str, str]:
        """Refuse more labels, or longer names, than a rule can match."""
        if len(value) > MOST_LABELS or any(len(name) > LONGEST_NAME for name in value):
            raise serializers.ValidationError(
                _("At most %(most)d labels, with names of at most %(length)d characters.")
                % {"most": MOST_LABELS, "length": LONGEST_NAME}
            )
        return value


class SignalDraftAnswer(serializers.ModelSerializer[SignalDraft]):
    """The draft that a signal belongs to."""

    state = serializers.ChoiceField(choices=SignalDraftState.choices)
    incident = serializers.CharField(source="incident.public_id", default=None, allow_null=True)

    class Meta:
        model = SignalDraft
        fields = ("id", "state", "detected_at", "count", "incident")


class SignalAnswer(serializers.Serializer[Any]):
    """The result of a signal; null where no rule matches it, or where nothing is new."""

    rule = serializers.CharField(allow_null=True)
    draft = SignalDraftAnswer(allow_null=True)


class Signals(ActionResource):
    """Signals from any monitor other than Alertmanager."""

    summaries = {"POST": _("Report a monitor signal")}
    description = _(
        "Depending on the rule, it becomes a draft for staff to confirm, or an incident "
        "immediately. Repeated reports are added to the same draft."
    )
    answers = {201: SignalAnswer}
    needs = {"POST": Act.REPORT_SIGNAL}
    request_serializer = SignalSerializer
    max_bytes = 100_000

    def act(self, request: Request) -> Response:
        """Record a signal."""
        values = self.validated(request)
        values.setdefault("fingerprint", fingerprint_of(values["labels"]))
        [taken] = signals_take([Report(firing=values.pop("status") == "firing", **values)])
        if taken.draft:
            taken.draft.refresh_from_db()
        return self.answer({"rule": taken.rule.name if taken.rule else None, "draft": taken.draft})


@extend_schema(exclude=True)
class Alertmanager(Resource):
    """`/hooks/alertmanager/`: groups of alerts; the token is in Alertmanager's own settings."""

    needs = {"POST": Act.REPORT_SIGNAL}
    # Of a longer call the first alerts are taken: Alertmanager does not resend what is refused.
    max_bytes = MOST_BYTES
    rest_is_dropped = True

    def post(self, request: Request) -> Response:
        """Record every alert that can be read, whatever the others are like."""
        raw = request._request
        body = raw.read(MOST_BYTES)
        taken = call_take(body, int(raw.META.get(LENGTH) or raw.META.get("CONTENT_LENGTH") or 0))
        counts = {"left_out": taken.left_out, "unreadable": taken.unreadable}
        noted = {name: count for name, count in counts.items() if count}
        return Response({"taken": len(taken.reports), **noted})
