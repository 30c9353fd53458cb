"""What answers to a publication, and previews, say about what is unusual in it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notifications.carrier_words.findings import sms_findings
from notifications.channels import medium
from notifications.delivery.reach import NOBODY, reach_of
from notifications.delivery.selectors import previews_of
from notifications.media import SMS
from statuspage.statements.models import Statement

WARNINGS_HELP = _("Sentences about what is unusual, in the language of Accept-Language.")


def warnings_of(document: Mapping[str, Any], found: Iterable[object] = ()) -> list[str]:
    """Return what was `found` already, that nobody is reached, and what SMS lose or wait for."""
    reach = reach_of(document)
    nobody = [NOBODY] if reach and not reach.told else []
    said = [*found, *nobody, *sms_findings(document), *_lacking(document)]
    return list(dict.fromkeys(map(str, said)))


def _lacking(document: Mapping[str, Any]) -> list[str]:
    """Return which providers have no approved template for its SMS."""
    if not any(one.uses_templates and one.configured() for one in medium(SMS).providers):
        return []
    told = [one for one in previews_of(document) if one.told and one.channel.name == SMS]
    return [said for one in told for said in one.lacking]


class Warned(serializers.Serializer[Any]):
    """Adds the warnings about the new statement to an answer."""

    warnings = serializers.SerializerMethodField(help_text=WARNINGS_HELP)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_warnings(self, row: Any) -> list[str]:
        """Return what the console shows before publishing the same."""
        said = Statement.objects.get(number=row.statement)
        return warnings_of(said.document, self.noticed(row))

    def noticed(self, row: Any) -> Iterable[object]:
        """Return what is unusual beside its message."""
        return ()
