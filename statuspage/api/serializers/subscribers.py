"""Subscribers."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from notifications.subscribers.models import Address
from notifications.subscribers.services.addresses import SOURCE_LENGTH, WEBHOOK
from notifications.subscribers.topics import Topic
from statuspage.api.fields import ComponentIdsField, MomentField
from statuspage.api.serializers.common import Request
from statuspage.settlement.audience import MerchantCategory
from statuspage.statements.texts import CHINESE

LANGUAGES = [(CHINESE, _("Chinese")), ("en", _("English"))]
LONGEST_ADDRESS = 500


class SubscriberRequest(Request):
    """Adding one address."""

    channel = serializers.CharField(max_length=20)
    address = serializers.CharField(max_length=LONGEST_ADDRESS)
    language = serializers.ChoiceField(choices=LANGUAGES, default=CHINESE)
    category = serializers.ChoiceField(choices=MerchantCategory.choices, required=False)
    topics = serializers.ListField(
        child=serializers.ChoiceField(choices=Topic.choices),
        required=False,
        help_text=_("Left out: all of them."),
    )
    components = ComponentIdsField(
        required=False, help_text=_("Left out or empty: all of them, also those still to come.")
    )
    consent_source = serializers.CharField(
        max_length=SOURCE_LENGTH, help_text=_("How the owner agreed, e.g. contract-2024.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A webhook belongs to a system, which is no merchant of any category."""
        if attrs["channel"] == WEBHOOK and attrs.get("category"):
            raise serializers.ValidationError({"category": [_("A webhook has no category.")]})
        return attrs


class SubscriberAnswer(serializers.ModelSerializer[Address]):
    """One address, masked, and what it wants to hear about."""

    id = serializers.CharField(source="subscriber.public_id")
    address = serializers.CharField(source="masked")
    language = serializers.CharField(source="subscriber.language")
    category = serializers.CharField(source="subscriber.category")
    topics = serializers.ListField(source="subscription.topics", child=serializers.CharField())
    components = ComponentIdsField(source="subscription.components")
    confirmed_at = MomentField()

    class Meta:
        model = Address
        fields: tuple[str, ...] = (
            "id",
            "channel",
            "address",
            "language",
            "category",
            "topics",
            "components",
            "confirmed_at",
        )


class SubscriberAdded(SubscriberAnswer):
    """The answer to an added address."""

    secret = serializers.CharField(
        required=False, help_text=_("A webhook's signing secret: shown this once only.")
    )

    class Meta(SubscriberAnswer.Meta):
        fields = (*SubscriberAnswer.Meta.fields, "secret")


class ImportRequest(Request):
    """A CSV file, uploaded as a form."""

    file = serializers.FileField()


class ImportProblem(serializers.Serializer[Any]):
    """One line that could not be used."""

    line = serializers.IntegerField()
    field = serializers.CharField()
    message = serializers.CharField()


class ImportAnswer(serializers.Serializer[Any]):
    """What the import did, in rows."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    skipped = serializers.IntegerField(
        help_text=_("Repetitions, and addresses whose owners have made their own choice.")
    )
    failed = serializers.IntegerField()
    errors = ImportProblem(  # type: ignore[assignment]  # DRF moves fields out of the way
        many=True, help_text=_("The first 1000.")
    )
