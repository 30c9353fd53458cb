"""SMS in free text, for providers that need no approved template."""

from functools import partial

from notifications.channels import sms_text, wording
from notifications.channels.base import Bulletin, Content, Note
from statuspage.lib.punctuation import sentence


def content(bulletin: Bulletin) -> Content:
    """Return signature, opening, body, time of the next update, and the statement's number."""
    bulletin, chinese = wording.in_brief(bulletin, wording.SMS), wording.is_chinese(bulletin)
    gap = "" if chinese else " "
    safe = partial(sms_text.carrier_safe, chinese=chinese)
    body = sentence(safe(bulletin.body), chinese=chinese)
    opening = safe(wording.sms_opening(bulletin))
    ending = [part for part in (wording.promise(bulletin), wording.number(bulletin)) if part]
    text = sms_text.fitted(
        wording.signature(bulletin.operator, bulletin.language)
        + (f"{opening}{gap}" if opening else ""),
        body,
        gap.join(["", *ending]),
    )
    return Content(text=text, segments=sms_text.segments(text))


def note_content(note: Note) -> Content:
    """Return a note behind the signature."""
    text = f"{wording.signature(note.operator, note.language)}{note.text}"
    return Content(text=text, segments=sms_text.segments(text))
