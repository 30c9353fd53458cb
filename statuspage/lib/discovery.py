"""Import every module of a package, so that each registers itself."""

import importlib
import pkgutil
from collections.abc import Iterable


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import all modules that lie directly in a package."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")
