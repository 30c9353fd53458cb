"""Serializers that several resources share."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.carrier_words.findings import sms_findings
from notifications.delivery.render import page_url
from statuspage.api.fields import ComponentStatusesField, MomentSerializerField, TextField
from statuspage.approvals.models import Proposal, ProposalState
from statuspage.components.statuses import Impact
from statuspage.incidents.content import NAME_LENGTH
from statuspage.notices.generated import REASON_LENGTH
from statuspage.statements.models import Statement
from statuspage.statements.selectors import timeline
from statuspage.statements.texts import CHINESE


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
    confirmed = serializers.BooleanField(
        required=False,
        help_text=_("Whether you accept the warnings returned earlier."),
    )
    confirmed_reason = serializers.CharField(
        required=False,
        max_length=REASON_LENGTH,
        help_text=_("Why the text is right although it says what the payload does not."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a correction of nothing."""
        if not {*attrs} - {"confirmed", "confirmed_reason"}:
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
    """Adds the number of the new statement to an answer, and what is unusual about it."""

    statement = serializers.IntegerField(help_text=_("Statement number in the log."))
    warnings = serializers.SerializerMethodField(
        help_text=_("Sentences about what is unusual, in the language of Accept-Language.")
    )

    def get_warnings(self, row: Any) -> list[str]:
        """Return what the console points out to whoever publishes the same."""
        said = Statement.objects.get(number=row.statement)
        return [str(one) for one in [*self.unusual(row, said), *sms_findings(said.document)]]

    def unusual(self, row: Any, said: Statement) -> Sequence[object]:
        """Return what is unusual beside what its SMS says."""
        return ()


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
