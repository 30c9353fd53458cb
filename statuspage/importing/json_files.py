"""Read the JSON files of an export, each on its own: one that is broken hides no other."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from statuspage.importing.entries import Origin, Refused, Unusable
from statuspage.importing.files import LARGEST_EXPORT, files_of, name_in, text_of


def json_files(source: Path) -> Iterator[tuple[str, Any | Refused]]:
    """Yield each file's name and what is in it, or why it cannot be read."""
    for path in files_of(source, ".json"):
        name = name_in(source, path)
        try:
            yield name, json_of(path)
        except Unusable as error:
            yield name, Refused(Origin(name, name), str(error))


def json_of(path: Path) -> Any:
    """Return what is in a file of JSON.

    Raises:
        Unusable: it cannot be read, or is no JSON.
    """
    text = text_of(path, LARGEST_EXPORT)
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unusable(f"it is not JSON, line {error.lineno}: {error.msg}") from error
    except (ValueError, RecursionError) as error:
        raise Unusable("it is not JSON that anybody would write") from error
