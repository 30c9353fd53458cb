"""What the OpenAPI description says beyond what the serializers say."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

Spec = dict[str, Any]

ERROR: Final[Spec] = {
    "type": "object",
    "description": _("Every refusal has this shape, in the language of Accept-Language."),
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "example": "transition"},
                "message": {"type": "string"},
                "fields": {
                    "type": "object",
                    "description": _("What is wrong with which field, by its dotted path."),
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
            "required": ["code", "message", "fields"],
        }
    },
    "required": ["error"],
}
KEY_HEADER: Final[Spec] = {
    "in": "header",
    "name": "Idempotency-Key",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "description": _(
        "Any value of your own, new for each new request. Repeating the request with the same key "
        "repeats the answer, with the header Idempotent-Replay: true, and does nothing else. Kept "
        "for at least 24 hours; refusals are not kept."
    ),
}
READING: Final = {
    "400": _("The query is not right."),
    "401": _("The token is missing, unknown or expired."),
    "404": _("There is nothing of that name."),
}
PUBLIC: Final = {
    "400": _("The query is not right."),
    "429": _("You ask too often; the header Retry-After says how long to wait."),
}
WRITING: Final = {
    "400": _("The body is not right; “fields” says where."),
    "401": _("The token is missing, unknown or expired."),
    "403": _("Your role may not publish."),
    "404": _("There is nothing of that name."),
    "409": _("It cannot follow what was said meanwhile, or the same key is still being worked on."),
    "413": _("The body is too large."),
    "415": _("The body has another content type."),
    "422": _("The Idempotency-Key was used for a different request."),
}


class Described(AutoSchema):
    """Descriptions are written for callers, and translated; docstrings are for engineers."""

    def get_description(self) -> str:  # type: ignore[override]  # drf-spectacular's own
        """What `extend_schema` gives takes the place of this."""
        return ""


class BearerToken(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How TokenAuthentication is described."""

    target_class = "statuspage.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> Spec:
        """A bearer token."""
        return {"type": "http", "scheme": "bearer"}


def describe_refusals(result: Spec, generator: Any, request: Any, public: bool) -> Spec:
    """Add to every operation what can go wrong, and to every POST the Idempotency-Key."""
    result["components"]["schemas"]["Error"] = ERROR
    for operations in result["paths"].values():
        for method, operation in operations.items():
            refusals = WRITING if method == "post" else READING
            if not any(operation.get("security", [])):
                refusals = PUBLIC
            operation["responses"] |= {code: _refusal(says) for code, says in refusals.items()}
            if method == "post":
                operation.setdefault("parameters", []).append(KEY_HEADER)
    return result


def _refusal(description: Any) -> Spec:
    schema = {"$ref": "#/components/schemas/Error"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}
