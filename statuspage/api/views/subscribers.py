"""Subscribers over the API."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.subscribers.attributes import (
    Attributes,
    clean_code,
    clean_cycles,
    clean_models,
    clean_products,
    clean_province,
)
from notifications.subscribers.models import Topic
from notifications.subscribers.services.addresses import (
    SOURCE_LENGTH,
    WEBHOOK,
    address_add,
    address_is_known,
    webhook_add,
)
from notifications.subscribers.services.importing import subscriber_import
from statuspage.api.base import ActionResource
from statuspage.api.fields import ComponentIdsField, MomentSerializerField
from statuspage.api.parsers import CSVParser
from statuspage.api.serializers import InputSerializer
from statuspage.notices.audience import (
    AGENT_LENGTH,
    CODE_LENGTH,
    CYCLE_LENGTH,
    MODEL_LENGTH,
    MerchantCategory,
)
from statuspage.staff.permissions import Act
from statuspage.statements.texts import CHINESE

LANGUAGES = [(CHINESE, _("Chinese")), ("en", _("English"))]
LONGEST_ADDRESS = 500
# How each attribute is read, and its column where that has another name.
CLEANED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "products": clean_products,
    "models": clean_models,
    "cycles": clean_cycles,
    "province": clean_province,
    "agent_code": clean_code,
}
COLUMNS: Final = {"models": "terminal_models"}


class SubscriberSerializer(InputSerializer):
    """Adding one address."""

    channel = serializers.CharField(max_length=20)
    address = serializers.CharField(max_length=LONGEST_ADDRESS)
    language = serializers.ChoiceField(choices=LANGUAGES, default=CHINESE)
    category = serializers.ChoiceField(choices=MerchantCategory.choices, required=False)
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=Topic.choices),
        required=False,
        help_text=_("Default: all of them."),
    )
    components = ComponentIdsField(
        required=False, help_text=_("Default or empty: all of them, including any added later.")
    )
    products = serializers.ListField(
        child=serializers.CharField(max_length=CODE_LENGTH),
        required=False,
        help_text=_("Codes of the products they use. Left out: unchanged. Empty: not known."),
    )
    models = serializers.ListField(
        child=serializers.CharField(max_length=MODEL_LENGTH),
        required=False,
        help_text=_("Models of their terminals. Left out: unchanged. Empty: not known."),
    )
    cycles = serializers.ListField(
        child=serializers.CharField(max_length=CYCLE_LENGTH),
        required=False,
        help_text=_("Their settlement cycles, e.g. T+1. Left out: unchanged. Empty: not known."),
    )
    province = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=20,
        help_text=_("By its GB/T 2260 code or name, e.g. 44. Left out: unchanged."),
    )
    agent = serializers.BooleanField(
        required=False, help_text=_("Whether they are an agent. Left out: unchanged.")
    )
    agent_code = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=AGENT_LENGTH,
        help_text=_(
            "Code path of their agent, or of the agent they are, from the top down, e.g. A01/B02. "
            "Left out: unchanged."
        ),
    )
    consent_source = serializers.CharField(
        max_length=SOURCE_LENGTH, help_text=_("How consent was given, e.g. contract-2024.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a category for a webhook: a webhook belongs to a system, not to a merchant."""
        if attrs["channel"] == WEBHOOK and attrs.get("category"):
            raise serializers.ValidationError({"category": [_("A webhook has no category.")]})
        given = {name: attrs.pop(name) for name in CLEANED if name in attrs}
        if attrs["channel"] == WEBHOOK and (given or attrs.pop("agent", None)):
            raise serializers.ValidationError(
                {one: [_("A webhook has no such attribute.")] for one in given or ("agent",)}
            )
        attrs["attributes"] = Attributes(
            **{COLUMNS.get(name, name): _cleaned(name, value) for name, value in given.items()}
        )
        return attrs


def _cleaned(name: str, value: Any) -> Any:
    try:
        return CLEANED[name](value)
    except DjangoValidationError as error:
        raise serializers.ValidationError({name: error.messages}) from error


class KnownList(serializers.ListField):
    """A list of strings; empty where nothing is known."""

    child = serializers.CharField()

    def get_attribute(self, instance: Any) -> Any:
        """Return the list; null would be a third state beside it and none."""
        return super().get_attribute(instance) or []


class SubscriberAnswer(serializers.Serializer[Any]):
    """One address, masked, and what it wants to hear about."""

    id = serializers.CharField(source="subscriber.public_id")
    channel = serializers.CharField()
    address = serializers.CharField(source="masked")
    language = serializers.CharField(source="subscriber.language")
    category = serializers.CharField(source="subscriber.category")
    products = KnownList(source="subscriber.products")
    models = KnownList(source="subscriber.terminal_models")
    cycles = KnownList(source="subscriber.cycles")
    province = serializers.CharField(source="subscriber.province")
    agent = serializers.BooleanField(source="subscriber.agent")
    agent_code = serializers.CharField(source="subscriber.agent_code")
    topics = serializers.ListField(source="subscription.topics", child=serializers.CharField())
    components = ComponentIdsField(source="subscription.components")
    confirmed_at = MomentSerializerField()


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


class Subscribers(ActionResource):
    """Subscribers."""

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
            del values["channel"]
            for name in ("category", "attributes", "agent"):
                values.pop(name, None)
            address, shown_once["secret"] = webhook_add(url=raw, source=source, **values)
        else:
            address = address_add(raw=raw, source=source, **values)
        return Response(
            {**SubscriberAnswer(address).data, **shown_once}, status=200 if known else 201
        )


@extend_schema_view(
    post=extend_schema(
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": ImportSerializer}
    )
)
class SubscriberImport(ActionResource):
    """The import of many subscribers from one file."""

    summaries = {"POST": _("Import subscribers from a CSV file")}
    description = _(
        "Columns: phone, language, category, consent_source; optional: email, topics, "
        "components, timezone, one_by_one, merchant, agent, products, models, cycles, agent_code, "
        "province. The headings may also be in Chinese. Lines with errors are reported; the "
        "others are imported. At most 20 MB."
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
