"""Write .env.example from the typed settings, and check that it is up to date."""

import os
import re
from pathlib import Path
from textwrap import wrap
from typing import Any, Final
from unittest.mock import patch

from pydantic.fields import FieldInfo

from statuspage.configuration import AREAS
from statuspage.lib.env import AreaSettings, Configuration, ConfigurationError, Endings

FILE: Final = Path(__file__).resolve().parents[2] / ".env.example"
WIDTH: Final = 100
# Values that a shell, Docker Compose and systemd all read in the same way.
PLAIN: Final = re.compile(r"[\w./:,@%+*=\[\]-]*")


class ComposeSettings(AreaSettings):
    """What compose.yaml alone reads."""

    POSTGRES_PASSWORD: str = ""
    """Password of PostgreSQL's role candor, which owns the tables; letters and digits: it becomes
    part of DATABASE_OWNER_URL. Make one: openssl rand -hex 24"""
    POSTGRES_RUNTIME_PASSWORD: str = ""
    """Password of the role candor_runtime, which `migrate` makes: part of DATABASE_URL.
    Make one: openssl rand -hex 24"""
    HTTP_PORT: str = "80"
    """Port of nginx on this machine; 127.0.0.1:8080 where a proxy on it ends TLS."""
    TLS_PROXIES: str = ""
    """Addresses or networks of the proxies that end TLS in front of nginx, as nginx sees them,
    separated by commas. Only they are believed what they say of a client's address and scheme."""


def text() -> str:
    """Return the text of .env.example."""
    lines = [
        *_comment(
            "Every setting. NAME_FILE=/path may stand for any NAME: then the value is read from"
            " that file, as with Docker secrets. An empty value means the default, or nothing in a"
            " list. Put a value with $, # or spaces into single quotes, and a comment on its own"
            " line."
        ),
        *_comment(
            f"Required in production: {', '.join(required())}; POSTGRES_PASSWORD and"
            " POSTGRES_RUNTIME_PASSWORD for Compose."
        ),
    ]
    named: set[str] = set()
    for area in (*AREAS[:3], ComposeSettings, *AREAS[3:]):
        lines += ["", "", f"# {'-' * (WIDTH - 2)}", *_comment(area.__doc__ or "")]
        for name, field in area.model_fields.items():
            if name not in named:
                named.add(name)
                comment = _comment(field.description or "")
                lines += ["", *comment, f"{variable(name, field)}={_value(field)}"]
    return "\n".join(lines) + "\n"


def required() -> tuple[str, ...]:
    """Return the variables that production needs to start."""
    with patch.dict(os.environ, {"DATA_DIR": os.devnull}, clear=True):
        try:
            Configuration(AREAS)
        except ConfigurationError as error:
            return tuple(name for name, _ in error.problems)
    return ()


def verify() -> None:
    """Fail if .env.example is out of date."""
    if FILE.read_text(encoding="utf-8") != text():
        raise SystemExit(".env.example is out of date: make env-example")


def main() -> None:
    """Write .env.example."""
    FILE.write_text(text(), encoding="utf-8")


def _comment(words: str) -> list[str]:
    """Return comment lines; a command that generates a value gets its own line."""
    text, make, command = " ".join(words.split()).partition("Make one:")
    lines = [*wrap(text, WIDTH - 2), f"{make}{command}"]
    return [f"# {line}" for line in lines if line]


def variable(name: str, field: FieldInfo) -> str:
    """Return the variable that sets a field; of several, the one in the example."""
    marks = (one for one in field.metadata if isinstance(one, Endings))
    return next((f"{one.prefix}{one.example}" for one in marks), name)


def _value(field: FieldInfo) -> str:
    value: Any = field.examples[0] if field.examples else field.default
    if value is None:
        return ""
    written = str(value).lower() if isinstance(value, bool) else str(value)
    return written if PLAIN.fullmatch(written) else f"'{written}'"


if __name__ == "__main__":
    main()
