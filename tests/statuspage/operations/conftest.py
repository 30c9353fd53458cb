"""A second database of the engine, and `manage.py` on it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.conf import settings
from django.db import connection

COPY = "restored_copy"


def server(database: str) -> psycopg.Connection[tuple[object, ...]]:
    present = connection.settings_dict
    return psycopg.connect(
        dbname=database,
        user=present["USER"],
        password=present["PASSWORD"] or None,
        host=present["HOST"],
        port=present["PORT"] or None,
        autocommit=True,
    )


@pytest.fixture
def empty() -> Iterator[Callable[..., subprocess.CompletedProcess[str]]]:
    """`manage.py` on a new and empty database of the same engine."""
    name = f"{COPY}_{os.environ.get('PYTEST_XDIST_WORKER', 'gw')}"
    with server("postgres") as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    present = connection.settings_dict
    url = f"postgresql://{present['USER']}:{present['PASSWORD']}@/{name}?host={present['HOST']}"

    def manage(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env={
                **os.environ,
                "DATABASE_URL": f"{url}&port={present['PORT']}",
                "LOG_COPY_DIR": str(settings.LOG_COPY_DIR),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    yield manage
    with server("postgres") as admin:
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
