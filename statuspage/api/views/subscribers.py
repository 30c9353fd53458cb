"""Subscribers over the API."""

from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_view
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from notifications.subscribers.models import Address
from notifications.subscribers.services.addresses import WEBHOOK, address_add, webhook_add
from notifications.subscribers.services.importing import ImportReport, subscriber_import
from statuspage.api.base import Acting, Data
from statuspage.api.parsers import CSVParser
from statuspage.api.serializers.subscribers import (
    ImportAnswer,
    ImportRequest,
    SubscriberAdded,
    SubscriberAnswer,
    SubscriberRequest,
)
from statuspage.staff.scopes import Scope

HEADER_LINE: Final = 1
ADDING: Final = OpenApiExample(
    "A phone number",
    request_only=True,
    value={
        "channel": "twilio_sms",
        "address": "+8613800001234",
        "language": "zh-hans",
        "category": "micro",
        "consent_source": "contract-2024",
    },
)
FILE: Final = OpenApiExample(
    "A file",
    request_only=True,
    media_type="text/csv",
    value="phone,language,category,consent_source\n13800001234,zh,micro,contract-2024\n",
)


@extend_schema_view(
    post=extend_schema(
        summary=_("Add an address; a webhook's secret is answered this once"),
        request=SubscriberRequest,
        responses={201: SubscriberAdded},
        examples=[ADDING],
    )
)
class Subscribers(Acting):
    """Those who are told."""

    scope = Scope.SUBSCRIBERS

    serializer_class = SubscriberAdded
    request_serializer = SubscriberRequest

    def act(self, request: Request) -> Response:
        """Add one."""
        address, shown_once = _add(self.validated(request))
        return Response({**SubscriberAnswer(address).data, **shown_once}, status=201)


@extend_schema_view(
    post=extend_schema(
        summary=_("Import subscribers from a CSV file"),
        description=_(
            "Columns: phone, language, category, consent_source; optional: email, topics, "
            "components, timezone, one_by_one, merchant. A bad line is reported and stops no "
            "other. At most 20 MB."
        ),
        request={"text/csv": OpenApiTypes.STR, "multipart/form-data": ImportRequest},
        responses={200: ImportAnswer},
        examples=[FILE],
    )
)
class SubscriberImport(Acting):
    """Many at once."""

    scope = Scope.SUBSCRIBERS

    serializer_class = ImportAnswer
    request_serializer = ImportRequest
    parser_classes = (CSVParser, MultiPartParser)
    max_bytes = 20_000_000

    def content_of(self, request: Request) -> bytes:
        """The file: the boundaries of a form differ between two requests that are the same."""
        content: bytes = _file(request).read()
        return content

    def act(self, request: Request) -> Response:
        """Import the file."""
        stream = _file(request)
        stream.seek(0)
        report = subscriber_import(stream)
        _check_header(report)
        return Response(_shown(report))


def _add(values: Data) -> tuple[Address, Data]:
    """The address, and what is shown this once: a webhook's secret."""
    source, raw = values.pop("consent_source"), values.pop("address")
    if values["channel"] != WEBHOOK:
        return address_add(raw=raw, source=source, **values), {}
    del values["channel"]
    values.pop("category", None)
    address, secret = webhook_add(url=raw, source=source, **values)
    return address, {"secret": secret}


def _file(request: Request) -> Any:
    data: Any = request.data
    file = data.get("file")
    if not hasattr(file, "read"):
        raise ValidationError({"file": [_("Send the file as text/csv, or in the field “file”.")]})
    return file


def _check_header(report: ImportReport) -> None:
    """A file without the columns is no file of subscribers: refuse it as a whole.

    Raises:
        ValidationError: by column, what the header lacks.
    """
    problems = {field: [message] for line, field, message in report.errors if line == HEADER_LINE}
    if problems:
        raise ValidationError(problems)


def _shown(report: ImportReport) -> Data:
    return {
        "created": report.created,
        "updated": report.updated,
        "skipped": report.skipped,
        "failed": report.failed,
        "errors": [
            {"line": line, "field": field, "message": message}
            for line, field, message in report.errors
        ],
    }
