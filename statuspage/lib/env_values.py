"""What a variable of the environment holds, itself or in the file that NAME_FILE names."""

import os
from pathlib import Path


class UnusableFile(ValueError):
    """NAME_FILE cannot be used: the file cannot be read, or NAME is set too."""


def readable(value: str | UnusableFile) -> str:
    """Return what a variable holds.

    Raises:
        UnusableFile: its file cannot be used.
        ValueError: it is a comment.
    """
    if isinstance(value, UnusableFile):
        raise value
    if value.lstrip().startswith("#"):
        # Docker Compose reads `NAME=   # comment` as the value "# comment".
        raise ValueError("begins with '#': put the comment on a line of its own")
    return value


def value_of(name: str, *, several: bool = False) -> str | UnusableFile | None:
    """Return the value of a variable, or of the file that NAME_FILE names."""
    value, path = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if not path:
        return value
    if value:
        return UnusableFile(f"is set together with {name}: leave one empty")
    return _content(path, several=several)


def _content(path: str, *, several: bool = False) -> str | UnusableFile:
    try:
        content = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        return UnusableFile(f"cannot be read ({error.strerror})")
    except UnicodeDecodeError:
        return UnusableFile("is not UTF-8 text")
    if not content:
        return UnusableFile("is an empty file")
    if len(content.splitlines()) > 1 and not several:
        return UnusableFile("holds more than one line")
    return content
