"""Snapshots as files, for nginx, and for a web process that starts while its engines are away.

`site/` holds an address's file with its `.gz` and `.br` beside it; `aged/` the same with a notice,
for as long as the database does not answer. nginx serves `current`, a link to one of the two.
`manifest.json` names the address, headers and etag of each.
"""

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from statuspage.pages.snapshots.pages import Page, compressed, etag_of

INDEX: Final = "index.html"
# Addresses with a query stand in a folder of that name; see deploy/nginx.conf.
QUERIES: Final = "_q"
VARIANTS: Final = (("", "body"), (".gz", "gzip"), (".br", "brotli"))


@dataclass(frozen=True)
class StoredPages:
    """The stored pages; `confirmed_at` is when the database last confirmed them."""

    number: int
    head: int
    pages: list[Page]
    confirmed_at: datetime


class Files:
    """The snapshots of one machine."""

    def __init__(self, folder: Path) -> None:
        self._site = folder / "site"
        self._aged = folder / "aged"
        self._current = folder / "current"
        self._manifest = folder / "manifest.json"
        self._lock = folder / "lock"

    def write(self, number: int, head: int, pages: Mapping[str, Page]) -> None:
        """Write the pages in memory to disk; each file is replaced atomically.

        One process a machine writes at a time, and an older edition never replaces a newer one.
        """
        with self._alone() as alone:
            kept = self._read_manifest()
            if not alone or kept.get("number", -1) > number:
                return
            before = {one["key"]: one["etag"] for one in kept.get("pages", ())}
            for page in pages.values():
                path = _path(self._site, page.key)
                if before.get(page.key) != page.etag or not path.exists():
                    _write_page(path, page)
            for key in before.keys() - pages.keys():
                path = _path(self._site, key)
                for ending, _name in VARIANTS:
                    path.with_name(path.name + ending).unlink(missing_ok=True)
            self._write_manifest(number, head, pages.values())
            if not self._current.is_symlink():
                _point(self._current, self._site)

    def confirm(self) -> None:
        """Record that the database has just confirmed this edition."""
        if self._manifest.exists():
            os.utime(self._manifest)
        if self._aged.exists():
            _point(self._current, self._site)
            gone = Path(tempfile.mkdtemp(dir=self._aged.parent))
            with suppress(FileNotFoundError):  # another process has done it
                self._aged.rename(gone / "aged")
            shutil.rmtree(gone, ignore_errors=True)

    def age(self, pages: Iterable[Page]) -> None:
        """Make nginx serve these pages until the database answers again."""
        with self._alone() as alone:
            if not alone or self._aged.exists():
                return
            made = Path(tempfile.mkdtemp(dir=self._aged.parent))
            made.chmod(0o755)
            for page in pages:
                _write_page(_path(made, page.key), page)
            made.rename(self._aged)
            _point(self._current, self._aged)

    def read(self) -> StoredPages | None:
        """Return all stored pages, or None if nothing was ever written."""
        manifest = self._read_manifest()
        if not manifest:
            return None
        pages = [page for one in manifest["pages"] if (page := self._read_page(one))]
        confirmed = datetime.fromtimestamp(self._manifest.stat().st_mtime, UTC)
        return StoredPages(manifest["number"], manifest["head"], pages, confirmed)

    def _write_manifest(self, number: int, head: int, pages: Iterable[Page]) -> None:
        listed = [
            {
                "key": page.key,
                "etag": page.etag,
                "headers": dict(page.headers),
                "last_modified": page.last_modified.timestamp(),
            }
            for page in pages
        ]
        document = {"number": number, "head": head, "pages": listed}
        _replace(self._manifest, json.dumps(document).encode(), None)

    def _read_manifest(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._manifest.read_bytes())
        except (FileNotFoundError, ValueError):
            return {}
        return found

    def _read_page(self, listed: Mapping[str, Any]) -> Page | None:
        """Return a page by its file; rebuild it if a crash left it newer than the manifest."""
        path, headers = _path(self._site, listed["key"]), listed["headers"]
        try:
            parts = {
                name: path.with_name(path.name + ending).read_bytes() for ending, name in VARIANTS
            }
        except FileNotFoundError:
            return None
        moment = datetime.fromtimestamp(listed["last_modified"], UTC)
        if etag_of(parts["body"], headers) != listed["etag"]:
            return compressed(listed["key"], headers, parts["body"], moment)
        return Page(
            key=listed["key"],
            headers=headers,
            etag=listed["etag"],
            last_modified=moment,
            **parts,
        )

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        """Hold this machine's lock, if nobody does; the kernel frees it when a process dies."""
        self._site.mkdir(parents=True, exist_ok=True)
        with self._lock.open("wb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _path(folder: Path, key: str) -> Path:
    address, _mark, query = key.partition("?")
    folder = folder / QUERIES / query if query else folder
    return folder / f"{address[1:]}{INDEX if address.endswith('/') else ''}"


def _write_page(path: Path, page: Page) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    moment = _later_than(path, page.last_modified.timestamp())
    for ending, name in VARIANTS:
        _replace(path.with_name(path.name + ending), getattr(page, name), moment)


def _later_than(path: Path, moment: float) -> float:
    """Return a time in a later second: nginx tells versions apart by second and size."""
    try:
        return max(float(int(moment)), path.stat().st_mtime + 1)
    except FileNotFoundError:
        return float(int(moment))


def _point(link: Path, folder: Path) -> None:
    """Replace a link atomically."""
    part = link.with_name(f".{link.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    part.symlink_to(folder.name)
    part.replace(link)


def _replace(path: Path, content: bytes, moment: float | None) -> None:
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(content)
    if moment is not None:
        os.utime(part, (moment, moment))
    part.replace(path)
