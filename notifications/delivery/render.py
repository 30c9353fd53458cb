"""Turn a statement into a bulletin, with the short code by which readers verify its messages."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels.base import Bulletin
from notifications.subscribers.crypto import blind_index
from notifications.subscribers.models import Topic
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus, turn_of
from statuspage.incidents.replanning import RESCHEDULED
from statuspage.lib.tables import in_lines
from statuspage.notices.kind import every_kind
from statuspage.postmortems.content import STATUS as POSTMORTEM_STATUS
from statuspage.statements.documents import ALONE, news_of, said_by
from statuspage.statements.services import CORRECTION, WITHDRAWAL
from statuspage.statements.short import in_short
from statuspage.statements.texts import CHINESE, in_language
from statuspage.statements.times import from_iso

# Without 0/O/Q, 1/I/L, 2/Z, 5/S, 6/G and 8/B, which are mistaken for each other; no vowels, so that
# no code is a word; and a letter first, so that no number in the text looks like a code.
LETTERS: Final = "CDFHJKMNPRTVWXY"
ALPHABET: Final = f"3479{LETTERS}"
LENGTH: Final = 5
MOST: Final = 20
SHAPE: Final = re.compile(rf"(?<![0-9A-Z])[{LETTERS}][{ALPHABET}]{{{LENGTH - 1}}}(?![0-9A-Z])")
NO_SIGN: Final = re.compile(r"[\W_]+")
PATHS: Final = {"incident": "incidents", "maintenance": "maintenances", "notice": "notices"}


def bulletin_of(document: Mapping[str, Any], language: str) -> Bulletin:
    """Return the statement in one language. `document` may be a draft of the same shape."""
    content = news_of(document)
    promised = content.get("next_update_by")
    with override(language):
        label = _status_label(document)
    return Bulletin(
        number=document["number"],
        kind=document["kind"],
        topic=Topic(document["subject"]["type"]),
        language=language,
        operator=in_language(settings.OPERATOR_NAME, language),
        name=in_language(content["name"], language),
        status=content.get("status") or document["kind"],
        status_label=label,
        body=said_by(content, language),
        next_update_by=from_iso(promised) if promised else None,
        published_at=from_iso(document["published_at"]),
        url=page_url(document, language),
        document=document,
        short=in_short(content, language),
        brief=in_language(content.get("brief") or {}, language),
        details=_details(content, language),
        code=message_code(document["number"], language),
    )


def trial_bulletin_of(document: Mapping[str, Any], language: str) -> Bulletin:
    """Return a draft in one language as a test says it.

    It is marked, and has no code: nobody can take it for a statement.
    """
    with override(language):
        return replace(bulletin_of(document, language), mark=_("[Test] "), code="")


def page_url(document: Mapping[str, Any], language: str) -> str:
    """Return the public page of the statement's subject, in the reader's language."""
    prefix = "" if language == CHINESE else f"/{language}"
    subject = document["subject"]
    return f"{settings.SITE_URL}{prefix}/{PATHS[subject['type']]}/{subject['id']}/"


def message_code(number: int, language: str) -> str:
    """Return the code of a statement in one language: one of 1.9 million, not predictable.

    Two statements may share one. It only finds the statement; the text is compared afterwards.
    """
    rest = int(blind_index(f"{number}:{language}", "message-code"), 16)
    rest, first = divmod(rest, len(LETTERS))
    code = LETTERS[first]
    for _place in range(LENGTH - 1):
        rest, place = divmod(rest, len(ALPHABET))
        code += ALPHABET[place]
    return code


def codes_in(text: str) -> list[str]:
    """Return what may be codes in a message: at most twenty, in order, without repetition."""
    found = SHAPE.findall(unicodedata.normalize("NFKC", text).upper())
    return list(dict.fromkeys(found))[:MOST]


def code_typed(text: str) -> str | None:
    """Return the code if nothing else was typed; gaps and brackets are ignored."""
    bare = NO_SIGN.sub("", unicodedata.normalize("NFKC", text)).upper()
    return bare if SHAPE.fullmatch(bare) else None


def _details(content: Mapping[str, Any], language: str) -> tuple[str, ...]:
    """Return the lines of a notice beyond its text, and its tables where no words say the same."""
    found = {name: content.get(name) or {} for name in ("details", "tables")}
    lines, tables = (one.get(language) or one.get(CHINESE) or [] for one in found.values())
    with override(language):
        said = [_("%(label)s: %(text)s") % one for one in lines]
        return (*said, *in_lines([] if content.get(ALONE) else tables))


def _status_label(document: Mapping[str, Any]) -> str:
    """Return what happened in one word, in the active language."""
    kind = document["kind"]
    if kind in {CORRECTION, WITHDRAWAL}:
        return {CORRECTION: _("Correction"), WITHDRAWAL: _("Withdrawal")}[kind]
    if turn := turn_of(document["content"]):
        return str(turn)
    if kind == RESCHEDULED:
        return _("Rescheduled")
    labels = {
        **dict(IncidentStatus.choices),
        **dict(MaintenanceStatus.choices),
        POSTMORTEM_STATUS: _("Postmortem"),
        **{f"notice.{one.name}": one.label for one in every_kind()},
    }
    # A kind that has no label yet can be sent all the same.
    return str(labels.get(document["content"].get("status") or kind, _("Notice")))
