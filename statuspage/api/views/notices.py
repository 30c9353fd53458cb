"""Notices over the API."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.audience import AudienceAnswer, AudienceInput
from statuspage.api.base import OneSubject, Publishing
from statuspage.api.fields import MomentSerializerField, ShortField, TextField
from statuspage.api.serializers import (
    InputSerializer,
    PageAnswer,
    ProposalWaiting,
    StatementNumber,
    Timeline,
)
from statuspage.api.warnings import Warned
from statuspage.approvals.models import Proposal
from statuspage.approvals.submitting import notice_submit
from statuspage.lib.database_clock import database_now
from statuspage.notices.backdating import (
    LINK_LENGTH,
    NUMBER_LENGTH,
    clean_originally,
    said_at,
)
from statuspage.notices.generated import REASON_LENGTH, TITLE_LENGTH
from statuspage.notices.kind import NoticeKind, every_kind, kinds, notice_kind
from statuspage.notices.models import Notice
from statuspage.notices.selectors import notices
from statuspage.notices.telling import Told

KINDS = [(kind.name, kind.label) for kind in kinds()]
EVERY_KIND = [(kind.name, kind.label) for kind in every_kind()]


class OriginallySerializer(InputSerializer):
    """Where a notice was published before."""

    published_on = serializers.DateField(help_text=_("The day, in the past."))
    document_number = serializers.CharField(
        required=False, max_length=NUMBER_LENGTH, help_text=_("Its document number.")
    )
    link = serializers.CharField(
        required=False, max_length=LINK_LENGTH, help_text=_("Link to the original, by https.")
    )


def payload_schema(kind: NoticeKind) -> dict[str, Any]:
    """Return the JSON schema of a kind's payload; fields that the server computes are optional."""
    required = [one.name for one in kind.fields if one.required]
    return {
        "type": "object",
        "title": kind.name,
        "description": str(kind.label),
        "properties": {
            one.name: {
                **one.value.schema,
                "description": ". ".join(filter(None, (str(one.label), str(one.help)))),
            }
            for one in kind.fields
        },
        # An empty list is not valid everywhere.
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


MADE = _("Required, except for a holiday schedule: left out, it is made from the payload.")
REQUIRED = serializers.Field.default_error_messages["required"]
PAYLOADS = {"anyOf": [payload_schema(kind) for kind in kinds()]}


@extend_schema_field(PAYLOADS)
class PayloadSerializerField(serializers.DictField):
    """The details of a notice, by its kind."""


class NoticeSerializer(InputSerializer):
    """Publishing a notice."""

    kind = serializers.ChoiceField(choices=KINDS)
    title = TextField(max_length=TITLE_LENGTH, required=False, help_text=MADE)
    body = TextField(required=False, help_text=MADE)
    short = ShortField()
    payload = PayloadSerializerField(
        required=False, help_text=_("Details. The fields depend on the kind.")
    )
    audience = AudienceInput(required=False)
    effective_from = MomentSerializerField(required=False, allow_null=True)
    effective_until = MomentSerializerField(required=False, allow_null=True)
    incident = serializers.CharField(
        required=False, max_length=12, help_text=_("ID of the related incident.")
    )
    told = serializers.ChoiceField(
        choices=Told.choices,
        required=False,
        help_text=_(
            "Who gets a message. Left out: everyone it concerns; nobody, where the kind is "
            "usually only for the page, or its effect is over."
        ),
    )
    originally = OriginallySerializer(
        required=False,
        allow_null=True,
        help_text=_("For a notice that was published before: it is marked so, and never sent."),
    )
    publish_at = MomentSerializerField(
        required=False,
        allow_null=True,
        help_text=_("When to publish it; it is checked for that time. Left out: at once."),
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
        """Check the payload here, so that its errors name the field by its path."""
        now = attrs.get("publish_at") or database_now()
        kind = notice_kind(attrs["kind"])
        missing = [name for name in ("title", "body") if name not in attrs and not kind.generates]
        if missing:
            raise serializers.ValidationError(dict.fromkeys(missing, str(REQUIRED)))
        with _errors_of("originally"):
            originally = clean_originally(attrs.get("originally"), now)
        with _errors_of("payload"):
            kind.clean(attrs.get("payload", {}), said_at(originally, now))
        return attrs


@contextmanager
def _errors_of(name: str) -> Iterator[None]:
    """Name the errors of a part of the body by their path."""
    try:
        yield
    except ValidationError as error:
        raise serializers.ValidationError({name: serializers.as_serializer_error(error)}) from error


class NoticeAnswer(PageAnswer):
    """A notice."""

    subject_type = "notice"

    kind = serializers.ChoiceField(choices=EVERY_KIND)
    title = TextField()
    payload = serializers.DictField()
    audience = AudienceAnswer()
    effective_from = MomentSerializerField(allow_null=True)
    effective_until = MomentSerializerField(allow_null=True)
    incident = serializers.SerializerMethodField()
    published_at = MomentSerializerField()
    told = serializers.ChoiceField(choices=Told.choices, help_text=_("Who got a message."))
    originally = OriginallySerializer(
        allow_null=True, help_text=_("Where it was published before it was entered here.")
    )

    def get_incident(self, notice: Notice) -> str | None:
        """Id of the incident it belongs to."""
        return notice.incident_id or None


class NoticeDetail(NoticeAnswer, Timeline):
    """A notice with all statements about it; they hold its text."""


class NoticePublished(Warned, StatementNumber, NoticeDetail):
    """The answer to a published notice."""


class Notices(Publishing, ListAPIView[Notice]):
    """All notices."""

    summaries = {"GET": _("List notices, newest first"), "POST": _("Publish a notice")}
    description = _(
        "Kinds that need a second person's approval are not published but submitted: the "
        "response is 202, and a second person approves the notice in the console. A token "
        "that may publish without approval, of an owner who may approve, publishes "
        "immediately. With publish_at the response is 202 as well: it is published then, once "
        "it is approved where it needs that, and can be stopped until then. Changes of the "
        "settlement calendar always need a second person's approval."
    )
    answers = {201: NoticePublished, 202: ProposalWaiting}
    queryset = notices()
    serializer_class = NoticeAnswer
    request_serializer = NoticeSerializer

    def act(self, request: Request) -> Response:
        """Publish a notice, or submit it for approval where its kind needs a second person."""
        values = self.validated(request)
        incident_id = values.pop("incident", "")
        done = notice_submit(
            token=uuid4(), author=self.author, alone=self.alone, incident_id=incident_id, **values
        )
        return self.answer(done, 202) if isinstance(done, Proposal) else self.published(done)


class NoticeView(OneSubject):
    """One notice."""

    summaries = {"GET": _("Show a notice with its timeline")}
    queryset = notices()
    serializer_class = NoticeDetail
