"""Snapshots as files, for nginx, and for a web process that starts while its engines are away.

`site/` holds an address's file with its `.gz` and `.br` beside it; `aged/` the same with a notice,
for as long as the database does not answer. nginx serves `current`, a link to one of the two; there
is none while the files cannot be written, and nginx then asks the web process.
`manifest.json` names the address, headers and etag of each, and the length and hash of its files.
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
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from statuspage.pages.snapshots.disk import NewFile, point, remove_folder, replace_all
from statuspage.pages.snapshots.pages import Page, compressed, uncompressed

INDEX: Final = "index.html"
# Addresses with a query stand in a folder of that name; see deploy/nginx.conf.
QUERIES: Final = "_q"
# What the manifest has of each page; one of the first release has no lengths and hashes.
LISTED: Final = {"key", "etag", "headers", "last_modified"}
VARIANTS: Final[Mapping[str, str]] = {"": "body", ".gz": "gzip", ".br": "brotli"}


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
        self._folder = folder
        self._site = folder / "site"
        self._aged = folder / "aged"
        self._current = folder / "current"
        self._manifest = folder / "manifest.json"
        self._lock = folder / "lock"

    def write(
        self,
        number: int,
        head: int,
        pages: Mapping[str, Page],
        *,
        check: bool = False,
        confirmed_at: datetime | None = None,
    ) -> bool:
        """Write the pages in memory to disk; each file is replaced atomically.

        One process a machine writes at a time, and an older edition never replaces a newer one.
        Files of another length than they should have are written again; with `check`, so are
        those of other bytes and of a database that counted further, and what belongs to no page is
        deleted.
        Returns False while another process writes.

        Raises:
            OSError: the disk is full or fails; nginx asks the web process from now on.
        """
        with self._withdrawn_on_failure(), self._alone() as alone:
            if not alone:
                return False
            kept = self._read_manifest()
            edition = (kept.get("number", -1), kept.get("head", 0))
            if edition > (number, head):
                if confirmed_at or not check:
                    return True
                kept = {}  # by another database: in this one no process is ahead for so long
            listed = {one["key"]: one["etag"] for one in kept.get("pages", ())}
            new = [
                page
                for page in pages.values()
                if listed.get(page.key) != page.etag or not self._holds(page, check=check)
            ]
            replace_all(self._folder, [file for page in new for file in _files(self._site, page)])
            gone = listed.keys() - pages.keys()
            self._remove(gone)
            if check:
                self._clear(pages)
            if new or gone or edition != (number, head):
                self._write_manifest(number, head, pages.values(), confirmed_at)
            if not self._is_served():
                point(self._current, self._site)
        return True

    def confirm(self) -> None:
        """Record that the database has just confirmed this edition, which is on disk."""
        os.utime(self._manifest)
        if not self._aged.exists():
            return
        with self._alone() as alone:
            if alone and self._aged.exists():
                point(self._current, self._site)
                gone = self._temporary()
                self._aged.rename(gone / "aged")
                shutil.rmtree(gone, ignore_errors=True)

    def age(self, pages: Iterable[Page]) -> None:
        """Make nginx serve these pages until the database answers again.

        Raises:
            OSError: the disk is full or fails; nginx asks the web process instead.
        """
        with self._withdrawn_on_failure(), self._alone() as alone:
            if not alone:
                return
            if not self._aged.exists():
                self._make_aged(pages)
            point(self._current, self._aged)

    def read(self) -> StoredPages | None:
        """Return all stored pages that are whole, or None if nothing was ever written."""
        manifest = self._read_manifest()
        if not manifest:
            return None
        pages = [page for one in manifest["pages"] if (page := self._read_page(one))]
        confirmed = datetime.fromtimestamp(self._manifest.stat().st_mtime, UTC)
        return StoredPages(manifest["number"], manifest["head"], pages, confirmed)

    def _is_served(self) -> bool:
        """Return whether nginx is led to one of the two folders, and it is there."""
        return self._current.is_symlink() and any(
            self._current.readlink() == Path(one.name) and one.is_dir()
            for one in (self._site, self._aged)
        )

    def _holds(self, page: Page, *, check: bool) -> bool:
        """Return whether a page's files have the right length; with `check`, the right bytes."""
        for path, content in _contents(self._site, page).items():
            try:
                same = path.stat().st_size == len(content)
                if not same or (check and path.read_bytes() != content):
                    return False
            except OSError:  # missing, or on a bad block
                return False
        return True

    def _make_aged(self, pages: Iterable[Page]) -> None:
        made = self._temporary()
        try:
            made.chmod(0o755)
            replace_all(made, [file for page in pages for file in _files(made, page)])
            made.rename(self._aged)
        except OSError:
            shutil.rmtree(made, ignore_errors=True)
            raise

    def _remove(self, keys: Iterable[str]) -> None:
        for key in keys:
            path = _path(self._site, key)
            for ending in VARIANTS:
                path.with_name(path.name + ending).unlink(missing_ok=True)

    def _clear(self, pages: Mapping[str, Page]) -> None:
        """Delete what a killed process left: temporary files, and pages of no manifest."""
        ours = {path for page in pages.values() for path in _contents(self._site, page)}
        for path in self._site.rglob("*"):
            if path not in ours and not path.is_dir():
                path.unlink()
        for path in self._folder.glob(".*"):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)

    def _write_manifest(
        self, number: int, head: int, pages: Iterable[Page], confirmed_at: datetime | None
    ) -> None:
        listed = [
            {
                "key": page.key,
                "etag": page.etag,
                "headers": dict(page.headers),
                "last_modified": page.last_modified.timestamp(),
                "files": {
                    ending: _described(getattr(page, name)) for ending, name in VARIANTS.items()
                },
            }
            for page in pages
        ]
        document = {"number": number, "head": head, "pages": listed}
        moment = (confirmed_at or datetime.now(UTC)).timestamp()
        replace_all(self._folder, [NewFile(self._manifest, json.dumps(document).encode(), moment)])

    def _read_manifest(self) -> dict[str, Any]:
        try:
            found: Any = json.loads(self._manifest.read_bytes())
        except (FileNotFoundError, IsADirectoryError, ValueError):
            return {}
        return found if _is_manifest(found) else {}

    def _read_page(self, listed: Mapping[str, Any]) -> Page | None:
        """Return a page by its files, or None when not one of them is whole.

        One that is whole is enough to make the others again. After a crash all of them may be newer
        than the manifest: then they are whole if they say the same.
        """
        path, headers = _path(self._site, listed["key"]), listed["headers"]
        found = {ending: _read(path.with_name(path.name + ending)) for ending in VARIANTS}
        moment = datetime.fromtimestamp(listed["last_modified"], UTC)
        known = listed.get("files", {})
        whole = [one for one in VARIANTS if known.get(one) == _described(found[one])]
        if len(whole) == len(VARIANTS):
            parts = {VARIANTS[ending]: content for ending, content in found.items()}
            return Page(listed["key"], headers, etag=listed["etag"], last_modified=moment, **parts)
        bodies = {ending: uncompressed(ending, found[ending]) for ending in whole or VARIANTS}
        body = next(iter(bodies.values()))
        if body is None or len(set(bodies.values())) > 1:
            return None
        return compressed(listed["key"], headers, body, moment)

    def _temporary(self) -> Path:
        return Path(tempfile.mkdtemp(prefix=".", dir=self._folder))

    @contextmanager
    def _withdrawn_on_failure(self) -> Iterator[None]:
        """Have nginx ask the web process when the files cannot be written: they are old."""
        try:
            yield
        except OSError:
            remove_folder(self._current)
            self._current.unlink(missing_ok=True)
            raise

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


