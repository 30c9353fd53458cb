"""What the resources' serializers share."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notifications.delivery.render import page_url
from statuspage.api.fields import MomentField
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.texts import CHINESE


class Request(serializers.Serializer[Any]):
    """A body whose every field is known: a misspelt name must not be passed over in silence."""

    default_error_messages = {"invalid": _("Send a JSON object.")}

    def to_internal_value(self, data: Any) -> Any:
        """The values; errors name every field that is wrong, and every one that there is not."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        errors: dict[str, Any] = {name: [_("There is no such field.")] for name in sorted(unknown)}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            errors |= error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values


class SubjectAnswer(serializers.Serializer[Any]):
    """What a statement is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")


class StatementAnswer(serializers.ModelSerializer[Statement]):
    """One statement of the log, with the document that was hashed."""

    subject = SubjectAnswer(source="*")
    corrects = serializers.IntegerField(
        source="corrects_id", allow_null=True, help_text=_("Number of the statement it corrects.")
    )
    published_at = MomentField()
    document = serializers.DictField(help_text=_("What the SHA-256 is of, as canonical JSON."))

    class Meta:
        model = Statement
        fields: tuple[str, ...] = (
            "number",
            "kind",
            "subject",
            "corrects",
            "published_at",
            "sha256",
            "document",
        )


class StatementNumber(serializers.Serializer[Any]):
    """Added to the answer to whatever is published."""

    statement = serializers.IntegerField(help_text=_("Number of the statement in the log."))


def statements_about(subject_type: str, public_id: str) -> list[dict[str, Any]]:
    """The timeline of a subject, oldest first."""
    return [dict(one) for one in StatementAnswer(timeline(subject_type, public_id), many=True).data]


def page_of(subject_type: str, public_id: str) -> str:
    """The public page of a subject, in Chinese."""
    return page_url({"subject": {"type": subject_type, "id": public_id}}, CHINESE)


class StatementPublished(StatementNumber, StatementAnswer):
    """The answer to a correction or a withdrawal."""

    class Meta(StatementAnswer.Meta):
        fields = ("statement", *StatementAnswer.Meta.fields)
