"""Users of the mini program: its backend registers them, and each message that they agree to."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.channels.outcomes import ConsentChange
from notifications.media import MINI_PROGRAM
from notifications.subscribers.models import Topic
from notifications.subscribers.services.addresses import (
    SOURCE_LENGTH,
    address_add,
    address_is_known,
)
from notifications.subscribers.services.message_consents import (
    TEMPLATE_LENGTH,
    consents_change,
    consents_left,
)
from statuspage.api.base import ActionResource
from statuspage.api.fields import ComponentIdsField
from statuspage.api.languages import LANGUAGES
from statuspage.api.serializers import InputSerializer
from statuspage.staff.permissions import Act
from statuspage.statements.texts import CHINESE

OPENID_LENGTH, ACT_LENGTH, MOST_CONSENTS = 40, 100, 20


class MessageConsentSerializer(InputSerializer):
    """That the user agreed to one message of a template."""

    template_id = serializers.CharField(max_length=TEMPLATE_LENGTH)
    act_id = serializers.CharField(
        max_length=ACT_LENGTH,
        help_text=_("Your own id of this one act; the same id again is not counted again."),
    )


class MiniProgramUserSerializer(InputSerializer):
    """A user of the mini program."""

    openid = serializers.CharField(max_length=OPENID_LENGTH)
    language = serializers.ChoiceField(choices=LANGUAGES, default=CHINESE)
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=Topic.choices),
        required=False,
        help_text=_("Default: all of them."),
    )
    components = ComponentIdsField(
        required=False, help_text=_("Default or empty: all of them, including any added later.")
    )
    consent_source = serializers.CharField(
        max_length=SOURCE_LENGTH, help_text=_("How consent was given, e.g. contract-2024.")
    )
    consents = MessageConsentSerializer(
        many=True,
        required=False,
        help_text=_(
            "One for each template that the user accepted just now. Leave it out where WeChat sends"
            " the mini program's events to us: they are counted from those."
        ),
    )

    def validate_consents(self, given: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse too many, and what would be counted twice."""
        if len(given) > MOST_CONSENTS:
            raise ValidationError(_("Send at most 20 at once."))
        if given and settings.MINI_PROGRAM_CALLBACK_TOKEN:
            raise ValidationError(_("WeChat's own events already count these."))
        return given


class MiniProgramUserAnswer(serializers.Serializer[Any]):
    """The user's address, masked, and how many messages of each template may be sent."""

    address = serializers.CharField()
    messages_left = serializers.DictField(child=serializers.IntegerField())


class MiniProgramUsers(ActionResource):
    """Users of the mini program."""

    about_log = False
    summaries = {"POST": _("Register a user of the mini program, and what they agreed to")}
    answers = {200: MiniProgramUserAnswer, 201: MiniProgramUserAnswer}
    needs = {"POST": Act.ADD_SUBSCRIBER}
    request_serializer = MiniProgramUserSerializer

    def act(self, request: Request) -> Response:
        """Register a user: 201, or 200 where they were there and agreed to more."""
        values = self.validated(request)
        source, raw = values.pop("consent_source"), values.pop("openid")
        agreed = values.pop("consents", [])
        known = address_is_known(channel=MINI_PROGRAM, raw=raw)
        with transaction.atomic():
            address = address_add(channel=MINI_PROGRAM, raw=raw, source=source, **values)
            consents_change(
                MINI_PROGRAM,
                [
                    ConsentChange(
                        raw,
                        one["template_id"],
                        accepted=True,
                        name=":".join((raw, one["template_id"], one["act_id"])),
                    )
                    for one in agreed
                ],
            )
        said = {"address": address.masked, "messages_left": dict(consents_left(address))}
        return Response(MiniProgramUserAnswer(said).data, status=200 if known else 201)
