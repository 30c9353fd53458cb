"""Fields and serializers that several resources share."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.delivery.render import page_url
from statuspage.approvals.models import Proposal, ProposalState
from statuspage.components.statuses import ComponentStatus, Impact
from statuspage.incidents.content import NAME_LENGTH
from statuspage.statements.selectors import timeline
from statuspage.statements.short import LIMITS, Short, clean_short
from statuspage.statements.texts import CHINESE, ENGLISH, MAX_LENGTH, Text, clean_text

# Any year beyond these is a typing error, and the extremes cannot be converted between zones.
YEARS: Final = range(2000, 2101)
PUBLIC_ID: Final = re.compile(r"[0-9a-z]{1,12}")
MOST_COMPONENTS: Final = 500

TEXT_SCHEMA: Final = {
    "type": "object",
    "description": "Chinese is required; English falls back to it.",
    "properties": {CHINESE: {"type": "string"}, ENGLISH: {"type": "string"}},
    "required": [CHINESE],
    "additionalProperties": False,
    "example": {CHINESE: "部分小微商户T+1到账延迟", ENGLISH: "Some T+1 payouts are late"},
}


@extend_schema_field(TEXT_SCHEMA)
class TextField(serializers.Field[Text, Any, Text, Any]):
    """A text in the operator's languages."""

    def __init__(self, *, max_length: int = MAX_LENGTH, **options: Any) -> None:
        self.max_length = max_length
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Text:
        """Return the cleaned text."""
        return clean_text(data, max_length=self.max_length)

    def to_representation(self, value: Text) -> Text:
        """Return the text unchanged."""
        return value


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            medium: {**TEXT_SCHEMA, "description": f"At most {most} characters.", "example": words}
            for (medium, most), words in zip(
                LIMITS.items(),
                (
                    {CHINESE: "部分到账延迟，资金安全，无需操作。"},
                    {CHINESE: "部分到账延迟，资金安全"},
                ),
                strict=True,
            )
        },
        "additionalProperties": False,
    }
)
class ShortField(serializers.Field[Short, Any, Short, Any]):
    """Shorter words for channels with little room."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            help_text=_(
                "Shorter words that SMS or WeChat say in place of the body. They are part of the "
                "statement."
            ),
        )

    def to_internal_value(self, data: Any) -> Short:
        """Return the cleaned words."""
        return clean_short(data)

    def to_representation(self, value: Short) -> Short:
        """Return them unchanged."""
        return value


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentSerializerField(serializers.Field[datetime, Any, str, Any]):
    """An ISO 8601 time with its offset: without one a time is ambiguous."""

    default_error_messages = {
        "format": _("Enter a date and time, such as 2025-02-21T15:30:00+08:00."),
        "offset": _("Include the offset from UTC, such as 2025-02-21T15:30:00+08:00."),
        "year": _("The year must be from 2000 to 2100."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment, in UTC."""
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("format")
        if moment.tzinfo is None:
            self.fail("offset")
        if moment.year not in YEARS:
            self.fail("year")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        """Return the moment in UTC, in ISO 8601 with a final `Z`."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ComponentStatusesField(serializers.DictField):
    """Public ids of components, each with the state that it is in."""

    child = serializers.ChoiceField(choices=ComponentStatus.choices)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the mapping; refuse keys that do not have the form of a public id."""
        if isinstance(data, Mapping):
            check_ids(list(data))
        return dict(super().to_internal_value(data))


class ComponentIdsField(serializers.ListField):
    """Public ids of components."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the list; refuse values that do not have the form of a public id."""
        values = list(super().to_internal_value(data))
        check_ids(values)
        return values


def check_ids(values: list[str]) -> None:
    """Check the form and number of component ids; the service checks that they exist.

    Raises:
        ValidationError: an id has another form, or there are too many.
    """
    if len(values) > MOST_COMPONENTS:
        raise serializers.ValidationError(
            _("At most %(limit)d components at once.") % {"limit": MOST_COMPONENTS}
        )
    odd = [value for value in values if not PUBLIC_ID.fullmatch(value)]
    if odd:
        raise serializers.ValidationError(
            _("There is no component with the ID “%(id)s”.") % {"id": odd[0][:40]}
        )


class InputSerializer(serializers.Serializer[Any]):
    """A body whose every field is known: a misspelt name is an error."""

    default_error_messages = {"invalid": _("Send a JSON object.")}

    def to_internal_value(self, data: Any) -> Any:
        """Return the values; the errors name every wrong or unknown field."""
        unknown = set(data) - set(self.fields) if isinstance(data, Mapping) else set()
        errors: dict[str, Any] = {name: [_("Unknown field.")] for name in sorted(unknown)}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            errors |= error.detail
        if errors:
            raise serializers.ValidationError(errors)
        return values


