"""Fields that several resources share: texts in both languages, times, component states."""

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
from statuspage.statements.texts import CHINESE, ENGLISH, MAX_LENGTH, Text, clean_text

# Any year beyond these is a slip of the pen, and the extremes do not survive a change of zone.
YEARS: Final = range(2000, 2101)
PUBLIC_ID: Final = re.compile(r"[0-9a-z]{1,12}")
MOST_COMPONENTS: Final = 500

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
        """The cleaned text."""
        return clean_text(data, max_length=self.max_length)

    def to_representation(self, value: Text) -> Text:
        """As it is kept."""
        return value


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field[datetime, Any, str, Any]):
    """An ISO 8601 time that says its offset: a bare clock time could be anybody's."""

    default_error_messages = {
        "format": _("Write a date and time, such as 2025-02-21T15:30:00+08:00."),
        "offset": _("Say the offset from UTC as well, such as 2025-02-21T15:30:00+08:00."),
        "year": _("The year must be from 2000 to 2100."),
    }

    def to_internal_value(self, data: Any) -> datetime:
        """The moment, in UTC."""
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
        """In UTC."""
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


class ComponentStatusesField(serializers.DictField):
    """Public ids of components, each with the state that it is in."""

    child = serializers.ChoiceField(choices=ComponentStatus.choices)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        """The same, with ids that could be ids."""
        if isinstance(data, Mapping):
            check_ids(list(data))
        return dict(super().to_internal_value(data))


class ComponentIdsField(serializers.ListField):
    """Public ids of components."""

    child = serializers.CharField()

    def to_internal_value(self, data: Any) -> list[str]:
        """The same, with ids that could be ids."""
        values = list(super().to_internal_value(data))
        check_ids(values)
        return values


def check_ids(values: list[str]) -> None:
    """Pass when these could be public ids of components; whether they are, the service knows.

    Raises:
        ValidationError: one has another form, or there are too many.
    """
    if len(values) > MOST_COMPONENTS:
        raise serializers.ValidationError(
            _("At most %(limit)d components at once.") % {"limit": MOST_COMPONENTS}
        )
    odd = [value for value in values if not PUBLIC_ID.fullmatch(value)]
    if odd:
        raise serializers.ValidationError(
            _("“%(id)s” is not the id of a component.") % {"id": odd[0][:40]}
        )
