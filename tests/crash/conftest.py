"""One stage for the crash tests of a package run; every test begins on an empty one.

It points the connection of this process elsewhere, and must be gone before other tests begin.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from notifications.simulator.testing import running_simulator
from tests.crash.engines import Engines
from tests.crash.harness import Stage, database


@pytest.fixture(scope="package")
def _stage(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("crash")
    engines = Engines(folder)
    engines.start()
    try:
        with (
            running_simulator(callback_retries=50, callback_retry_ms=200) as simulator,
            django_db_blocker.unblock(),
            database(engines.database_url),
        ):
            yield from _running(Stage(engines, simulator, folder))
    finally:
        engines.stop()


def _running(stage: Stage) -> Iterator[Stage]:
    try:
        stage.start("web")
        stage.start("beat")
        yield stage
    finally:
        stage.processes.kill()


@pytest.fixture
def stage(_stage: Stage) -> Stage:
    """An empty stage with web, beat, provider and engines; the test starts the workers."""
    _stage.reset()
    return _stage
