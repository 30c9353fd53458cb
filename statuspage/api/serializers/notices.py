"""Notices to merchants."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from statuspage.api.fields import MomentField, TextField
from statuspage.api.serializers.common import (
    Request,
    StatementAnswer,
    StatementNumber,
    page_of,
    statements_about,
)
from statuspage.console.models import Proposal
from statuspage.settlement.audience import CODE_LENGTH, MOST_PRODUCTS, MerchantCategory
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import NoticeKind, every_kind, kinds, notice_kind
from statuspage.settlement.services import TITLE_LENGTH

KINDS = [(kind.name, kind.label) for kind in kinds()]
EVERY_KIND = [(kind.name, kind.label) for kind in every_kind()]


class AudienceRequest(Request):
    """To which merchants it is addressed."""

    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=MerchantCategory.choices),
        required=False,
        help_text=_("Empty: every merchant."),
    )
    products = serializers.ListField(
        child=serializers.CharField(max_length=CODE_LENGTH),
        required=False,
        max_length=MOST_PRODUCTS,
        help_text=_("Codes of products. Empty: every product."),
    )
    agents = serializers.BooleanField(
        required=False, help_text=_("Whether agents are to know as well.")
    )


def payload_schema(kind: NoticeKind) -> dict[str, Any]:
    """The JSON schema of a kind's payload; what is worked out need not be sent."""
    return {
        "type": "object",
        "title": kind.name,
        "description": str(kind.label),
        "properties": {
            one.name: {**one.value.schema, "description": str(one.label)} for one in kind.fields
        },
        "required": [one.name for one in kind.fields if one.required],
        "additionalProperties": False,
    }


# An empty list of what is required is not valid everywhere.
PAYLOADS = {
    "anyOf": [
        {name: value for name, value in payload_schema(kind).items() if value or name != "required"}
        for kind in kinds()
    ]
}


@extend_schema_field(PAYLOADS)
class PayloadField(serializers.DictField):
    """The details of a notice, by its kind."""


class NoticeRequest(Request):
    """Publishing a notice."""

    kind = serializers.ChoiceField(choices=KINDS)
    title = TextField(max_length=TITLE_LENGTH)
    body = TextField()
    payload = PayloadField(required=False, help_text=_("Details; which ones, depends on the kind."))
    audience = AudienceRequest(required=False)
    effective_from = MomentField(required=False, allow_null=True)
    effective_until = MomentField(required=False, allow_null=True)
    incident = serializers.CharField(
        required=False, max_length=12, help_text=_("Id of the incident it belongs to.")
    )
    confirmed = serializers.BooleanField(
        required=False,
        help_text=_("Whether a warning that the answer gave before was read and is accepted."),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Check the details already here, so that what is wrong is named by its place."""
        try:
            notice_kind(attrs["kind"]).clean(attrs.get("payload", {}))
        except ValidationError as error:
            raise serializers.ValidationError(
                {"payload": serializers.as_serializer_error(error)}
            ) from error
        return attrs


class NoticeAnswer(serializers.ModelSerializer[Notice]):
    """A notice."""

    id = serializers.CharField(source="public_id")
    kind = serializers.ChoiceField(choices=EVERY_KIND)
    title = TextField()
    payload = serializers.DictField()
    audience = AudienceRequest()
    effective_from = MomentField(allow_null=True)
    effective_until = MomentField(allow_null=True)
    incident = serializers.SerializerMethodField()
    published_at = MomentField()
    url = serializers.SerializerMethodField()

    class Meta:
        model = Notice
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "title",
            "payload",
            "audience",
            "effective_from",
            "effective_until",
            "incident",
            "published_at",
            "url",
        )

    def get_incident(self, notice: Notice) -> str | None:
        """Id of the incident it belongs to."""
        return notice.incident_id or None

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, notice: Notice) -> str:
        """The public page."""
        return page_of("notice", notice.public_id)


class NoticeDetail(NoticeAnswer):
    """The same with everything that was said about it; its text is in there."""

    timeline = serializers.SerializerMethodField()

    class Meta(NoticeAnswer.Meta):
        fields = (*NoticeAnswer.Meta.fields, "timeline")

    @extend_schema_field(StatementAnswer(many=True))
    def get_timeline(self, notice: Notice) -> list[dict[str, Any]]:
        """Oldest first, corrections included."""
        return statements_about("notice", notice.public_id)


class NoticePublished(StatementNumber, NoticeDetail):
    """The answer to a published notice."""

    class Meta(NoticeDetail.Meta):
        fields = ("statement", *NoticeDetail.Meta.fields)


class NoticeWaiting(serializers.ModelSerializer[Proposal]):
    """A notice that was handed over: nothing is public yet."""

    state = serializers.ChoiceField(choices=Proposal.State.choices)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Proposal
        fields = ("id", "kind", "state", "url")

    @extend_schema_field(OpenApiTypes.URI)
    def get_url(self, proposal: Proposal) -> str:
        """The console's page on which a second person decides."""
        return settings.SITE_URL + reverse("console:notice_proposal", args=[proposal.pk])
