"""The demonstration, written once a module."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from sandbox.demo.seeding import seed_demo
from tests.worlds import kept_world


@pytest.fixture(scope="module")
def seeded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Path]:
    """Yield the folder of a demonstration that is in the database."""
    folder = tmp_path_factory.mktemp("demo")
    with kept_world(django_db_blocker), override_settings(DEVELOPMENT=True, DATA_DIR=folder):
        seed_demo()
        yield folder


@pytest.fixture
def folder(seeded: Path, tmp_path: Path, settings: Any) -> Path:
    """Return a copy of that folder, which a test may change."""
    settings.DATA_DIR = tmp_path
    return shutil.copytree(seeded, tmp_path, dirs_exist_ok=True)
