"""One JSON shape for every error: {"error": {"code", "message", "fields"}}."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.settings import api_settings
from rest_framework.views import exception_handler as drf_handler

from statuspage.statements.guard import LogBroken

Fields = dict[str, list[str]]

# Refusals because of the present state, not because of the request.
CONFLICTS: Final = frozenset({"transition", "superseded", "withdrawn", "owner_decided"})

NO_TOKEN: Final = _("Send your token in the header “Authorization: Bearer <token>”.")
NOTHING_HERE: Final = _("Not found. Addresses end with a slash.")
SAID_STAYS_SAID: Final = _(
    "Statements cannot be changed or deleted. To correct one, POST "
    "statements/<number>/corrections/."
)
IMMUTABLE: Final = frozenset({"PUT", "PATCH", "DELETE"})


class Conflict(exceptions.APIException):
    """409: the request is well formed, but conflicts with the present state."""

    status_code = 409
    default_code = "conflict"


class InProgress(Conflict):
    """409: a request with the same Idempotency-Key is still being processed."""

    default_detail = _("A request with this Idempotency-Key is still running. Try again shortly.")
    default_code = "in_progress"
    wait = 2


class Unavailable(exceptions.APIException):
    """503: nobody can do this at present; the same request may succeed later."""

    status_code = 503


class KeyReused(exceptions.APIException):
    """422: the Idempotency-Key was already used for a different request."""

    status_code = 422
    default_detail = _("This Idempotency-Key was used for a different request. Use a new key.")
    default_code = "key_reused"


class TooLarge(exceptions.APIException):
    """413: the request body is too large."""

    status_code = 413
    default_detail = _("The request is too large.")
    default_code = "too_large"


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Return the response for an expected error; an unexpected one stays a 500. DRF calls it."""
    known = _as_api_exception(error)
    response = drf_handler(known, dict(context))
    if response is not None and isinstance(known, exceptions.APIException):
        about_log = getattr(context["view"], "about_log", True)
        response.data = {"error": _explain(known, context["request"].method if about_log else None)}
    return response


def _from_service(error: DjangoValidationError) -> exceptions.APIException:
    """Return the API error for a service's refusal; its code decides whether it is a conflict."""
    code = getattr(error, "code", None) or "invalid"
    if code in CONFLICTS:
        return Conflict(error.messages[0], code)
    if isinstance(error, LogBroken):
        return Unavailable(error.messages[0], code)
    refused = exceptions.ValidationError(as_serializer_error(error))
    refused.default_code = code
    return refused


def _as_api_exception(error: Exception) -> Exception:
    if isinstance(error, DjangoValidationError):
        return _from_service(error)
    if isinstance(error, Http404):
        return exceptions.NotFound(NOTHING_HERE)
    if isinstance(error, RequestDataTooBig):
        return TooLarge()
    if isinstance(error, SuspiciousOperation):
        return exceptions.ParseError(_("Malformed request."))
    return error


def _explain(error: exceptions.APIException, method: str | None) -> dict[str, Any]:
    if isinstance(error, exceptions.ValidationError):
        return _explain_fields(error)
    message: Any = error.detail
    if isinstance(error, exceptions.NotAuthenticated):
        message = NO_TOKEN
    if isinstance(error, exceptions.MethodNotAllowed) and method in IMMUTABLE:
        message = SAID_STAYS_SAID
    return {"code": str(error.get_codes()), "message": str(message), "fields": {}}


def _explain_fields(error: exceptions.ValidationError) -> dict[str, Any]:
    fields = _flat(error.detail)
    general = fields.pop(api_settings.NON_FIELD_ERRORS_KEY, [])
    message = " ".join(general) or str(_("Invalid request. See the fields."))
    return {"code": str(error.default_code), "message": message, "fields": fields}


def _flat(detail: Any, path: str = "") -> Fields:
    """Return nested errors as a flat mapping by dotted path: {"components.abc": ["…"]}.

    The members of a list are numbered from 0: {"updates.2.at": ["…"]}.
    """
    if isinstance(detail, list) and any(isinstance(one, Mapping) for one in detail):
        detail = {number: one for number, one in enumerate(detail) if one}
    if not isinstance(detail, Mapping):
        return {path or api_settings.NON_FIELD_ERRORS_KEY: [str(value) for value in detail]}
    parts = [_flat(value, f"{path}.{key}" if path else str(key)) for key, value in detail.items()]
    return {key: value for part in parts for key, value in part.items()}
