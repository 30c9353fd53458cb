"""One typed reader for every value that comes from the environment."""

import os
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl, unquote, urlsplit

N = TypeVar("N", int, float)

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off", ""})


class ConfigurationError(SystemExit):
    """A setting is missing or wrong.

    It is a SystemExit so that every entry point (manage.py, granian, celery) stops with one
    line that names the setting instead of a traceback.
    """

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(f"candor: setting {name}: {problem}")


class Env:
    """Reads settings from a mapping; `NAME_FILE` names a file that holds the value of `NAME`."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        self._environ = environ

    def raw(self, name: str) -> str | None:
        """The value as text, or None when neither NAME nor NAME_FILE is set."""
        file_name = self._environ.get(f"{name}_FILE")
        if not file_name:
            return self._environ.get(name)
        try:
            return Path(file_name).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ConfigurationError(
                f"{name}_FILE", f"cannot be read ({error.strerror})"
            ) from error

    def text(self, name: str, default: str | None = None) -> str:
        """Text; required when no default is given.

        Raises:
            ConfigurationError: the setting is required and missing or empty.
        """
        value = self.raw(name)
        if value:
            return value
        if default is None:
            raise ConfigurationError(name, "is required and not set")
        return default

    def names(self, name: str, default: str) -> frozenset[str]:
        """Words by commas; a value that is set and empty means none."""
        value = self.raw(name)
        words = (default if value is None else value).split(",")
        return frozenset(one.strip() for one in words if one.strip())

    def flag(self, name: str, default: bool) -> bool:
        """true/false, yes/no, on/off, 1/0."""
        value = self.raw(name)
        if value is None:
            return default
        if value.lower() in TRUE:
            return True
        if value.lower() in FALSE:
            return False
        raise ConfigurationError(name, "must be true or false")

    def integer(self, name: str, default: int, *, minimum: int = 0) -> int:
        """A whole number of at least `minimum`."""
        return self._number(name, default, minimum, int, "a whole number")

    def number(self, name: str, default: float, *, minimum: float = 0.0) -> float:
        """A number of at least `minimum`."""
        return self._number(name, default, minimum, float, "a number")

    def hours(self, name: str, default: str) -> tuple[time, time] | None:
        """From when until when, HH:MM-HH:MM, also across midnight; None where it is empty."""
        value = self._or_default(name, default)
        if not value:
            return None
        try:
            start, end = (time.fromisoformat(part.strip()) for part in value.split("-"))
        except ValueError as error:
            raise ConfigurationError(name, "must look like 22:00-08:00") from error
        return start, end

    def amount(self, name: str) -> Decimal | None:
        """An amount of money; None where it is not set."""
        value = self.raw(name)
        return _amount(name, value) if value else None

    def prices(self, name: str, default: str) -> dict[str, Decimal]:
        """`86:0.05,*:0.60`: amounts by key; `*`, for every other key, is required."""
        pairs = [item.partition(":") for item in self._or_default(name, default).split(",")]
        prices = {key.strip(): _amount(name, value) for key, _, value in pairs}
        if "*" not in prices:
            raise ConfigurationError(name, "needs a price for every other country, as in *:0.60")
        return prices

    def counts(self, name: str, default: str, allowed: frozenset[str]) -> dict[str, int]:
        """`critical:10,major:15`: whole numbers above zero by key; a key may be left out."""
        pairs = [item.partition(":") for item in self._or_default(name, default).split(",") if item]
        found: dict[str, int] = {}
        for key, _, value in pairs:
            if key.strip() not in allowed:
                raise ConfigurationError(name, f"{key!r} is none of {', '.join(sorted(allowed))}")
            if not value.strip().isdecimal() or not int(value):
                raise ConfigurationError(name, f"needs a whole number above 0 for {key.strip()}")
            found[key.strip()] = int(value)
        return found

    def pairs(self, name: str, allowed: frozenset[str]) -> dict[str, str]:
        """`payments-desk:author,on-call:approver`: by key, one of `allowed`; empty for none."""
        found: dict[str, str] = {}
        for item in filter(None, (self.raw(name) or "").split(",")):
            key, _colon, value = (part.strip() for part in item.rpartition(":"))
            if not key or value not in allowed:
                raise ConfigurationError(
                    name, f"{item.strip()!r} does not end in one of {', '.join(sorted(allowed))}"
                )
            found[key] = value
        return found

    def items(
        self, name: str, default: tuple[str, ...] = (), allowed: frozenset[str] | None = None
    ) -> list[str]:
        """Comma-separated values, each of them among `allowed`, if given."""
        value = self.raw(name)
        if value is None:
            return [*default]
        items = [part.strip() for part in value.split(",") if part.strip()]
        for item in items:
            if allowed is not None and item not in allowed:
                raise ConfigurationError(name, f"{item!r} is none of {', '.join(sorted(allowed))}")
        return items

    def _or_default(self, name: str, default: str) -> str:
        value = self.raw(name)
        return default if value is None else value

    def _number(
        self, name: str, default: N, minimum: N, convert: Callable[[str], N], what: str
    ) -> N:
        value = self.raw(name)
        if not value:
            return default
        try:
            number = convert(value)
        except ValueError as error:
            raise ConfigurationError(name, f"must be {what}, not {value!r}") from error
        if number < minimum:
            raise ConfigurationError(name, f"must be at least {minimum}")
        return number


def _amount(name: str, value: str) -> Decimal:
    try:
        amount = Decimal(value.strip())
    except InvalidOperation as error:
        raise ConfigurationError(name, f"must be an amount of money, not {value!r}") from error
    if not amount.is_finite() or amount < 0:
        raise ConfigurationError(name, "must be an amount of money, not negative")
    return amount


def database_from_url(url: str, *, name: str = "DATABASE_URL") -> dict[str, object]:
    """Django's DATABASES entry for a postgresql:// URL; `?host=` may name a socket folder.

    Raises:
        ConfigurationError: the URL is not a PostgreSQL one or names no database.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ConfigurationError(name, "must start with postgresql://")
    if not parts.path.strip("/"):
        raise ConfigurationError(name, "must name a database")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
