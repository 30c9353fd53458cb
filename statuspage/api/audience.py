"""The audience of a notice, as the API takes it and as it answers."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from statuspage.api.serializers import InputSerializer
from statuspage.notices.audience import (
    AGENT_KEYS,
    AGENT_LENGTH,
    CODE_LENGTH,
    CYCLE_LENGTH,
    LISTS,
    MODEL_LENGTH,
    MOST,
    MOST_AGENTS,
    MOST_PRODUCTS,
    MerchantCategory,
    clean_list,
)


class AudienceSerializer(InputSerializer):
    """The merchants that a notice is for."""

    categories = serializers.ListField(
        child=serializers.ChoiceField(choices=MerchantCategory.choices),
        required=False,
        help_text=_("Empty: all merchants."),
    )
    products = serializers.ListField(
        child=serializers.CharField(max_length=CODE_LENGTH),
        required=False,
        max_length=MOST_PRODUCTS,
        help_text=_("Product codes. Empty: all products."),
    )
    models = serializers.ListField(
        child=serializers.CharField(max_length=MODEL_LENGTH),
        required=False,
        max_length=MOST,
        help_text=_(
            "Terminal models. Empty: all. Left out: all, or those that the payload names where "
            "the kind is about terminals."
        ),
    )
    cycles = serializers.ListField(
        child=serializers.CharField(max_length=CYCLE_LENGTH),
        required=False,
        max_length=MOST,
        help_text=_("Settlement cycles, e.g. T+1. Empty: all."),
    )
    provinces = serializers.ListField(
        child=serializers.CharField(max_length=20),
        required=False,
        max_length=MOST,
        help_text=_("GB/T 2260 codes or names of provinces, e.g. 44. Empty: all."),
    )
    agents = serializers.BooleanField(required=False, help_text=_("Also send to agents."))


class AudienceInput(AudienceSerializer):
    """The merchants that a notice is for, and whose merchants they are."""

    agent_codes = serializers.ListField(
        child=serializers.CharField(max_length=AGENT_LENGTH),
        required=False,
        max_length=MOST_AGENTS,
        help_text=_(
            "Code paths of agents, e.g. A01/B02, each with every agent below; with told=agents, "
            "the agents themselves. Empty: all. Never published: the log has keyed hashes."
        ),
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Read every list, so that each wrong one is named."""
        errors = dict[str, Any]()
        for name in LISTS.keys() & attrs.keys():
            try:
                attrs[name] = clean_list(name, attrs[name])
            except DjangoValidationError as error:
                errors[name] = error.messages
        if errors:
            raise serializers.ValidationError(errors)
        return attrs


class AudienceAnswer(AudienceSerializer):
    """The merchants that a notice is for; whose merchants they are is not told."""

    agents_named = serializers.SerializerMethodField(
        help_text=_("How many agents it is restricted to; 0 means that it is not.")
    )

    def get_agents_named(self, audience: Mapping[str, Any]) -> int:
        """Count the agents."""
        return len(audience.get(AGENT_KEYS) or ())

    def to_representation(self, instance: Mapping[str, Any]) -> dict[str, Any]:
        """Return every list; one that an audience has not means all of them."""
        lists: dict[str, Any] = {name: [] for name in LISTS if name in self.fields}
        found: dict[str, Any] = super().to_representation({**lists, "agents": False, **instance})
        return found
