"""Read a folder of Markdown with front matter: the format of docs/importing.md."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from statuspage.components.statuses import ComponentStatus
from statuspage.importing.building import incident_entry, mappings
from statuspage.importing.entries import (
    PAST_MAINTENANCE,
    Entry,
    IncidentEntry,
    LeftOut,
    NoticeEntry,
    Origin,
    Reading,
    Refused,
    Unusable,
    UpdateEntry,
)
from statuspage.importing.files import LARGEST_PAGE, files_of, name_in, text_of
from statuspage.importing.front_matter import Document, NoFrontMatter, document_of
from statuspage.importing.moments import moment_of
from statuspage.importing.plain import plain
from statuspage.incidents.lifecycle import IncidentStatus
from statuspage.statements.texts import CHINESE, ENGLISH, Text

EVERY: Final = frozenset({"kind", "id", "title", "title_en", "date"})
FIELDS: Final[Mapping[str, frozenset[str]]] = {
    "notice": EVERY
    | {"notice", "document_number", "link", "payload", "audience", "incident", "confirmed"},
    "incident": EVERY | {"resolved", "impact", "components", "updates"},
    "maintenance": EVERY | {"until", "components"},
}
UPDATE_FIELDS: Final = frozenset({"at", "status", "text", "text_en", "components"})
SUFFIXES: Final = (".md", ".markdown")
# Texts about the folder itself.
NOT_ENTRIES: Final = frozenset({"readme.md", "_index.md"})
# Between the Chinese text and the English one.
ENGLISH_BELOW: Final = re.compile(r"^[ \t]*<!--[ \t]*en[ \t]*-->[ \t]*$", re.MULTILINE)


def read(source: Path, reading: Reading) -> Iterator[Entry]:
    """Yield what a file, or the files of a folder and the folders in it, have."""
    for path in files_of(source, SUFFIXES):
        yield _safely(name_in(source, path), path, reading)


def _safely(name: str, path: Path, reading: Reading) -> Entry:
    origin = Origin(name, name)
    try:
        document = document_of(text_of(path, LARGEST_PAGE))
        title, key = document.fields.get("title"), document.fields.get("id")
        origin = Origin(str(key or name), name, str(title or ""))
        return _Page(document, reading).entry(origin)
    except NoFrontMatter as error:
        known = path.name.lower() in NOT_ENTRIES
        return LeftOut(origin, str(error)) if known else Refused(origin, str(error))
    except Unusable as error:
        return Refused(origin, str(error))


class _Page:
    """One file; a fault names the field and its line."""

    def __init__(self, document: Document, reading: Reading) -> None:
        self.fields, self.lines, self.body = document.fields, document.lines, document.body
        self.reading = reading

    def entry(self, origin: Origin) -> Entry:
        """Return what the file has.

        Raises:
            Unusable: a field is missing, unknown, or not what it has to be.
        """
        kind = self.fields.get("kind")
        if not isinstance(kind, str) or kind not in FIELDS:
            raise self.fault("kind", f"write one of {', '.join(FIELDS)}")
        for name in self.fields.keys() - FIELDS[kind]:
            raise self.fault(name, f"there is no such field of kind {kind}")
        if kind == "maintenance":
            return LeftOut(origin, PAST_MAINTENANCE)
        return self.notice(origin) if kind == "notice" else self.incident(origin)

    def notice(self, origin: Origin) -> NoticeEntry:
        """Return the notice; its kind's own checks come when it is entered."""
        fields, body = self.fields, self.both(*self.halves())
        entry = NoticeEntry(
            origin=origin,
            kind=self.text("notice") or "general",
            title=self.title(),
            body=body,
            published_on=self.day("date"),
            document_number=self.text("document_number"),
            link=self.text("link"),
            payload=self.values("payload"),
            audience=self.values("audience"),
            incident=self.text("incident"),
            confirmed=fields.get("confirmed") is True,
        )
        if CHINESE not in body:
            raise Unusable("there is no text in Chinese below the front matter")
        return entry

    def incident(self, origin: Origin) -> IncidentEntry:
        """Return the incident: with its updates, or one text about all of it."""
        begun, updates = self.moment("date"), [*self.updates()]
        closed = bool(updates) and updates[-1].status == IncidentStatus.RESOLVED
        ended = updates[-1].at if closed else self.moment("resolved")
        if closed and self.fields.get("resolved") and self.moment("resolved") != ended:
            raise self.fault("resolved", "its last update has another time; leave this out")
        if ended < begun:
            raise self.fault("resolved", "this is before its date")
        chinese, english = self.halves()
        if chinese.strip() and updates:
            raise Unusable("it has updates and a text below: write the text into an update")
        if not updates:
            said = self.both(chinese, english)
            updates = [UpdateEntry(ended, IncidentStatus.RESOLVED.value, said)]
        return incident_entry(
            origin,
            self.title(),
            updates,
            started_at=begun,
            resolved_at=ended,
            components=self.states(self.fields.get("components"), "components"),
            impact=self.text("impact"),
        )

    def updates(self) -> Iterator[UpdateEntry]:
        """Yield the updates in their order."""
        written = self.fields.get("updates") or []
        if not isinstance(written, list) or len(mappings(written)) != len(written):
            raise self.fault("updates", "write a list, each with at, status and text")
        for number, one in enumerate(written, start=1):
            try:
                yield self.update(one)
            except Unusable as error:
                raise self.fault("updates", f"no. {number}: {error}") from error

    def update(self, one: Mapping[Any, Any]) -> UpdateEntry:
        """Return one update."""
        if unknown := [str(name) for name in one if name not in UPDATE_FIELDS]:
            raise Unusable(f"there is no field {unknown[0]}")
        return UpdateEntry(
            at=moment_of(one.get("at"), self.reading.zone),
            status=_scalar(one.get("status")),
            body=self.both(_scalar(one.get("text")), _scalar(one.get("text_en"))),
            components=self.states(one.get("components"), "updates"),
        )

    def states(self, written: object, field: str) -> dict[str, str]:
        """Return the states by the components' names."""
        if not isinstance(written or {}, Mapping):
            raise self.fault(field, "write the components below it, as NAME: STATUS")
        found = {str(name): _scalar(state) for name, state in dict(written or {}).items()}  # type: ignore[call-overload]
        for name, state in found.items():
            if state not in ComponentStatus.values:
                known = ", ".join(ComponentStatus.values)
                raise self.fault(field, f"{name}: “{state}” is not one of {known}")
        return found

    def values(self, name: str) -> dict[str, Any]:
        """Return the fields below a field, as over the API: in JSON."""
        written = self.fields.get(name) or {}
        if not isinstance(written, Mapping):
            raise self.fault(name, "write fields below it, each with its value")
        try:
            return {str(key): self.as_json(value) for key, value in written.items()}
        except Unusable as error:
            raise self.fault(name, str(error)) from error

    def as_json(self, value: object) -> Any:
        """Return a value of YAML as one of JSON; a time without an offset gets the zone's."""
        if isinstance(value, datetime):
            return moment_of(value, self.reading.zone).isoformat()
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, list):
            return [self.as_json(one) for one in value]
        if isinstance(value, dict):
            return {str(key): self.as_json(one) for key, one in value.items()}
        if value is None or isinstance(value, (str, int, float)):
            return value
        raise Unusable(f"“{value!r}” is neither a text, a number, a date nor a list of them")

    def title(self) -> Text:
        """Return the title in its languages, each on one line."""
        said = self.both(self.text("title"), self.text("title_en"))
        if CHINESE not in said:
            raise self.fault("title", "write one in Chinese")
        return {language: " ".join(one.split()) for language, one in said.items()}

    def halves(self) -> tuple[str, str]:
        """Return the Chinese text and the English one below it."""
        chinese, *english = ENGLISH_BELOW.split(self.body, maxsplit=1)
        return chinese, english[0] if english else ""

    def both(self, chinese: str, english: str) -> Text:
        """Return a text as plain text, without the language that is missing."""
        said = {CHINESE: plain(chinese), ENGLISH: plain(english)}
        return {language: one for language, one in said.items() if one}

    def moment(self, name: str) -> datetime:
        """Return the time in a field."""
        try:
            return moment_of(self.fields.get(name), self.reading.zone)
        except Unusable as error:
            raise self.fault(name, str(error)) from error

    def day(self, name: str) -> date:
        """Return the day in a field; of a time, its day in the zone of the source."""
        return self.moment(name).astimezone(self.reading.zone).date()

    def text(self, name: str) -> str:
        """Return the text in a field, empty where it is left out."""
        try:
            return _scalar(self.fields.get(name))
        except Unusable as error:
            raise self.fault(name, str(error)) from error

    def fault(self, name: str, reason: str) -> Unusable:
        """Return what is wrong with a field, with its line."""
        line = self.lines.get(name)
        return Unusable(f"line {line}, {name}: {reason}" if line else f"{name}: {reason}")


def _scalar(value: object) -> str:
    """Return a text or number as text; YAML reads some words as something else.

    Raises:
        Unusable: it is neither.
    """
    if value is None:
        return ""
    if isinstance(value, (str, int, float)) and not isinstance(value, bool):
        return str(value)
    raise Unusable(f"“{value}” is not a text: put it in quotation marks")
