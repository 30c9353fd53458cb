"""Folders that differ between a checkout and an installed wheel."""

from pathlib import Path
from typing import Final

PACKAGE: Final = Path(__file__).resolve().parent.parent
# A wheel carries templates, static files and catalogues inside the package; in a checkout they
# stand beside it.
_PACKED: Final = PACKAGE / "resources"
INSTALLED: Final = _PACKED.is_dir()
RESOURCES: Final = _PACKED if INSTALLED else PACKAGE.parent


def default_data_dir() -> Path:
    """Return `.data` in the checkout, or in the working directory of an installed wheel."""
    return (Path.cwd() if INSTALLED else PACKAGE.parent) / ".data"
