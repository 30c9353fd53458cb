"""A small disk of its own for the web server's files, which a run can fill."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

SIZE: Final = "8m"
BLOCK: Final = bytes(64 * 1024)


class Disk:
    """A folder that is a disk where we may mount one."""

    def __init__(self, folder: Path, *, mounted: bool) -> None:
        self._mounted = mounted
        self._filler = folder / ".filler"

    def fill(self) -> None:
        """Write until no byte is left.

        Raises:
            RuntimeError: it is no disk of its own, and filling it would fill the machine's.
        """
        if not self._mounted:
            raise RuntimeError("the disk cannot be filled: only root can mount a small one")
        try:
            with self._filler.open("ab", buffering=0) as file:
                while file.write(BLOCK):
                    pass
        except OSError:
            return

    def empty(self) -> None:
        """Take away what fills it."""
        self._filler.unlink(missing_ok=True)


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """Yield the folder as a disk of 8 MB; as a plain folder where it cannot be mounted."""
    folder.mkdir()
    mounted = os.geteuid() == 0 and _succeeds(
        "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)
    )
    try:
        yield Disk(folder, mounted=mounted)
    finally:
        if mounted:
            _succeeds("umount", "--lazy", str(folder))


def _succeeds(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
