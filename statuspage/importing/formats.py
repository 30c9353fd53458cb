"""The formats that can be imported, and which of them a file or folder has."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from statuspage.importing import cachet, cstate, markdown, statuspage
from statuspage.importing.entries import Entry, Reading, Refused, Unusable
from statuspage.importing.files import LARGEST_PAGE, files_of, text_of
from statuspage.importing.front_matter import document_of
from statuspage.importing.json_files import json_files

Reader = Callable[[Path, Reading], Iterator[Entry]]
MARKDOWN: Final = "markdown"
CSTATE: Final = "cstate"
STATUSPAGE: Final = "statuspage"
CACHET: Final = "cachet"
READERS: Final[Mapping[str, Reader]] = {
    MARKDOWN: markdown.read,
    STATUSPAGE: statuspage.read,
    CACHET: cachet.read,
    CSTATE: cstate.read,
}


def guessed(source: Path) -> str:
    """Return the format of a file or folder, by the first file that shows it.

    Raises:
        Unusable: none does.
    """
    for _name, data in json_files(source) if files_of(source, ".json") else ():
        if not isinstance(data, Refused):
            if statuspage.reads(data):
                return STATUSPAGE
            if cachet.reads(data):
                return CACHET
    if (source / cstate.ISSUES).is_dir():
        return CSTATE
    for path in files_of(source, markdown.SUFFIXES):
        try:
            document = document_of(text_of(path, LARGEST_PAGE))
        except Unusable:
            continue
        return CSTATE if cstate.reads(document) else MARKDOWN
    raise Unusable(f"its format is not plain; name it with --format: {', '.join(READERS)}")
