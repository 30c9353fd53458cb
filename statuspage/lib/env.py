"""The base of the typed settings: reading values, and reporting problems."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Annotated, Any, Final, TypeVar, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from statuspage.lib.env_values import UnusableFile, readable, value_of

A = TypeVar("A", bound="AreaSettings")

# Any random secret has more distinct characters (or bytes) than this.
TOO_FEW_DISTINCT: Final = 8
SHORTEST_TOKEN: Final = 16
EMAIL: Final = re.compile(r"[^\s@<>,]+@[\w.-]+")
# Marks a variable whose file may have several lines, such as a key in PEM.
SEVERAL_LINES: Final = "several lines"
PROBLEMS: Final = {
    "int_parsing": "must be a whole number, not {input!r}",
    "float_parsing": "must be a number, not {input!r}",
    "finite_number": "must be a number, not {input!r}",
    "bool_parsing": "must be true or false, not {input!r}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "literal_error": "must be {expected}",
}


class ConfigurationError(SystemExit):
    """Settings are missing or wrong: pairs of a variable's name and its problem.

    It is a SystemExit so that every entry point (manage.py, granian, celery) stops with one
    line for each of them instead of a traceback.
    """

    def __init__(self, problems: Iterable[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(f"candor: setting {name}: {why}" for name, why in self.problems))


class WrongVariables(ValueError):
    """Several variables that one field holds are wrong: why, by their names."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        self.problems = problems
        super().__init__(", ".join(problems))


class Endings:
    """Marks a field that holds every variable whose name begins so, by the rest of the name.

    `example` is one such rest, for .env.example.
    """

    def __init__(self, prefix: str, example: str) -> None:
        self.prefix = prefix
        self.example = example


class EnvironmentSource(PydanticBaseSettingsSource):
    """Reads NAME from the environment, or from the file that NAME_FILE names.

    An empty value counts as not set, except in a format of our own (a list), where it means none.
    """

    def __call__(self) -> dict[str, object]:
        """Return the values that are set; an unreadable file stands there as its error."""
        fields = self.settings_cls.model_fields.items()
        found = ((name, field, self.get_field_value(field, name)[0]) for name, field in fields)
        return {
            name: value
            for name, field, value in found
            if value or (value is not None and _is_list(field))
        }

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Return the value of one variable, its name, and that it is not JSON."""
        for mark in field.metadata:
            if isinstance(mark, Endings):
                return _by_ending(mark.prefix), field_name, False
        several = SEVERAL_LINES in field.metadata
        return value_of(field_name, several=several), field_name, False


class AreaSettings(BaseSettings):
    """The variables of one area; the docstring below a field describes it in .env.example."""

    model_config = SettingsConfigDict(use_attribute_docstrings=True)

    # Every area reads it first: it decides which values are good enough.
    DEBUG: bool = Field(default=False, exclude=True)
    """true: for development and the demonstration only; accepts its secrets and plain HTTP."""

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], *_sources: object, **_named: object
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Read from our own source alone."""
        return (EnvironmentSource(settings_cls),)

    @field_validator("*", mode="before")
    @classmethod
    def _is_readable(cls, value: object) -> object:
        return readable(value) if isinstance(value, str | UnusableFile) else value

    @classmethod
    def exposed(cls) -> Iterator[str]:
        """Return the variables that are Django settings of the same name."""
        return (name for name, field in cls.model_fields.items() if not field.exclude)


class Configuration:
    """The settings of every area, read at once; ConfigurationError names all that is wrong."""

    def __init__(self, areas: Iterable[type[AreaSettings]]) -> None:
        self._read: dict[type[AreaSettings], AreaSettings] = {}
        problems: dict[tuple[str, str], None] = {}
        for area in areas:
            try:
                self._read[area] = area()
            except ValidationError as error:
                problems |= dict.fromkeys(_problems(error))
        problems |= dict.fromkeys(self._shared_secrets())
        if problems:
            raise ConfigurationError(problems)

    def _shared_secrets(self) -> Iterator[tuple[str, str]]:
        """Find secrets used in two variables: anyone who learns one learns the other."""
        first: dict[str, str] = {}
        for area in self._read.values():
            for name, field in type(area).model_fields.items():
                if not any(isinstance(one, Secret) for one in field.metadata):
                    continue
                if (other := first.setdefault(getattr(area, name), name)) != name:
                    yield name, f"is the same as {other}: every secret must be its own"

    def of(self, area: type[A]) -> A:
        """Return the settings of one area."""
        return cast(A, self._read[area])

    def exposed(self) -> dict[str, object]:
        """Return every variable that is a Django setting of the same name."""
        return {
            name: getattr(values, name)
            for area, values in self._read.items()
            for name in area.exposed()
        }


def in_production(info: ValidationInfo) -> bool:
    """Tell whether DEBUG is off; it counts as off where it cannot be read."""
    return not info.data.get("DEBUG", False)


