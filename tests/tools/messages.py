"""Compiles the interface's translations, and refuses a catalogue with a gap."""

from pathlib import Path

import polib

CATALOGUE = Path(__file__).resolve().parents[2] / "locale/zh_Hans/LC_MESSAGES/django.po"


def verify() -> None:
    """Pass when every string is translated and the compiled file is up to date.

    Raises:
        SystemExit: a string is missing or unsure, or the compiled file is stale.
    """
    catalogue = polib.pofile(str(CATALOGUE))
    gaps = [*catalogue.untranslated_entries(), *catalogue.fuzzy_entries()]
    if gaps:
        raise SystemExit("untranslated: " + " | ".join(entry.msgid for entry in gaps))
    if CATALOGUE.with_suffix(".mo").read_bytes() != catalogue.to_binary():
        raise SystemExit("the compiled catalogue is stale: run `make messages`")


def compile_catalogue() -> None:
    """Write the compiled file beside the catalogue."""
    CATALOGUE.with_suffix(".mo").write_bytes(polib.pofile(str(CATALOGUE)).to_binary())


if __name__ == "__main__":
    compile_catalogue()
    verify()
