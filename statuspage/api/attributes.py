"""What is known of a subscriber, as the API takes it and as it answers."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notifications.subscribers.attributes import (
    Attributes,
    clean_code,
    clean_cycles,
    clean_models,
    clean_products,
    clean_province,
)
from statuspage.api.serializers import InputSerializer
from statuspage.notices.audience import (
    AGENT_LENGTH,
    CODE_LENGTH,
    CYCLE_LENGTH,
    MODEL_LENGTH,
    MerchantCategory,
)

# How each attribute is read, and its column where that has another name.
CLEANED: Final[Mapping[str, Callable[[Any], Any]]] = {
    "products": clean_products,
    "models": clean_models,
    "cycles": clean_cycles,
    "province": clean_province,
    "agent_code": clean_code,
}
COLUMNS: Final = {"models": "terminal_models"}
# What decides which notices are for somebody.
ATTRIBUTES: Final = ("category", *CLEANED, "agent")


class AttributesSerializer(InputSerializer):
    """What is known of a subscriber."""

    category = serializers.ChoiceField(
        choices=MerchantCategory.choices,
        required=False,
        allow_blank=True,
        help_text=_("Left out: unchanged. Empty: not known."),
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

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Read the attributes; every wrong one is named."""
        given = {name: attrs.pop(name) for name in CLEANED if name in attrs}
        read, errors = dict[str, Any](), dict[str, Any]()
        for name, value in given.items():
            try:
                read[COLUMNS.get(name, name)] = CLEANED[name](value)
            except DjangoValidationError as error:
                errors[name] = error.messages
        if errors:
            raise serializers.ValidationError(errors)
        return {**attrs, "attributes": Attributes(**read)}


def refuse_of_webhook(given: Any) -> None:
    """Refuse attributes of a webhook: it belongs to a system, not to a merchant."""
    errors = {one: [_("A webhook has no such attribute.")] for one in ATTRIBUTES if given.get(one)}
    if "category" in errors:
        errors["category"] = [_("A webhook has no category.")]
    if errors:
        raise serializers.ValidationError(errors)


class KnownList(serializers.ListField):
    """A list of strings; empty where nothing is known."""

    child = serializers.CharField()

    def get_attribute(self, instance: Any) -> Any:
        """Return the list; null would be a third state beside it and none."""
        return super().get_attribute(instance) or []


class AttributesAnswer(serializers.Serializer[Any]):
    """What is known of a subscriber; `version` counts the changes."""

    id = serializers.CharField(source="public_id")
    language = serializers.CharField()
    category = serializers.CharField()
    products = KnownList()
    models = KnownList(source="terminal_models")
    cycles = KnownList()
    province = serializers.CharField()
    agent = serializers.BooleanField()
    agent_code = serializers.CharField()
    version = serializers.IntegerField()
