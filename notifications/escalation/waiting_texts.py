"""What a message about waiting items says: how many, which, since when, and where to decide."""

from collections.abc import Sequence
from typing import Final

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from notifications.channels.base import Content
from notifications.delivery.alarm_texts import staff_content
from statuspage.lib.waiting import ReturnedItem, WaitingItem
from statuspage.statements.texts import LANGUAGES, in_language

Item = WaitingItem | ReturnedItem
# More than these are counted: the page has them all. A robot takes 2,048 bytes, and Chinese in both
# halves of the message has three a character.
LISTED: Final = 5
NAME_LENGTH: Final = 30
NOTE_LENGTH: Final = 300


def content(items: Sequence[Item], languages: Sequence[str] = LANGUAGES) -> Content:
    """Compose one message about all these items, with the link to one, or to the first page."""

    def what(language: str) -> str:
        lines = [_line(one, language) for one in items[:LISTED]]
        if more := len(items) - len(lines):
            lines.append(ngettext("and %(n)d more", "and %(n)d more", more) % {"n": more})
        return "\n".join([*_headline(items), *lines])

    alone = len(items) == 1
    path = items[0].path if alone else reverse("console:dashboard")
    return staff_content(gettext_lazy("[%(operator)s] %(what)s"), what, path, languages)


def _headline(items: Sequence[Item]) -> list[str]:
    """Return the first line, which is an e-mail's subject as well."""
    back = sum(isinstance(one, ReturnedItem) for one in items)
    over = sum(isinstance(one, WaitingItem) and one.resolves for one in items)
    early = sum(isinstance(one, WaitingItem) and one.prepares for one in items)
    waiting = len(items) - back - over - early
    said = []
    if back:
        said.append(
            ngettext("%(n)d sent back to you", "%(n)d sent back to you", back) % {"n": back}
        )
    if waiting:
        plural = ngettext("%(n)d awaiting approval", "%(n)d awaiting approval", waiting)
        said.append(plural % {"n": waiting})
    if over:
        plural = ngettext("%(n)d incident to resolve?", "%(n)d incidents to resolve?", over)
        said.append(plural % {"n": over})
    if early:
        said.append(ngettext("%(n)d to prepare", "%(n)d to prepare", early) % {"n": early})
    return [" · ".join(said)]


def _line(item: Item, language: str) -> str:
    values = {"kind": str(item.kind), "name": _short(in_language(item.name, language), NAME_LENGTH)}
    if isinstance(item, ReturnedItem):
        line = _("Sent back: %(kind)s “%(name)s”") % values
        note = _short(item.note, NOTE_LENGTH)
        reason = _("Reason: %(note)s") % {"note": note}
        return f"{line}\n{reason}" if note else line
    if item.prepares:
        return _("%(kind)s: %(name)s") % values
    since = f"{timezone.localtime(item.since):%m-%d %H:%M}"
    return _("%(kind)s “%(name)s”, since %(since)s") % {**values, "since": since}


def _short(text: str, length: int) -> str:
    """Return the text on one line, cut where it is too long for a message."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
