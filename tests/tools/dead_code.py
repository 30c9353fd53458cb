"""Find code that only tests use, with vulture and the names in templates and dotted strings."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from vulture import Vulture
from vulture.config import make_config

ROOT: Final = Path(__file__).resolve().parents[2]
# Code inside {{ }} and {% %}; words inside quotes are text.
TEMPLATE_CODE: Final = re.compile(r"\{[{%](.*?)[%}]\}")
QUOTED: Final = re.compile(r"\"[^\"]*\"|'[^']*'")
DOTTED_NAME: Final = re.compile(r"\"(?:\w+\.)+(\w+)\"")
# Django and Celery read these; the code reads them through django.conf.
SETTINGS: Final = {"settings.py", "configuration.py"}


def used_outside_python() -> Iterator[str]:
    """Yield names in templates, and names in dotted strings of settings and URLs."""
    for template in (ROOT / "templates").rglob("*.*"):
        for code in TEMPLATE_CODE.findall(template.read_text()):
            yield from re.findall(r"\w+", QUOTED.sub("", code))
    for module in (ROOT / "statuspage").rglob("*.py"):
        yield from DOTTED_NAME.findall(module.read_text())


def main() -> None:
    """Print unused code.

    Raises:
        SystemExit: some code is unused.
    """
    config = make_config(["--config", str(ROOT / "pyproject.toml")])
    vulture = Vulture(
        ignore_names=config["ignore_names"], ignore_decorators=config["ignore_decorators"]
    )
    vulture.scavenge([ROOT / path for path in config["paths"]], exclude=config["exclude"])
    vulture.used_names.update(used_outside_python())
    found = [
        one
        for one in vulture.get_unused_code(min_confidence=config["min_confidence"])
        if one.filename.name not in SETTINGS
    ]
    for one in found:
        print(one.get_report())
    if found:
        raise SystemExit("delete it, or name it in tests/tools/vulture_allow.py with a reason")


if __name__ == "__main__":
    main()
