"""Fields that several resources share: texts, moments, the ids and states of components."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from statuspage.components.statuses import ComponentStatus
from statuspage.statements.short import LIMITS, Short, clean_short
from statuspage.statements.texts import CHINESE, ENGLISH, MAX_LENGTH, Text, clean_text

# Any year beyond these is a typing error, and the extremes cannot be converted between zones.
YEARS: Final = range(2000, 2101)
PUBLIC_ID: Final = re.compile(r"[0-9a-z]{1,12}")
MOST_COMPONENTS: Final = 500
LARGEST_VERSION: Final = 2**31 - 1

TEXT_SCHEMA: Final = {
    "type": "object",
    "description": "Chinese is required; English falls back to it.",
    "properties": {CHINESE: {"type": "string"}, ENGLISH: {"type": "string"}},
    "required": [CHINESE],
    "additionalProperties": False,
    "example": {CHINESE: "部分小微商户T+1到账延迟", ENGLISH: "Some T+1 payouts are late"},
}


@extend_schema_field(TEXT_SCHEMA)
class TextField(serializers.Field[Text, Any, Text, Any]):
    """A text in the operator's languages."""

    def __init__(self, *, max_length: int = MAX_LENGTH, **options: Any) -> None:
        self.max_length = max_length
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Text:
        """Return the cleaned text."""
        return clean_text(data, max_length=self.max_length)

    def to_representation(self, value: Text) -> Text:
        """Return the text unchanged."""
        return value


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            medium: {**TEXT_SCHEMA, "description": f"At most {most} characters.", "example": words}
            for (medium, most), words in zip(
                LIMITS.items(),
                (
                    {CHINESE: "部分到账延迟，资金安全，无需操作。"},
                    {CHINESE: "部分到账延迟，资金安全"},
                ),
                strict=True,
            )
        },
        "additionalProperties": False,
    }
)
class ShortField(serializers.Field[Short, Any, Short, Any]):
    """Shorter words for channels with little room."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            allow_null=True,
            help_text=_(
                "Shorter words that SMS or WeChat say in place of the body. They are part of the "
                "statement."
            ),
        )

    def to_internal_value(self, data: Any) -> Short:
        """Return the cleaned words."""
        return clean_short(data)

    def to_representation(self, value: Short) -> Short:
        """Return them unchanged."""
        return value


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentSerializerField(serializers.Field[datetime, Any, str, Any]):
    """An ISO 8601 time with its offset: without one a time is ambiguous."""

    default_error_messages = {
        "format": _("Enter a date and time, such as 2025-02-21T15:30:00+08:00."),
        "offset": _("Include the offset from UTC, such as 2025-02-21T15:30:00+08:00."),
        "year": _("The year must be from 2000 to 2100."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        """Return the moment, in UTC."""
        try:
            moment = parse_datetime(data) if isinstance(data, str) else None
        except ValueError:
            moment = None
        if moment is None:
            self.fail("format")
        if moment.tzinfo is None:
            self.fail("offset")
        if moment.year not in YEARS:
            self.fail("year")
        return moment.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        """Return the moment in UTC, in ISO 8601 with a final `Z`."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class VersionField(serializers.IntegerField):
    """The version that the caller has read; a stale one is refused with 409."""

    def __init__(self) -> None:
        super().__init__(
            required=False,
            min_value=1,
            max_value=LARGEST_VERSION,
            help_text=_("The version you have read. Fails with 409 if it is outdated."),
        )


class ComponentStatusesField(serializers.DictField):
    """Public ids of components, each with the state that it is in."""

    child = serializers.ChoiceField(choices=ComponentStatus.choices)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """Return the mapping; refuse keys that do not have the form of a public id."""
        if isinstance(data, Mapping):
            check_ids(list(data))
        return dict(super().to_internal_value(data))


class ComponentIdsField(serializers.ListField):
    """Public ids of components."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> list[str]:
        """Return the list; refuse values that do not have the form of a public id."""
        values = list(super().to_internal_value(data))
        check_ids(values)
        return values


def check_ids(values: list[str]) -> None:
    """Check the form and number of component ids; the service checks that they exist.

    Raises:
        ValidationError: an id has another form, or there are too many.
    """
    if len(values) > MOST_COMPONENTS:
        raise serializers.ValidationError(
            _("At most %(limit)d components at once.") % {"limit": MOST_COMPONENTS}
        )
    odd = [value for value in values if not PUBLIC_ID.fullmatch(value)]
    if odd:
        raise serializers.ValidationError(
            _("There is no component with the ID “%(id)s”.") % {"id": odd[0][:40]}
        )
