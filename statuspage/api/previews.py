"""Previews: what a publication would send, by each provider on each route, and nothing of it kept.

A preview does all that publishing does, and takes it back: what would be refused is refused here.
"""

from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.delivery.by_route import ProviderText, RouteTexts
from notifications.delivery.selectors import asleep, previews_of
from statuspage.api.base import ActionResource
from statuspage.api.languages import LANGUAGES
from statuspage.api.warnings import WARNINGS_HELP, warnings_of
from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import foreseen_of
from statuspage.statements.documents import Document, document_of
from statuspage.statements.models import Statement
from statuspage.statements.selectors import last_statement

DESCRIPTION: Final = _(
    "Takes the same body and checks it in the same way, and says what would be sent; nothing is "
    "published, submitted or sent."
)


class ProviderTextAnswer(serializers.Serializer[ProviderText]):
    """The message as one provider would send it."""

    provider = serializers.CharField(source="provider.name")
    sends = serializers.SerializerMethodField(
        help_text=_("Whether this provider sends it while everything works.")
    )
    lacks_template = serializers.BooleanField(
        source="lacking", help_text=_("Whether this provider has no approved template for it.")
    )
    subject = serializers.CharField(source="content.subject")
    text = serializers.CharField(source="content.text")
    segments = serializers.IntegerField(
        source="content.segments", help_text=_("Billed segments of an SMS.")
    )
    parts = serializers.ListField(
        child=serializers.CharField(), help_text=_("The text in the parts in which it is sent.")
    )

    def get_sends(self, text: ProviderText) -> bool:
        """Return whether it is the text that goes out."""
        return bool(self.context.get("sent") is text)


class RouteAnswer(serializers.Serializer[RouteTexts]):
    """The texts for the addresses of one route."""

    route = serializers.CharField(
        help_text=_("Calling code, or kind of address, with providers of its own; empty: the rest.")
    )
    abroad = serializers.BooleanField(
        allow_null=True, help_text=_("Whether these phone numbers are outside mainland China.")
    )
    recipients = serializers.IntegerField(
        allow_null=True, help_text=_("Null where the counts do not tell routes apart.")
    )
    texts = serializers.SerializerMethodField(help_text=_("By provider, first choice first."))

    def get_texts(self, route: RouteTexts) -> list[dict[str, Any]]:
        """Return the text of each provider."""
        context = {"sent": route.sent}
        return [dict(ProviderTextAnswer(one, context=context).data) for one in route.texts]


class MessageAnswer(serializers.Serializer[Any]):
    """One medium in one language."""

    medium = serializers.CharField(source="channel.name")
    language = serializers.ChoiceField(choices=LANGUAGES)
    told = serializers.BooleanField(
        help_text=_("Whether this statement is sent by this medium at all.")
    )
    recipients = serializers.IntegerField()
    cost = serializers.DecimalField(
        max_digits=None, decimal_places=None, help_text=_("Estimated, by the price list.")
    )
    notes = serializers.ListField(
        source="lacking",
        child=serializers.CharField(),
        help_text=_("Which providers have no approved template for it, and what happens then."),
    )
    routes = RouteAnswer(many=True)


class PreviewAnswer(serializers.Serializer[Any]):
    """What a publication would send."""

    kind = serializers.CharField(help_text=_("Kind of the statement."))
    needs_approval = serializers.BooleanField(
        help_text=_("Whether it would be submitted, for a second person or for later.")
    )
    recipients = serializers.IntegerField()
    cost = serializers.DecimalField(
        max_digits=None, decimal_places=None, help_text=_("Estimated, by the price list.")
    )
    currency = serializers.CharField()
    waiting = serializers.IntegerField(
        help_text=_("Messages that would wait for the end of quiet hours.")
    )
    warnings = serializers.ListField(child=serializers.CharField(), help_text=WARNINGS_HELP)
    messages = MessageAnswer(many=True)


class Previewing(ActionResource):
    """What a resource that publishes would send; a mixin in front of that resource."""

    answers = {200: PreviewAnswer}
    http_method_names = ["post", "options"]

    def act(self, request: Request, **names: Any) -> Response:
        """Do it, look at it, and take it back."""
        with transaction.atomic():
            super().act(request, **names)
            document, found = _document_of(self._done)
            transaction.set_rollback(True)
        return Response(PreviewAnswer(self._preview(document, found)).data)

    def answer(self, row: Any, status: int = 201) -> Response:
        """Remember what was done instead of answering with it."""
        self._done = row
        return Response(status=status)

    def _preview(self, document: Document, found: list[str]) -> dict[str, Any]:
        messages = previews_of(document)
        return {
            "kind": document["kind"],
            "needs_approval": isinstance(self._done, Proposal),
            "recipients": sum(one.recipients for one in messages),
            "cost": sum(one.cost for one in messages),
            "currency": settings.SMS_CURRENCY,
            "waiting": asleep(document),
            "warnings": warnings_of(document, found),
            "messages": messages,
        }


def previewing(view: type[ActionResource]) -> type[ActionResource]:
    """Return the resource that previews what `view` publishes."""
    summary = format_lazy("{}: {}", view.summaries["POST"], _("preview"))
    given = {"summaries": {"POST": summary}, "description": DESCRIPTION}
    return type(f"{view.__name__}Preview", (Previewing, view), given)


def _document_of(done: Any) -> tuple[Document, list[str]]:
    """Return the document of what was done, and the warnings about it if it was submitted."""
    if not isinstance(done, Proposal):
        return Statement.objects.get(number=done.statement).document, []
    said, last = foreseen_of(done), last_statement()
    document = document_of(
        number=last.number + 1 if last else 1,
        kind=said.kind,
        subject=said.subject,
        content=said.content,
        published_at=timezone.now(),
        corrects=said.corrects,
    )
    return document, [str(one) for one in said.warnings]
