"""Fill in a notice's words from what was chosen, without writing over what its author typed."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from statuspage.lib.database_clock import database_now
from statuspage.notices.fields import Payload
from statuspage.notices.generated import NoticeWords, generated_at
from statuspage.notices.kind import NoticeKind
from statuspage.statements.canonical import canonical, digest
from statuspage.statements.forms import PARTS
from statuspage.statements.texts import Text

# The hidden field that says which words were generated, by digest: those are nobody's yet.
STAMP: Final = "generated"
AGAIN: Final = "generate"
# The steps that put other prepared words into the form.
OTHER_WORDS: Final = frozenset({"template", "template_over"})


def with_generated(
    form: forms.Form, kind: NoticeKind, data: QueryDict | None, fields: Mapping[str, str]
) -> tuple[QueryDict | None, list[str]]:
    """Return the data with generated words, and the names of the form's fields that have new ones.

    `fields` are the form's names by the payload's. A field that its author typed into is left
    alone, unless the author asks for the words again.
    """
    step = data.get("step", "") if data else ""
    words = _words(form, kind, data, fields) if data and step not in OTHER_WORDS else None
    if data is None or words is None:
        return data, []
    filled, stamps, changed = data.copy(), dict(_stamps(data)), []
    for name, text in _by_field(words):
        before = _typed(data, name)
        if any(before.values()) and _digest(before) != stamps.get(name) and step != AGAIN:
            continue
        wanted = {f"{name}_{ending}": text.get(language, "") for ending, language, *_x in PARTS}
        stamps[name] = _digest(wanted)
        if wanted != before:
            changed.append(name)
            for part, value in wanted.items():
                filled[part] = value
    filled[STAMP] = " ".join(f"{name}={stamp}" for name, stamp in stamps.items())
    return filled, changed


def _words(
    form: forms.Form, kind: NoticeKind, data: QueryDict, fields: Mapping[str, str]
) -> NoticeWords | None:
    """Return the words for what was chosen so far; None while that is not complete."""
    if not kind.generates:
        return None
    try:
        moment = _value(form, data, "publish_at") or database_now()
        values = {name: _value(form, data, of) for name, of in fields.items()}
        payload: Payload = kind.clean(values, moment)
    except ValidationError:
        return None
    return generated_at(kind, payload, moment)


def _value(form: forms.Form, data: QueryDict, name: str) -> Any:
    field = form.fields[name]
    return field.clean(field.widget.value_from_datadict(data, form.files, name))


def _by_field(words: NoticeWords) -> Iterator[tuple[str, Text]]:
    yield "title", words.title
    yield "body", words.body
    for medium, text in words.short.items():
        yield f"short_{medium}", text


def _typed(data: QueryDict, name: str) -> dict[str, str]:
    parts = (f"{name}_{ending}" for ending, *_x in PARTS)
    return {part: data.get(part, "").replace("\r\n", "\n") for part in parts}


def _stamps(data: QueryDict) -> Iterator[tuple[str, str]]:
    for pair in data.get(STAMP, "").split():
        name, _equals, stamp = pair.partition("=")
        yield name, stamp


def _digest(parts: Mapping[str, str]) -> str:
    return digest(canonical(dict(parts)))[:16]
