"""Components over the API, with the ids that incidents and maintenance refer to."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.generics import ListAPIView

from statuspage.api.base import Resource
from statuspage.api.fields import TextField
from statuspage.api.paging import PagesInOrder
from statuspage.components.models import Component, ComponentGroup
from statuspage.components.statuses import ComponentStatus
from statuspage.lib.merchants import MerchantCategory


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
    pays_out_to = serializers.ListField(
        child=serializers.ChoiceField(choices=MerchantCategory.choices),
        help_text=_("Whose payouts depend on it, where payouts do; empty: all merchants."),
    )

    class Meta:
        model = Component
        fields = ("id", "name", "status", "group", "visible", "pays_out", "pays_out_to")


class Components(Resource, ListAPIView[Component]):
    """All components, in order of creation."""

    summaries = {"GET": _("List components, including hidden ones")}
    queryset = Component.objects.select_related("group")
    serializer_class = ComponentAnswer
    pagination_class = PagesInOrder
