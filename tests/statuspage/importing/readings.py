"""What the tests of the readers share."""

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from statuspage.importing.entries import Entry, IncidentEntry, Reading
from statuspage.importing.formats import READERS
from tests.product import ROOT

DATA: Final = ROOT / "tests/data/importing"
EXAMPLE: Final = ROOT / "docs/examples/import"
BEIJING: Final = ZoneInfo("Asia/Shanghai")
CHINESE: Final = Reading(BEIJING)
ENGLISH: Final = Reading(ZoneInfo("UTC"), "en")


def entries(form: str, source: Path, reading: Reading = CHINESE) -> list[Entry]:
    """Return everything that the reader of that format finds."""
    return [*READERS[form](source, reading)]


def by_key(found: list[Entry]) -> dict[str, Entry]:
    """Return the entries by their ids in the source."""
    return {one.origin.key: one for one in found}


def incident(found: list[Entry], key: str) -> IncidentEntry:
    """Return the incident with this id."""
    one = by_key(found)[key]
    assert isinstance(one, IncidentEntry), one
    return one


def said(entry: IncidentEntry, language: str = "zh-hans") -> list[tuple[str, str, str]]:
    """Return the time, status and text of each update."""
    return [(f"{one.at:%m-%d %H:%M}", one.status, one.body[language]) for one in entry.updates]


def page(folder: Path, text: str, name: str = "a.md") -> Path:
    """Write a page of Markdown; return its folder."""
    (folder / name).write_bytes(text.encode())
    return folder


def reason(form: str, source: Path) -> str:
    """Return why the only entry is not imported."""
    (one,) = entries(form, source)
    assert not isinstance(one, IncidentEntry)
    return getattr(one, "reason", "")