class WithdrawalSerializer(InputSerializer):
    """A withdrawal: its reason."""

    body = TextField()


class CorrectionSerializer(InputSerializer):
    """A correction: the text or the facts that are right; what is left out stays as it is.

    Facts can be corrected in statements about incidents; name and start in the first one.
    """

    body = TextField(required=False, help_text=_("Default: the text as it is."))
    name = TextField(max_length=NAME_LENGTH, required=False)
    started_at = MomentSerializerField(required=False)
    impact = serializers.ChoiceField(choices=Impact.choices, required=False)
    components = ComponentStatusesField(
        required=False, help_text=_("The services whose status was wrong, with the right one.")
    )
    next_update_by = MomentSerializerField(
        required=False,
        help_text=_("Only in the newest statement, and only before the promised time."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a correction of nothing."""
        if not attrs:
            raise serializers.ValidationError({"body": [_("Send the text or a fact to correct.")]})
        return attrs


class SubjectAnswer(serializers.Serializer[Any]):
    """What a statement is about."""

    type = serializers.CharField(source="subject_type")
    id = serializers.CharField(source="subject_id")


class StatementAnswer(serializers.Serializer[Any]):
    """One statement of the log, with the document that was hashed."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    subject = SubjectAnswer(source="*")
    corrects = serializers.IntegerField(
        source="corrects_id", allow_null=True, help_text=_("Number of the corrected statement.")
    )
    published_at = MomentSerializerField()
    sha256 = serializers.CharField()
    document = serializers.DictField(
        help_text=_("The content that the SHA-256 is computed from, as canonical JSON.")
    )


class StatementNumber(serializers.Serializer[Any]):
    """Adds the number of the new statement to an answer."""

    statement = serializers.IntegerField(help_text=_("Statement number in the log."))


class PageAnswer(serializers.Serializer[Any]):
    """Something with a public page."""

    # The type that statements give for it.
    subject_type: str

    id = serializers.CharField(source="public_id")
    url = serializers.SerializerMethodField(help_text=_("Public page, in Chinese."))

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, row: Any) -> str:
        """URL of the public page, in Chinese."""
        subject = {"type": self.subject_type, "id": row.public_id}
        return page_url({"subject": subject}, CHINESE)


class Timeline(serializers.Serializer[Any]):
    """Adds the statements about the object to its serializer."""

    subject_type: str

    timeline = serializers.SerializerMethodField()

    @extend_schema_field(StatementAnswer(many=True))
    def get_timeline(self, row: Any) -> list[dict[str, Any]]:
        """Return the statements, oldest first, corrections included."""
        said = timeline(self.subject_type, row.public_id)
        return [dict(one) for one in StatementAnswer(said, many=True).data]


class StatementPublished(StatementNumber, StatementAnswer):
    """The answer to a correction or a withdrawal."""


class ProposalWaiting(serializers.ModelSerializer[Proposal]):
    """What was submitted for approval: nothing is public yet."""

    state = serializers.ChoiceField(choices=ProposalState.choices)
    corrects = serializers.IntegerField(
        source="answers_id",
        allow_null=True,
        help_text=_("Number of the statement that is to be corrected or withdrawn."),
    )
    publish_at = MomentSerializerField(
        allow_null=True, help_text=_("When it is published; null: once it is approved.")
    )
    url = serializers.SerializerMethodField(
        help_text=_("Console page on which a second person decides.")
    )

    class Meta:
        model = Proposal
        fields: tuple[str, ...] = ("id", "kind", "corrects", "state", "publish_at", "url")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, proposal: Proposal) -> str:
        """Return the URL of the console page on which a second person decides."""
        return settings.SITE_URL + reverse("console:notice_proposal", args=[proposal.pk])


class ProposalAnswer(ProposalWaiting):
    """What became of it: published as a statement, or sent back for a reason."""

    reason = serializers.CharField(
        source="note", help_text=_("Why it was sent back. Empty: no reason was given.")
    )
    statement = serializers.IntegerField(
        source="statement_id",
        allow_null=True,
        help_text=_("Number of the statement that it was published as."),
    )
    proposed_at = MomentSerializerField()
    decided_at = MomentSerializerField(allow_null=True)

    class Meta(ProposalWaiting.Meta):
        fields = (
            *ProposalWaiting.Meta.fields,
            "reason",
            "statement",
            "proposed_at",
            "decided_at",
        )
