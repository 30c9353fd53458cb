"""Subscribers over the API."""

from typing import Any, Final

from django.db import transaction
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.subscribers.models import Address, Subscriber, Topic
from notifications.subscribers.services.addresses import (
    SOURCE_LENGTH,
    WEBHOOK,
    address_add,
    address_is_known,
    webhook_add,
)
from notifications.subscribers.services.attributes import attributes_set
from notifications.subscribers.services.importing import subscriber_import
from statuspage.api.attributes import AttributesAnswer, AttributesSerializer, refuse_of_webhook
from statuspage.api.base import ActionResource, Changing
from statuspage.api.fields import ComponentIdsField, MomentSerializerField, VersionField
from statuspage.api.languages import LANGUAGES
from statuspage.api.parsers import CSVParser
from statuspage.api.serializers import InputSerializer
from statuspage.lib.client_ip import client_ip
from statuspage.staff.audit import record
from statuspage.staff.permissions import Act
from statuspage.statements.texts import CHINESE

LONGEST_ADDRESS = 500
# What is asked of a webhook besides its URL.
WEBHOOK_CHOOSES: Final = ("language", "topics", "components")


class SubscriberSerializer(AttributesSerializer):
    """Adding one address."""

    channel = serializers.CharField(max_length=20)
    address = serializers.CharField(max_length=LONGEST_ADDRESS)
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

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse attributes of a webhook."""
        if attrs["channel"] == WEBHOOK:
            refuse_of_webhook(attrs)
        return super().validate(attrs)


class AddressAnswer(serializers.Serializer[Any]):
    """One address, masked, and what it wants to hear about."""

    channel = serializers.CharField()
    address = serializers.CharField(source="masked")
    topics = serializers.ListField(source="subscription.topics", child=serializers.CharField())
    components = ComponentIdsField(source="subscription.components")
    confirmed_at = MomentSerializerField(allow_null=True)


class SubscriberAnswer(AddressAnswer, AttributesAnswer):
    """One address with what is known of its subscriber."""

    def get_fields(self) -> dict[str, Any]:
        """Return the fields; an address asks its subscriber for what is known of them."""
        fields = super().get_fields()
        for name in AttributesAnswer().get_fields():
            fields[name].source = f"subscriber.{fields[name].source or name}"
        return fields


class SubscriberAdded(SubscriberAnswer):
    """The answer to an added address."""

    secret = serializers.CharField(
        required=False, help_text=_("A webhook's signing secret, shown only once.")
    )


class ImportSerializer(InputSerializer):
    """A CSV file, uploaded as a form."""

    file = serializers.FileField()


class ImportProblemSerializer(serializers.Serializer[Any]):
    """One line that could not be used."""

    line = serializers.IntegerField()
    field = serializers.CharField(source="column")
    message = serializers.CharField()


class ImportAnswer(serializers.Serializer[Any]):
    """What the import did, in rows."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField(
        help_text=_(
            "Duplicates, and addresses whose owners have already set their own preferences; of "
            "these, only the agent and what they left open is taken."
        )
    )
    failed = serializers.IntegerField()
    errors = ImportProblemSerializer(  # type: ignore[assignment]  # DRF moves fields out of the way
        many=True, help_text=_("The first 1000.")
    )


class KnownAddress(AddressAnswer):
    """One address of a subscriber, and since when nothing is sent to it."""

    stopped_at = MomentSerializerField(
        source="suppressed_at",
        allow_null=True,
        help_text=_("Since when nothing is sent to it. null: it gets messages."),
    )


class SubscriberDetail(AttributesAnswer):
    """A subscriber, with every address masked."""

    addresses = KnownAddress(many=True)


class SubscriberChangeSerializer(AttributesSerializer):
    """A change of what is known of a subscriber."""

    version = VersionField()


class Subscribers(ActionResource):
    """Subscribers."""

    about_log = False
    summaries = {"POST": _("Add an address; a webhook's secret is returned only once")}
    answers = {200: SubscriberAdded, 201: SubscriberAdded}
    needs = {"POST": Act.ADD_SUBSCRIBER}

    request_serializer = SubscriberSerializer

    def act(self, request: Request) -> Response:
        """Add a subscriber: 201, or 200 where the address was there and has changed."""
        values, shown_once = self.validated(request), {}
        source, raw = values.pop("consent_source"), values.pop("address")
        known = address_is_known(channel=values["channel"], raw=raw)
        if values["channel"] == WEBHOOK:
            chosen = {name: values[name] for name in WEBHOOK_CHOOSES if name in values}
            address, shown_once["secret"] = webhook_add(url=raw, source=source, **chosen)
        else:
            address = address_add(raw=raw, source=source, **values)
        address.subscriber.refresh_from_db()  # its version
        return Response(
            {**SubscriberAnswer(address).data, **shown_once}, status=200 if known else 201
        )


class SubscriberView(Changing):
    """One subscriber."""

    about_log = False
    summaries = {
        "GET": _("Show what is known of a subscriber"),
        "PATCH": _("Change what is known of a subscriber"),
    }
    description = _(
        "These attributes decide which notices are for them. What is left out stays as it is; an "
        "empty value says that it is not known. What subscribers said themselves is theirs to "
        "change: that fails with 409, save for “agent” and “agent_code”."
    )
    answers = {200: SubscriberDetail}
    needs = dict.fromkeys(("GET", "PATCH"), Act.ADD_SUBSCRIBER)
    queryset = Subscriber.objects.prefetch_related(
        Prefetch(
            "addresses", Address.objects.select_related("subscription").order_by("position", "pk")
        )
    )
    serializer_class = SubscriberDetail
    request_serializer = SubscriberChangeSerializer

    def change(self, request: Request, row: Subscriber) -> None:
        """Set what was sent, and record what has changed by name."""
        values = self.validated(request)
        if all(one.channel == WEBHOOK for one in row.addresses.all()):
            refuse_of_webhook(request.data)
        with transaction.atomic():
            changed = attributes_set(subscriber=row, owner_stands=True, **values)
            if changed:
                record(
                    act="subscriber.changed",
                    staff=self.author,
                    token=self.token,
                    target=row.public_id,
                    after={"changed": sorted(changed)},
                    ip=client_ip(request._request),
                )


@extend_schema_view(
    post=extend_schema(
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": ImportSerializer}
    )
)
class SubscriberImport(ActionResource):
    """The import of many subscribers from one file."""

    about_log = False
    summaries = {"POST": _("Import subscribers from a CSV file")}
    description = _(
        "Columns: phone, language, category, consent_source; optional: email, topics, "
        "components, timezone, one_by_one, merchant, agent, products, models, cycles, agent_code, "
        "province. The headings may also be in Chinese. An empty cell keeps what is known; "
        "only language, topics and components go back to their defaults. Lines with errors are "
        "reported; the others are imported. At most 20 MB."
    )
    answers = {200: ImportAnswer}
    needs = {"POST": Act.IMPORT_SUBSCRIBERS}

    request_serializer = ImportSerializer
    parser_classes = (CSVParser, MultiPartParser)
    max_bytes = 20_000_000

    def content_of(self, request: Request) -> bytes:
        """Return the file's bytes; the form around it has other boundaries each time it is sent."""
        content: bytes = _file(request).read()
        return content

    def act(self, request: Request) -> Response:
        """Import the file."""
        stream = _file(request)
        stream.seek(0)
        return self.answer(subscriber_import(stream), 200)


def _file(request: Request) -> Any:
    data: Any = request.data
    file = data.get("file")
    if not hasattr(file, "read"):
        raise ValidationError({"file": [_("Send the file as text/csv, or in the field “file”.")]})
    return file
