"""Components over the API: to find the ids that incidents and maintenance name."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView

from statuspage.api.base import Resource
from statuspage.api.paging import PagesInOrder
from statuspage.api.serializers.components import ComponentAnswer
from statuspage.components.models import Component


@extend_schema_view(get=extend_schema(summary=_("List components, hidden ones included")))
class Components(Resource, ListAPIView[Component]):
    """All components, in the order in which they were made."""

    queryset = Component.objects.select_related("group")
    serializer_class = ComponentAnswer
    pagination_class = PagesInOrder