class Secret(AfterValidator):
    """Marks a variable whose value no other variable may have."""


def secret(
    demo: str, read: Callable[[str], Iterable[bytes]] | None = None, *, shortest: int = 0
) -> Secret:
    """Require a secret in production that is neither the demonstration's nor easily guessed.

    `read` returns the keys that the text holds, or raises ValueError; without it the text is
    the key. `shortest` is the least number of characters.
    """

    def check(value: str, info: ValidationInfo) -> str:
        if not value and not in_production(info):
            return demo
        if not value:
            raise ValueError("is required when DEBUG is off")
        keys = read(value) if read else [value.encode()]
        if not in_production(info):
            return value
        if demo.rpartition(":")[2] in value:
            raise ValueError("still has the demonstration's value")
        if len(value) < shortest:
            raise ValueError(f"must have at least {shortest} characters")
        if any(map(_is_guessed, keys)):
            raise ValueError("is easily guessed: use random characters")
        return value

    return Secret(check)


def _is_guessed(key: bytes) -> bool:
    """Tell whether a key has few distinct bytes, repeats a shorter one, or counts up or down."""
    repeats = any(key[part:] == key[:-part] for part in range(1, len(key) // 2 + 1))
    steps = {after - before for before, after in pairwise(key)}
    return len(set(key)) <= TOO_FEW_DISTINCT or repeats or len(steps) == 1


def _token(value: str, info: ValidationInfo) -> str:
    """Check a token; it may be empty, which closes what it would open."""
    if value and in_production(info):
        if len(value) < SHORTEST_TOKEN:
            raise ValueError(f"must have at least {SHORTEST_TOKEN} characters")
        if _is_guessed(value.encode()):
            raise ValueError("is easily guessed: use random characters")
    return value


def words(text: str, allowed: Collection[str] | None = None) -> list[str]:
    """Read words separated by commas, each of them among `allowed` if given.

    Raises:
        ValueError: it names all that are not.
    """
    found = [one.strip() for one in text.split(",") if one.strip()]
    wrong = [] if allowed is None else [repr(one) for one in found if one not in allowed]
    if wrong and allowed is not None:
        verb = "is" if len(wrong) == 1 else "are"
        raise ValueError(f"{', '.join(wrong)} {verb} none of {', '.join(sorted(allowed))}")
    return found


def counts(text: str, allowed: Collection[str], *, least: int = 1) -> dict[str, int]:
    """Read `critical:10,major:15`: whole numbers from `least` by key; a key may be left out."""
    found: dict[str, int] = {}
    for item in words(text):
        key, _, value = (part.strip() for part in item.partition(":"))
        words(key, allowed)
        if not value.isdecimal() or int(value) < least:
            raise ValueError(f"needs a whole number above {least - 1} for {key}")
        found[key] = int(value)
    return found


def http_url(text: str) -> str:
    """Check a URL, and remove a slash at its end."""
    if text and not text.startswith(("https://", "http://")):
        raise ValueError("must start with https:// or http://")
    if text and (re.search(r"\s", text) or not urlsplit(text).hostname):
        raise ValueError("must name a host, and hold no spaces")
    return text.rstrip("/")


Positive = Annotated[int, Field(ge=1)]
Port = Annotated[int, Field(ge=1, le=65535)]
Url = Annotated[str, AfterValidator(http_url)]
Token = Annotated[str, AfterValidator(_token)]
WordList = Annotated[list[str], PlainValidator(words)]
WordSet = Annotated[frozenset[str], PlainValidator(lambda text: frozenset(words(text)))]


def written(text: str, *, exclude: bool = False, examples: list[str] | None = None) -> Any:
    """Return a field whose default is written as in the environment."""
    return Field(text, exclude=exclude, examples=examples)


def _by_ending(prefix: str) -> dict[str, str | UnusableFile] | None:
    set_ones = {one.removesuffix("_FILE") for one in os.environ}
    # NAME_FILE beside NAME_86 is a file with NAME itself.
    names = (one for one in sorted(set_ones) if one.startswith(prefix))
    found = {one.removeprefix(prefix): value_of(one) for one in names}
    return {ending: value for ending, value in found.items() if value is not None} or None


def _is_list(field: FieldInfo) -> bool:
    return any(isinstance(one, PlainValidator) for one in field.metadata)


def _problems(error: ValidationError) -> Iterator[tuple[str, str]]:
    for one in error.errors(include_url=False):
        name, given = str(one["loc"][0]), one.get("ctx", {})
        cause = given.get("error")
        if isinstance(cause, WrongVariables):
            yield from cause.problems.items()
            continue
        why = str(cause) if cause else PROBLEMS.get(one["type"], one["msg"])
        yield (
            f"{name}_FILE" if isinstance(cause, UnusableFile) else name,
            why if cause else why.format(input=one["input"], **given),
        )
