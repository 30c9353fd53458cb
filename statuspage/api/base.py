"""What every resource of the API has in common."""

from collections.abc import Callable
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from statuspage.api.errors import TooLarge
from statuspage.api.idempotency import answered_once
from statuspage.staff.models import Staff
from statuspage.statements.models import Statement

Data = dict[str, Any]


class InCallersLanguage(APIView):
    """Answers in the language of Accept-Language.

    LocaleMiddleware would not: where the default language has no prefix in the address, it gives
    that language to every address without one.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Choose the language first: refusals speak it too."""
        translation.activate(translation.get_language_from_request(request))
        return super().dispatch(request, *args, **kwargs)


class Resource(InCallersLanguage, GenericAPIView[Any]):
    """Something with an address; what it says is not for caches."""

    max_bytes = 1_000_000

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After the caller's right, check the size: by the header, before a byte is read."""
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > self.max_bytes:
            raise TooLarge

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep personal data and secrets out of caches."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


class Acting(Resource):
    """A resource that takes POST. Subclasses write `act`; an Idempotency-Key makes it once only."""

    request_serializer: "type[Serializer[Any]]"
    act: Callable[..., Response]

    @property
    def author(self) -> Staff:
        """Whom the token acts for."""
        return cast("Staff", self.request.user)

    def post(self, request: Request, **names: Any) -> HttpResponseBase:
        """Do it, or repeat the answer to what was done."""
        return answered_once(request, self.content_of(request), lambda: self.act(request, **names))

    def content_of(self, request: Request) -> bytes:
        """The body, as it came, to tell one request from another."""
        return bytes(request._request.body)

    def validated(self, request: Request) -> Data:
        """The request's body, checked."""
        serializer = self.request_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


def published(statement: Statement, subject: BaseSerializer[Any]) -> Response:
    """The answer to whatever was published: the statement's number and the whole subject."""
    return Response({"statement": statement.number, **subject.data}, status=201)
