"""What a cancellation or a rescheduling says by itself, in both languages: old and new times.

It is made from the content's own data, so that no message depends on what the author remembers to
write. Long texts show the details; short ones the same in a sentence, before the author's text.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from statuspage.notices.fields import Line
from statuspage.notices.phrases import joined, listed, short_end, span
from statuspage.statements.texts import LANGUAGES, in_language

Content = dict[str, Any]


def with_words(content: Content) -> Content:
    """Return the content with the `details` and the `brief` that follow from it."""
    details, brief = {}, {}
    for language in LANGUAGES:
        with override(language):
            facts = [*_facts(content, language)]
            details[language] = [line.as_json() for line, _sentence in facts]
            told = joined(sentence for _line, sentence in facts)
            brief[language] = joined([told, in_language(content["body"], language)])
    return {**content, "details": details, "brief": brief}


def _facts(content: Mapping[str, Any], language: str) -> Iterator[tuple[Line, str]]:
    """Yield each fact as a line with a label, and as a sentence of a short message."""
    before = content.get("before")
    if before is None:
        planned = _span(content)
        yield (
            Line(_("Was planned for"), planned),
            _("It was planned for %(span)s.") % {"span": planned},
        )
        return
    if content["scheduled_for"] != before["scheduled_for"]:
        yield from _moved(_span(content), _span(before))
    elif content["scheduled_until"] != before["scheduled_until"]:
        yield from _ends(*(short_end(one["scheduled_until"]) for one in (content, before)))
    if content["affects"] != before["components"]:
        known = {one["id"]: in_language(one["name"], language) for one in content["components"]}
        yield from _affects(_names(known, content["affects"]), _names(known, before["components"]))


def _moved(new: str, old: str) -> Iterator[tuple[Line, str]]:
    yield Line(_("New time"), new), _("Now %(span)s.") % {"span": new}
    yield Line(_("Previous time"), old), _("It was planned for %(span)s.") % {"span": old}


def _ends(new: str, old: str) -> Iterator[tuple[Line, str]]:
    yield Line(_("New end"), new), _("The end is now %(end)s.") % {"end": new}
    yield Line(_("Previous end"), old), _("It was planned to end at %(end)s.") % {"end": old}


def _affects(new: str, old: str) -> Iterator[tuple[Line, str]]:
    yield Line(_("Services affected now"), new), _("Now affects: %(names)s.") % {"names": new}
    yield Line(_("Services affected before"), old), _("Before: %(names)s.") % {"names": old}


def _span(times: Mapping[str, str]) -> str:
    return span(times["scheduled_for"], times["scheduled_until"])


def _names(known: Mapping[str, str], public_ids: list[str]) -> str:
    names = [known[one] for one in public_ids if one in known]
    return listed(names) or pgettext("services", "none")
