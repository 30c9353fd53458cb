"""Additions to the OpenAPI description that serializers cannot express."""

import json
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample

Spec = dict[str, Any]

ERROR: Final[Spec] = {
    "type": "object",
    "description": _("Every error has this format, in the language of Accept-Language."),
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "example": "transition"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "description": _("The errors of each field, by its dotted path."),
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}
REFUSAL: Final = {"$ref": "#/components/schemas/Error"}
KEY_HEADER: Final[Spec] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": _(
        "Any value of your own, new for each new request. Repeating a request with the same "
        "key returns the same response with the header Idempotent-Replay: true and does "
        "nothing else. Kept for at least 24 hours; errors are not kept."
    ),
}
# Bodies that callers may start from, by the name of the resource.
EXAMPLES: Final[Spec] = json.loads(Path(__file__).with_name("examples.json").read_text("utf-8"))
READING: Final = {
    "400": _("Invalid query."),
    "401": _("Missing, unknown or expired token."),
    "404": _("Not found."),
}
PUBLIC: Final = {
    "400": _("Invalid query."),
    "429": _("Too many requests. The header Retry-After says how long to wait."),
}
# The methods that take a body.
BODIED: Final = frozenset({"POST", "PATCH"})
WRITING: Final = {
    "400": _("Invalid body; see “fields”."),
    "401": _("Missing, unknown or expired token."),
    "403": _("Your role or this token may not do this."),
    "404": _("Not found."),
    "409": _("It conflicts with a newer change, or a request with the same key is still running."),
    "413": _("The body is too large."),
    "415": _("Unsupported content type."),
    "422": _("The Idempotency-Key was used for a different request."),
}


class ResourceSchema(AutoSchema):
    """Describe a resource by its attributes instead of its docstring, which is for engineers."""

    view: Any

    def get_summary(self) -> Any:
        """Return the summary of the method."""
        return self.view.summaries.get(self.method)

    def get_description(self) -> Any:  # type: ignore[override]  # drf-spectacular's own
        """Return the description of what takes a body; other methods have none."""
        return self.view.description if self.method in BODIED else ""

    def get_request_serializer(self) -> Any:
        """Return the serializer of the body."""
        return self.view.request_serializer if self.method in BODIED else None

    def get_response_serializers(self) -> Any:
        """Return the serializers of the answers to what takes a body, by status."""
        if self.method in BODIED:
            return self.view.answers
        return super().get_response_serializers()

    def get_examples(self) -> list[OpenApiExample]:
        """Return the example of a request body."""
        # A preview takes what publishing takes.
        example = EXAMPLES.get(type(self.view).__name__.removesuffix("Preview"))
        return [OpenApiExample(**example, request_only=True)] if example else []


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The OpenAPI description of TokenAuthentication."""

    target_class = "statuspage.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Spec:
        """Return the security scheme of a bearer token."""
        return {"type": "http", "scheme": "bearer"}


def describe_refusals(result: Spec, generator: Any, request: Any, public: bool) -> Spec:
    """Add the error responses to every operation, and the Idempotency-Key header to every body."""
    result["components"]["schemas"]["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            bodied = method.upper() in BODIED
            refusals = WRITING if bodied else READING
            if not any(operation.get("security", [])):
                refusals = PUBLIC
            operation["responses"] |= {
                code: {"description": says, "content": {"application/json": {"schema": REFUSAL}}}
                for code, says in refusals.items()
            }
            if bodied:
                operation.setdefault("parameters", []).append(KEY_HEADER)
    return result
