"""What is no file of ours stands among the files of pages, or was written by somebody else."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from statuspage.pages.snapshots.files import Files
from tests.statuspage.pages.server.test_damage import PAGES, contents
from tests.statuspage.pages.server.test_files import by_key, page


@pytest.fixture
def whole(tmp_path: Path) -> dict[str, bytes]:
    """Return what was written, and is about to be damaged."""
    Files(tmp_path).write(1, 1, PAGES)
    return contents(tmp_path / "site")


def _folder_for_file(folder: Path) -> None:
    (folder / "site/index.html").unlink()
    (folder / "site/index.html/more").mkdir(parents=True)


def _file_for_folder(folder: Path) -> None:
    shutil.rmtree(folder / "site/en")
    (folder / "site/en").write_text("no folder")


def _copy_for_link(folder: Path) -> None:
    (folder / "current").unlink()
    shutil.copytree(folder / "site", folder / "current")
    (folder / "current/index.html").write_text("for ever old")


def _link_to_nothing(folder: Path) -> None:
    (folder / "current").unlink()
    (folder / "current").symlink_to("aged")


def _link_elsewhere(folder: Path) -> None:
    (folder / "current").unlink()
    (folder / "other").mkdir()
    (folder / "current").symlink_to("other")


def _manifest_is_a_folder(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").mkdir()


def _manifest_of(text: str) -> Callable[[Path], object]:
    return lambda folder: (folder / "manifest.json").write_text(text)


def _another_database(folder: Path) -> None:
    Files(folder).write(10**10, 1, by_key(page("/", "<p>of a lost database</p>")))


@pytest.mark.parametrize(
    "damage",
    [
        _folder_for_file,
        _file_for_folder,
        _copy_for_link,
        _link_to_nothing,
        _link_elsewhere,
        _manifest_is_a_folder,
        _manifest_of("[]"),
        _manifest_of('{"number": 1}'),
        _manifest_of('{"number": 1, "head": 1, "pages": [{"path": "/"}]}'),
        _another_database,
    ],
)
def test_whatever_stands_there_nginx_gets_the_pages_again(tmp_path, whole, damage):
    damage(tmp_path)
    files = Files(tmp_path)
    files.read()
    files.write(2, 2, PAGES, check=True)
    assert contents(tmp_path / "current") == whole
    assert contents(tmp_path / "site") == whole
    assert files.read()


def test_a_process_that_starts_without_the_database_keeps_what_another_has_written(tmp_path, whole):
    files = Files(tmp_path)
    kept = files.read()
    files.write(2, 2, by_key(page("/", "<p>new</p>")))
    files.write(1, 1, PAGES, check=True, confirmed_at=kept.confirmed_at)
    assert (tmp_path / "current" / "index.html").read_text() == "<p>new</p>"
