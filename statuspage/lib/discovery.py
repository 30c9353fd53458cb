"""Modules that register themselves: import them all, or name them without importing any."""

import importlib
import pkgutil
from collections.abc import Iterable
from pathlib import Path


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import all modules that lie directly in a package."""
    for module in pkgutil.iter_modules(path):
        importlib.import_module(f"{package}.{module.name}")


def registering_modules(folder: Path, without: str = "") -> frozenset[str]:
    """Return the names of a folder's modules that register something, without importing them.

    What a module registers has the module's name. A module that sets the attribute `without`, if
    one is given, is left out. Settings are checked with these names, before any app is loaded.
    """
    texts = {one.stem: one.read_text("utf-8") for one in folder.glob("*.py")}
    return frozenset(
        name
        for name, text in texts.items()
        if "\n@register\n" in text and not (without and f"\n    {without} = " in text)
    )
