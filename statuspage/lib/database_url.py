"""Read DATABASE_URL."""

from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

# libpq's own, which the URL may change: a server that cannot be reached, or is no longer there, is
# noticed within seconds. Strings, as libpq and pg_dump take them.
NOTICE_QUICKLY: Final = {
    "connect_timeout": "3",
    "keepalives_idle": "3",
    "keepalives_interval": "1",
    "keepalives_count": "3",
    "tcp_user_timeout": "5000",
}


def database_from_url(url: str) -> dict[str, object]:
    """Return Django's DATABASES entry for a postgresql:// URL; `?host=` may name a socket folder.

    Raises:
        ValueError: the URL is not a PostgreSQL one or names no database.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("must start with postgresql://")
    if not parts.path.strip("/"):
        raise ValueError("must name a database")
    try:
        port = parts.port
    except ValueError:
        # Python's own message would show the invalid port, which may be part of a password.
        raise ValueError("must write special characters of the password as %XX") from None
    options = {**NOTICE_QUICKLY, **dict(parse_qsl(parts.query))}
    return {
        "ENGINE": "statuspage.lib.postgres",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
