"""The suite's own PostgreSQL and Valkey, started once a run on a folder of their own."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path


def start() -> None:
    """Start both unless their URLs are already set (as they are in xdist's workers)."""
    if os.environ.get("CANDOR_TEST_ENGINES"):
        return
    from statuspage.up.engines import Engines

    folder = Path(tempfile.mkdtemp(prefix="candor-test-"))
    engines = Engines(folder)
    urls = engines.start()
    os.environ |= {
        "DATABASE_URL": urls["database_url"],
        "REDIS_URL": urls["redis_url"],
        "DATA_DIR": str(folder),
        "CANDOR_TEST_ENGINES": "1",
    }

    def stop() -> None:
        engines.stop()
        shutil.rmtree(folder, ignore_errors=True)

    atexit.register(stop)
