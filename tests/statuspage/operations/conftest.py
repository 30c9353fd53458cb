"""A second database of the engine, and `manage.py` on it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.database.tampering import owners_connection

COPY = "restored_copy"


def server(database: str) -> psycopg.Connection[tuple[object, ...]]:
    return owners_connection(dbname=database, autocommit=True)


def url_of(role: dict[str, str], name: str) -> str:
    return (
        f"postgresql://{role['USER']}:{role['PASSWORD']}@/{name}"
        f"?host={role['HOST']}&port={role['PORT']}"
    )


@pytest.fixture
def empty() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """`manage.py` on a new and empty database of the same engine."""
    name = f"{COPY}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    with server("postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    own = {
        "DATABASE_URL": url_of(connection.settings_dict, name),
        "DATABASE_OWNER_URL": url_of(settings.DATABASE_OWNER, name),
        "LOG_COPY_DIR": str(settings.LOG_COPY_DIR),
    }

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            check=False,
        )

    yield manage
    with server("postgres") as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
