"""Compile the translations, and fail if one is missing."""

from pathlib import Path

import polib

CATALOGUE = Path(__file__).resolve().parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po"


def verify() -> None:
    """Fail if a string is untranslated or the compiled file is out of date.

    Raises:
        SystemExit: a translation is missing or fuzzy, or the compiled file is out of date.
    """
    catalogue = polib.pofile(str(CATALOGUE))
    gaps = [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]
    if gaps:
        raise SystemExit("untranslated: " + " | ".join(entry.msgid for entry in gaps))
    if CATALOGUE.with_suffix(".mo").read_bytes() != catalogue.to_binary():
        raise SystemExit("the compiled translations are out of date: run `make messages`")


def compile_catalogue() -> None:
    """Write the compiled file next to the catalogue."""
    CATALOGUE.with_suffix(".mo").write_bytes(polib.pofile(str(CATALOGUE)).to_binary())


if __name__ == "__main__":
    compile_catalogue()
    verify()