def _is_manifest(found: Any) -> bool:
    """Return whether this release can read it; another one may have written it."""
    return (
        isinstance(found, dict)
        and {"number", "head", "pages"} <= found.keys()
        and all(one.keys() >= LISTED for one in found["pages"])
    )


def _path(folder: Path, key: str) -> Path:
    address, _mark, query = key.partition("?")
    folder = folder / QUERIES / query if query else folder
    return folder / f"{address[1:]}{INDEX if address.endswith('/') else ''}"


def _contents(folder: Path, page: Page) -> dict[Path, bytes]:
    """Return what each of a page's files holds."""
    path = _path(folder, page.key)
    return {
        path.with_name(path.name + ending): getattr(page, name) for ending, name in VARIANTS.items()
    }


def _files(folder: Path, page: Page) -> list[NewFile]:
    moment = _later_than(_path(folder, page.key), page.last_modified.timestamp())
    return [NewFile(path, content, moment) for path, content in _contents(folder, page).items()]


def _later_than(path: Path, moment: float) -> float:
    """Return a time in a later second: nginx tells versions apart by second and size."""
    try:
        return max(float(int(moment)), path.stat().st_mtime + 1)
    except (FileNotFoundError, NotADirectoryError):
        return float(int(moment))


def _described(content: bytes) -> list[Any]:
    """Return a file's length and hash, as the manifest has them."""
    return [len(content), sha256(content).hexdigest()]


def _read(path: Path) -> bytes:
    """Return a file's bytes; none where it is missing or cannot be read."""
    with suppress(OSError):
        return path.read_bytes()
    return b""
