"""Signals from monitors."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from statuspage.api.fields import MomentField
from statuspage.api.serializers.common import Request
from statuspage.monitors.matching import LONGEST_NAME, LONGEST_VALUE, MOST_LABELS
from statuspage.monitors.models import SignalDraft
from statuspage.monitors.reports import Report, fingerprint_of

STATUSES = (("firing", _("Firing")), ("resolved", _("Over")))


class SignalRequest(Request):
    """Something that a monitor has noticed, or that is over."""

    source = serializers.CharField(  # type: ignore[assignment]
        max_length=40, default="api", help_text=_("What reports: a name of your own.")
    )
    labels = serializers.DictField(
        child=serializers.CharField(max_length=LONGEST_VALUE),
        allow_empty=False,
        help_text=_("What rules look at: names and values, such as alertname and PayoutsLate."),
    )
    status = serializers.ChoiceField(choices=STATUSES, default="firing")
    fingerprint = serializers.CharField(
        max_length=120,
        required=False,
        help_text=_("Names the thing that is watched; left out, its labels do."),
    )
    started_at = MomentField(required=False, allow_null=True)
    ended_at = MomentField(required=False, allow_null=True)
    summary = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")
    url = serializers.URLField(max_length=500, required=False, allow_blank=True, default="")

    def validate_labels(self, value: dict[str, str]) -> dict[str, str]:
        """As many, and as long, as rules can name."""
        if len(value) > MOST_LABELS or any(len(name) > LONGEST_NAME for name in value):
            raise serializers.ValidationError(
                _("At most %(most)d labels with names of at most %(length)d characters.")
                % {"most": MOST_LABELS, "length": LONGEST_NAME}
            )
        return value

    def report(self) -> Report:
        """The same for the service."""
        values: dict[str, Any] = dict(self.validated_data)
        firing = values.pop("status") == "firing"
        values.setdefault("fingerprint", fingerprint_of(values["labels"]))
        return Report(firing=firing, **values)


class SignalDraftAnswer(serializers.ModelSerializer[SignalDraft]):
    """The draft that a signal belongs to."""

    state = serializers.ChoiceField(choices=SignalDraft.State.choices)
    incident = serializers.CharField(source="incident.public_id", default=None, allow_null=True)

    class Meta:
        model = SignalDraft
        fields = ("id", "state", "detected_at", "count", "incident")


class SignalAnswer(serializers.Serializer[Any]):
    """What became of a signal; null where no rule is for it, or where it is no news."""

    rule = serializers.CharField(allow_null=True)
    draft = SignalDraftAnswer(allow_null=True)


class AlertsAnswer(serializers.Serializer[Any]):
    """How many alerts of a group were taken in."""

    taken = serializers.IntegerField()
