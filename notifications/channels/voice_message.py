"""What a call says: who calls, what has happened, when the next update comes, which key to press.

It is heard once or twice, and nobody can look back: short sentences, and nothing to write down.
"""

import re
from dataclasses import replace
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from notifications.channels import sms_text, wording
from notifications.channels.base import Bulletin, Content, Note
from notifications.channels.speech import speakable
from notifications.media import VOICE
from statuspage.lib.punctuation import sentence

# The end of a sentence, where its next one begins.
ENDS: Final = re.compile(r"(?<=[。\uff01\uff1f])|(?<=[.!?])\s+")
SENTENCES: Final = 2
# About half a minute of speech.
LONGEST: Final = 160
CONFIRM, NO_MORE = "1", "9"


def content(bulletin: Bulletin) -> Content:
    """Return a bulletin as a call says it; `data` has what precedes the keys, and the language."""
    chinese = wording.is_chinese(bulletin)
    parts = {name: speakable(one, chinese=chinese) for name, one in spoken(bulletin).items()}
    with override(bulletin.language):
        text = _joined([parts["greeting"], parts["news"], parts["next"], keys()], bulletin.language)
    return Content(text=text, billed_as=VOICE, data={"language": bulletin.language, **parts})


def spoken(bulletin: Bulletin) -> dict[str, str]:
    """Return the parts of a call by name as they are written, without the keys."""
    chinese = wording.is_chinese(bulletin)
    said = wording.in_brief(bulletin, wording.SMS)
    body = sentence(sms_text.carrier_safe(said.body, chinese=chinese), chinese=chinese)
    name = sms_text.carrier_safe(said.name, chinese=chinese)
    head = wording.opening(replace(said, name=name, body=body))
    news = _first([*ENDS.split(head), *ENDS.split(body)], bulletin.language)
    with override(bulletin.language):
        greeting = _("This is %(operator)s.") % {"operator": bulletin.operator}
    return {"greeting": greeting, "news": news, "next": wording.promise(bulletin)}


def said_within(text: str, limit: int, *, chinese: bool) -> str:
    """Return as much of a text as is said in `limit` UTF-16 units; no figure is cut."""
    room = limit
    # What is written out is longer, by a few signs a figure: the text gets shorter until it fits.
    while (
        sms_text.units(said := speakable(sms_text.shortened(text, room), chinese=chinese)) > limit
    ):
        room -= 1
    return said


def note_content(note: Note) -> Content:
    """Return a note as a call says it."""
    with override(note.language):
        greeting = _("This is %(operator)s.") % {"operator": note.operator}
        said = speakable(note.text, chinese=note.language.startswith("zh"))
        text = _joined([greeting, said, keys()], note.language)
    parts = {"greeting": greeting, "news": said, "next": ""}
    return Content(text=text, billed_as=VOICE, data={"language": note.language, **parts})


def keys() -> str:
    """Return which key to press, in the active language."""
    return _("To confirm that you have heard this, press 1. For no more calls, press 9.")


def answer(digits: str) -> str:
    """Return what is said to who pressed a key, in the active language."""
    if digits == CONFIRM:
        return _("Thank you. Goodbye.")
    if digits == NO_MORE:
        return _("We will not call you again. Goodbye.")
    return ""


def _first(sentences: list[str], language: str) -> str:
    """Return the first sentences, as many as are said; the first one in any case."""
    kept = [one.strip() for one in sentences if one and one.strip()][:SENTENCES]
    text = _joined(kept, language)
    if sms_text.units(text) > LONGEST and len(kept) > 1:
        text = kept[0]
    return sms_text.shortened(text, 2 * LONGEST)


def _joined(parts: list[str], language: str) -> str:
    return ("" if language.startswith("zh") else " ").join(part for part in parts if part)
