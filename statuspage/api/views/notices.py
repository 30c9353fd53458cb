"""Notices over the API."""

from typing import Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Resource, published
from statuspage.api.serializers.notices import (
    NoticeAnswer,
    NoticeDetail,
    NoticePublished,
    NoticeRequest,
)
from statuspage.settlement.models import Notice
from statuspage.settlement.selectors import notices
from statuspage.settlement.services import notice_publish

WAIVER: Final = OpenApiExample(
    "Fee waiver",
    request_only=True,
    value={
        "kind": "fee_waiver",
        "title": {"zh-hans": "关于全额减免手续费的公告", "en": "Fees waived in full"},
        "body": {
            "zh-hans": "2月21日前因故障未到账的交易,手续费全额减免,无需申请。",
            "en": "Fees on delayed transactions before 21 February are waived. Nothing to do.",
        },
        "payload": {
            "transactions_from": "2025-02-18T00:00:00+08:00",
            "transactions_until": "2025-02-21T00:00:00+08:00",
            "percent_waived": "100",
        },
        "audience": {"categories": ["micro"]},
    },
)


@extend_schema_view(
    get=extend_schema(summary=_("List notices, the newest first")),
    post=extend_schema(
        summary=_("Publish a notice"),
        request=NoticeRequest,
        responses={201: NoticePublished},
        examples=[WAIVER],
    ),
)
class Notices(Acting, ListAPIView[Notice]):
    """All notices."""

    serializer_class = NoticeAnswer
    request_serializer = NoticeRequest

    def get_queryset(self) -> QuerySet[Notice]:
        """All of them."""
        return notices()

    def act(self, request: Request) -> Response:
        """Publish one."""
        values = self.validated(request)
        incident_id = values.pop("incident", "")
        statement = notice_publish(**values, incident_id=incident_id, author=self.author)
        notice = notices().get(public_id=statement.subject_id)
        return published(statement, NoticeDetail(notice))


@extend_schema_view(get=extend_schema(summary=_("Show a notice with its timeline")))
class OneNotice(Resource, RetrieveAPIView[Notice]):
    """One notice."""

    serializer_class = NoticeDetail
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Notice]:
        """Among all."""
        return notices()
