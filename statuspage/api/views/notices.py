"""Notices over the API."""

from typing import Final
from uuid import uuid4

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from statuspage.api.base import Acting, Data, Resource, published
from statuspage.api.serializers.notices import (
    NoticeAnswer,
    NoticeDetail,
    NoticePublished,
    NoticeRequest,
    NoticeWaiting,
)
from statuspage.console.proposals import propose
from statuspage.settlement.models import Notice
from statuspage.settlement.notices import notice_kind
from statuspage.settlement.selectors import notices
from statuspage.settlement.services import notice_draft, notice_publish, takes_two
from statuspage.staff.models import ApiToken
from statuspage.staff.scopes import Scope

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
        description=_(
            "Kinds that take two persons are not published but handed over: the answer is then"
            " 202, and a second person approves the notice in the console. A token that may"
            " publish without approval, of an owner who may approve, publishes at once; changes"
            " of the settlement calendar always take two persons."
        ),
        responses={201: NoticePublished, 202: NoticeWaiting},
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
        if self._takes_two(values["kind"]):
            return self._hand_over(values, incident_id)
        statement = notice_publish(**values, incident_id=incident_id, author=self.author)
        notice = notices().get(public_id=statement.subject_id)
        return published(statement, NoticeDetail(notice))

    def _takes_two(self, name: str) -> bool:
        """Unless its owner, who may approve, let the token do without, as far as the kind does."""
        kind, token = notice_kind(name), self.request.auth
        alone = isinstance(token, ApiToken) and token.allows(Scope.ALONE)
        return kind.four_eyes or (takes_two(kind) and not (alone and self.author.may_approve))

    def _hand_over(self, values: Data, incident_id: str) -> Response:
        draft = notice_draft(**values, incident_id=incident_id)
        proposal = propose(
            token=uuid4(),
            draft=draft,
            staff=self.author,
            confirmed=values.get("confirmed", False),
        )
        return Response(NoticeWaiting(proposal).data, status=202)


@extend_schema_view(get=extend_schema(summary=_("Show a notice with its timeline")))
class OneNotice(Resource, RetrieveAPIView[Notice]):
    """One notice."""

    serializer_class = NoticeDetail
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Notice]:
        """Among all."""
        return notices()
