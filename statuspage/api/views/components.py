"""Components over the API, with the ids that incidents and maintenance refer to."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from statuspage.api.base import Resource
from statuspage.api.paging import PagesInOrder
from statuspage.api.serializers import TextField
from statuspage.components.models import Component, ComponentGroup
from statuspage.components.statuses import ComponentStatus


class GroupAnswer(serializers.ModelSerializer[ComponentGroup]):
    """The group of a component."""

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


class Components(Resource, ListAPIView[Component]):
    """All components, in order of creation."""

    summaries = {"GET": _("List components, including hidden ones")}
    queryset = Component.objects.select_related("group")
    serializer_class = ComponentAnswer
    pagination_class = PagesInOrder
