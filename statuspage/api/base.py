"""Base classes of the API's resources."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import translation
from rest_framework.generics import GenericAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer
from rest_framework.views import APIView

from statuspage.api.authentication import token_of
from statuspage.api.errors import TooLarge
from statuspage.api.idempotency import answered_once
from statuspage.staff.models import ApiToken, Staff
from statuspage.staff.permissions import Act, token_may
from statuspage.statements.models import Statement

Data = dict[str, Any]
WITH_BODY: Final = ("POST", "PATCH", "PUT")


class LocalizedView(APIView):
    """A view that answers in the language of Accept-Language.

    LocaleMiddleware cannot do this: because the default language has no prefix in the URL, it
    gives that language to every URL without a prefix.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Activate the language before anything else, so that errors are translated as well."""
        translation.activate(translation.get_language_from_request(request))
        return super().dispatch(request, *args, **kwargs)


class Resource(LocalizedView, GenericAPIView[Any]):
    """A resource whose answers are not cached."""

    # For the OpenAPI description, by method; the description is that of POST.
    summaries: Mapping[str, Any] = {}
    # By method, what is neither reading nor publishing.
    needs: Mapping[str, Act] = {}
    description: Any = ""
    max_bytes = 1_000_000
    # Whether it shows statements, which nobody changes, rather than rows that change.
    about_log = True
    # Whether the first bytes of a longer body are taken, instead of none.
    rest_is_dropped = False

    @classmethod
    def body_allowance(cls, request: HttpRequest, **_parts: Any) -> int:
        """Return how long a body the web server may read: a long one needs a token that may.

        The method of the question is not that of the request.
        """
        token = token_of(request)
        acts = [cls.needs.get(one, Act.PUBLISH) for one in WITH_BODY if hasattr(cls, one.lower())]
        return cls.max_bytes if token and any(token_may(token, act) for act in acts) else 0

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Check the caller's permission, then the Content-Length, before the body is read."""
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        too_long = length.isdigit() and int(length) > self.max_bytes
        if too_long and not self.rest_is_dropped:
            raise TooLarge

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep personal data and secrets out of caches."""
        response["Cache-Control"] = "no-store"
        return super().finalize_response(request, response, *args, **kwargs)


class Writing(Resource):
    """A resource that takes a body; an Idempotency-Key makes it act only once."""

    request_serializer: type[Serializer[Any]]
    answers: Mapping[int, type[BaseSerializer[Any]]]

    @property
    def author(self) -> Staff:
        """The member of staff that the token acts for."""
        return cast("Staff", self.request.user)

    @property
    def alone(self) -> bool:
        """Whether the token may publish what takes two persons."""
        return token_may(self.token, Act.PUBLISH_ALONE)

    @property
    def token(self) -> ApiToken:
        """The token of the request."""
        return cast("ApiToken", self.request.auth)

    def content_of(self, request: Request) -> bytes:
        """Return the raw body, which tells one request from another."""
        return bytes(request._request.body)

    def validated(self, request: Request) -> Data:
        """Return the validated data of the request's body."""
        serializer = self.request_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def answer(self, row: Any, status: int = 201) -> Response:
        """Return the response for a row, in the serializer that belongs to the status."""
        return Response(self.answers[status](row).data, status=status)


class ActionResource(Writing):
    """A resource that takes POST. Subclasses write `act`."""

    act: Callable[..., Response]

    def post(self, request: Request, **names: Any) -> HttpResponseBase:
        """Run `act`, or repeat the stored answer to the same request."""
        return answered_once(request, self.content_of(request), lambda: self.act(request, **names))


class Publishing(ActionResource):
    """Base class of resources that publish a statement about a row of `queryset`."""

    def published(self, statement: Statement) -> Response:
        """Return the response with the statement's number and the subject's new state."""
        subject = self.get_queryset().get(public_id=statement.subject_id)
        subject.statement = statement.number
        return self.answer(subject)


class Updating(Publishing):
    """Base class of resources that update a versioned row. Subclasses write `update`."""

    update: Callable[..., Statement]

    def act(self, request: Request, public_id: str) -> Response:
        """Publish an update, and refuse it where the row changed since the caller read it."""
        row = get_object_or_404(self.get_queryset(), public_id=public_id)
        values = self.validated(request)
        # The service compares this with the row: what the caller has read decides.
        row.version = values.pop("version", row.version)
        return self.published(self.update(row, **values))


class OneSubject(Resource, RetrieveAPIView[Any]):
    """One row of `queryset`, found by its public id."""

    lookup_field = "public_id"


class Changing(Writing, OneSubject):
    """One row that PATCH changes: what is left out stays. Subclasses write `change`."""

    change: Callable[..., None]

    def patch(self, request: Request, **_names: Any) -> HttpResponseBase:
        """Change the row, or repeat the stored answer to the same request."""
        return answered_once(request, self.content_of(request), lambda: self._changed(request))

    def _changed(self, request: Request) -> Response:
        self.change(request, self.get_object())
        return self.answer(self.get_object(), 200)
