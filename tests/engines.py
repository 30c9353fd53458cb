"""The suite's own PostgreSQL and Valkey, started once a run on a folder of their own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import psycopg

# A database that is thrown away need not survive a power cut, and is too small for vacuuming and
# compiled queries to pay; all of these hold from a reload on.
NOT_NEEDED: Final = ("fsync", "synchronous_commit", "full_page_writes", "autovacuum", "jit")


def start() -> None:
    """Start both unless their URLs are already set (as they are in xdist's workers)."""
    if os.environ.get("CANDOR_TEST_ENGINES"):
        return
    from sandbox.up.engines import Engines

    folder = Path(tempfile.mkdtemp(prefix="candor-test-"))
    engines = Engines(folder)
    urls = engines.start()
    save_effort(urls["database_owner_url"] or urls["database_url"])
    os.environ |= {
        "DATABASE_URL": urls["database_url"],
        "CANDOR_TEST_OWNER_URL": urls["database_owner_url"],
        "REDIS_URL": urls["redis_url"],
        "DATA_DIR": str(folder),
        "CANDOR_TEST_ENGINES": "1",
    }

    def stop() -> None:
        engines.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)


def save_effort(database_url: str) -> None:
    """Switch off what a PostgreSQL of ours spends on lasting."""
    with psycopg.connect(database_url, autocommit=True) as database:
        for setting in NOT_NEEDED:
            database.execute(f"ALTER SYSTEM SET {setting} = off")
        database.execute("SELECT pg_reload_conf()")
