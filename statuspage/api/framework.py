"""Settings of Django REST framework and of the OpenAPI description."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from statuspage import __version__

REST_FRAMEWORK: Final[dict[str, Any]] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["statuspage.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "statuspage.api.authentication.RolePermission",
        "statuspage.api.authentication.TokenScopePermission",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["statuspage.api.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "statuspage.api.openapi.ResourceSchema",
    "DEFAULT_PAGINATION_CLASS": "statuspage.api.paging.Pages",
    # OPTIONS adds nothing to the OpenAPI description, and JSON is the only format.
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "statuspage.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS: Final[dict[str, Any]] = {
    "TITLE": "Candor management API",
    "VERSION": __version__,
    "DESCRIPTION": _(
        "Everything published here is public immediately and permanently. Texts are objects "
        "with “zh-hans” and “en”; times are ISO 8601 with an offset."
    ),
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "statuspage.api.openapi.describe_refusals",
    ],
    # Several enumerations are called "status" or "state": each gets the name it has in the code.
    "ENUM_NAME_OVERRIDES": {
        "ComponentStatus": "statuspage.components.statuses.ComponentStatus",
        "IncidentStatus": "statuspage.incidents.lifecycle.IncidentStatus",
        "MaintenanceStatus": "statuspage.incidents.lifecycle.MaintenanceStatus",
        "MerchantCategory": "statuspage.notices.audience.MerchantCategory",
        "NoticeKind": "statuspage.api.views.notices.KINDS",
        "AnyNoticeKind": "statuspage.api.views.notices.EVERY_KIND",
        "SignalDraftState": "statuspage.monitors.models.SignalDraftState",
        "SignalStatus": "statuspage.api.views.signals.STATUSES",
        "DateStatus": "statuspage.settlement.arrival.words.DateStatus",
        "DateMeans": "statuspage.settlement.models.DateMeans",
        "DeliveryState": "notifications.delivery.states.DeliveryState",
        "BroadcastState": "notifications.delivery.models.BroadcastState",
        "ProposalState": "statuspage.approvals.models.ProposalState",
    },
}
