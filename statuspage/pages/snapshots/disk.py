"""Replace files so that each is whole after a power cut: as it was before, or as it is now."""

import os
import shutil
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

# Waiting for the disk in so many threads takes a fifth of the time: it writes many files at once.
THREADS: Final = 8


@dataclass(frozen=True)
class NewFile:
    """A file to be; `modified_at`, in seconds since 1970, is what its date will say."""

    path: Path
    content: bytes
    modified_at: float

    @property
    def part(self) -> Path:
        """The temporary file."""
        return self.path.with_name(f".{self.path.name}.part")

    def write_part(self) -> None:
        """Write the temporary file, which is not on the disk for certain yet."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.part.write_bytes(self.content)
        os.utime(self.part, (self.modified_at, self.modified_at))


def replace_all(root: Path, files: Sequence[NewFile]) -> None:
    """Replace files below `root`, and return when all of it is on the disk.

    Raises:
        OSError: a file could not be written, and none was replaced; or the disk failed later.
    """
    try:
        _replace(files)
    except (FileExistsError, IsADirectoryError, NotADirectoryError):
        for file in files:
            _make_way(root, file)
        _replace(files)
    _sync_all({folder for file in files for folder in _folders(root, file.path)})


def point(link: Path, folder: Path) -> None:
    """Make a symbolic link name a folder beside it."""
    part = link.with_name(f".{link.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.symlink_to(folder.name)
    remove_folder(link)
    part.replace(link)
    _sync(link.parent)


def remove_folder(path: Path) -> None:
    """Remove a folder with all that is in it, if there is one and not a link to one."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)


def _replace(files: Sequence[NewFile]) -> None:
    try:
        for file in files:
            file.write_part()
        _sync_all(file.part for file in files)
        for file in files:
            file.part.replace(file.path)
    except OSError:
        for file in files:
            with suppress(OSError):
                file.part.unlink(missing_ok=True)
        raise


def _make_way(root: Path, file: NewFile) -> None:
    """Remove folders where the file belongs, and files where its folders belong: none is ours."""
    for path in (file.path, file.part):
        remove_folder(path)
    for folder in _folders(root, file.path):
        if folder.is_file():
            folder.unlink()


def _folders(root: Path, path: Path) -> list[Path]:
    """Return the folders from that of the file up to `root`: each may be new."""
    return [folder for folder in path.parents if folder.is_relative_to(root)]


def _sync_all(paths: Iterable[Path]) -> None:
    with ThreadPoolExecutor(THREADS) as pool:
        for _done in pool.map(_sync, paths):
            pass


def _sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
