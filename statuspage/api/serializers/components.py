"""Components."""

from rest_framework import serializers

from statuspage.api.fields import TextField
from statuspage.components.models import Component, ComponentGroup
from statuspage.components.statuses import ComponentStatus


class GroupAnswer(serializers.ModelSerializer[ComponentGroup]):
    """The heading a component stands under."""

    id = serializers.CharField(source="public_id")
    name = TextField()

    class Meta:
        model = ComponentGroup
        fields = ("id", "name")


class ComponentAnswer(serializers.ModelSerializer[Component]):
    """A component and the state it is in."""

    id = serializers.CharField(source="public_id")
    name = TextField()
    status = serializers.ChoiceField(choices=ComponentStatus.choices)
    group = GroupAnswer(allow_null=True)

    class Meta:
        model = Component
        fields = ("id", "name", "status", "group", "visible")
