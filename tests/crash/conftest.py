"""One stage for the crash tests of a package run; every test begins on an empty one.

It points the connection of this process elsewhere, and must be gone before other tests begin.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.crash.engines import Engines
from tests.crash.harness import PERSISTENT, Stage, database
from tests.product import engines_folder, free_ports
from tests.simulator import running_simulator


@pytest.fixture(scope="package")
def folder() -> Iterator[Path]:
    """Return the folder of the engines and of what the programs write."""
    with engines_folder() as path:
        yield path


@pytest.fixture(scope="package")
def bare_stage(django_db_blocker: Any, folder: Path) -> Iterator[Stage]:
    """Yield the stage as the test before has left it."""
    web_port, redis_port = free_ports()
    engines = Engines(folder, redis_port)
    engines.start()
    try:
        with (
            running_simulator(**PERSISTENT) as simulator,
            django_db_blocker.unblock(),
            database(engines),
        ):
            stage = Stage(engines, simulator, folder, web_port)
            try:
                yield stage
            finally:
                stage.processes.kill_all()
    finally:
        engines.stop()


@pytest.fixture
def stage(bare_stage: Stage) -> Stage:
    """Return an empty stage with web, beat, provider and engines; the test starts the workers."""
    bare_stage.reset()
    return bare_stage
