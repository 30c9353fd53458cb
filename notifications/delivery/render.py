"""From a statement to the words that every channel starts from."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels.base import Bulletin
from notifications.delivery.audience import TOPIC_OF
from notifications.delivery.message_code import message_code
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.settlement.notices import every_kind
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.texts import CHINESE, in_language
from statuspage.statements.times import from_iso

PATHS: Final = {"incident": "incidents", "maintenance": "maintenances", "notice": "notices"}


def bulletin_of(document: Mapping[str, Any], language: str) -> Bulletin:
    """The statement in one language. `document` may be a draft of the same shape."""
    content = document["content"]
    promised = content.get("next_update_by")
    with override(language):
        label = _status_label(document)
    return Bulletin(
        number=document["number"],
        kind=document["kind"],
        topic=TOPIC_OF[document["subject"]["type"]],
        language=language,
        operator=in_language(settings.OPERATOR_NAME, language),
        name=in_language(content["name"], language),
        status=content.get("status") or document["kind"],
        status_label=label,
        body=in_language(content["body"], language),
        next_update_by=from_iso(promised) if promised else None,
        published_at=from_iso(document["published_at"]),
        url=page_url(document, language),
        document=document,
        brief=in_language(content.get("brief") or {}, language),
        details=_details(content, language),
        code=message_code(document["number"], language),
    )


def page_url(document: Mapping[str, Any], language: str) -> str:
    """The public page of the statement's subject, in the reader's language."""
    prefix = "" if language == CHINESE else f"/{language}"
    subject = document["subject"]
    return f"{settings.SITE_URL}{prefix}/{PATHS[subject['type']]}/{subject['id']}/"


def _details(content: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """What a notice says beyond its text, line by line."""
    said = content.get("details") or {}
    lines = said.get(language) or said.get(CHINESE) or []
    with override(language):
        return tuple(_("%(label)s: %(text)s") % one for one in lines)


def _status_label(document: Mapping[str, Any]) -> str:
    """What happened, in one word, in the language that is active."""
    kind = document["kind"]
    if kind in {CORRECTION, WITHDRAWAL}:
        return {CORRECTION: _("Correction"), WITHDRAWAL: _("Withdrawal")}[kind]
    labels = {
        **dict(IncidentStatus.choices),
        **dict(MaintenanceStatus.choices),
        POSTMORTEM_STATUS: _("Postmortem"),
        **{f"notice.{one.name}": one.label for one in every_kind()},
    }
    # A kind that has no word of its own yet can be said, and so it can be told.
    return str(labels.get(document["content"].get("status") or kind, _("Notice")))
