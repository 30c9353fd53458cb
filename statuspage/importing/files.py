"""Read the files of a source: only regular ones inside of its folder, and only so much of them."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from statuspage.importing.entries import Unusable

MEGABYTE: Final = 2**20
# Two years of incidents with long texts are a few megabytes.
LARGEST_EXPORT: Final = 32 * MEGABYTE
LARGEST_PAGE: Final = MEGABYTE
MOST_FILES: Final = 10_000


def files_of(source: Path, suffix: str | tuple[str, ...]) -> list[Path]:
    """Return the files with such a suffix, sorted by name; hidden ones are not looked at.

    Symbolic links are among them, and `text_of` refuses them: links to folders as well, if they
    have the suffix.

    Raises:
        Unusable: there are too many, or a folder cannot be read.
    """
    if source.is_file():
        return [source]
    found = sorted(_walk(source, suffix))
    if len(found) > MOST_FILES:
        raise Unusable(f"{source} has more than {MOST_FILES:,} files; import it in parts")
    return found


def _walk(folder: Path, suffix: str | tuple[str, ...]) -> Iterator[Path]:
    for top, folders, names in os.walk(folder, onerror=_unreadable, followlinks=False):
        folders[:] = [one for one in folders if not one.startswith(".")]
        linked = [one for one in folders if (Path(top) / one).is_symlink()]
        for name in (*names, *linked):
            if name.lower().endswith(suffix) and not name.startswith("."):
                yield Path(top) / name


def _unreadable(error: OSError) -> None:
    raise Unusable(f"{error.filename} cannot be read: {error.strerror}") from error


def text_of(path: Path, most: int) -> str:
    """Return the text of a file, with line feeds alone, and without a byte order mark.

    Raises:
        Unusable: it cannot be read, is no regular file, is too large, or is not UTF-8.
    """
    data = _bytes_of(path, most)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(f"it is not UTF-8 (byte {error.start + 1}); save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _bytes_of(path: Path, most: int) -> bytes:
    try:
        # A pipe would make the import wait for ever.
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise Unusable("it is a symbolic link, which is not followed") from error
        raise Unusable(f"it cannot be read: {error.strerror}") from error
    with open(opened, "rb") as file:  # noqa: PTH123  # a descriptor, not a path
        if not stat.S_ISREG(os.fstat(opened).st_mode):
            raise Unusable("it is not a regular file")
        data = file.read(most + 1)
    if len(data) > most:
        raise Unusable(f"it is larger than {most // MEGABYTE} MB")
    return data


def name_in(source: Path, path: Path) -> str:
    """Return the file's name below the source, the same on every machine."""
    shown = path.name if source.is_file() else path.relative_to(source).as_posix()
    return os.fsencode(shown).decode("utf-8", "replace")
