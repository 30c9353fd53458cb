"""The command `candor`, which is also manage.py and `python -m statuspage`."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from statuspage import __version__
from statuspage.lib.paths import INSTALLED, RESOURCES

COMMANDS = (["manage.py"], ["-m", "statuspage"])


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_command_prints_the_version_without_any_setting(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, *command, "--version"],
        cwd=settings.BASE_DIR,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{__version__}\n"


def test_a_witness_needs_no_setting_and_no_engine(tmp_path: Path) -> None:
    key = tmp_path / "witness.key"
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "witness",
            "init",
            "--name=witness.example/w1",
            f"--key={key}",
        ],
        cwd=settings.BASE_DIR,
        env={},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("witness.example/w1+")
    assert key.stat().st_mode & 0o077 == 0


def test_a_checkout_reads_templates_beside_the_package() -> None:
    assert not INSTALLED
    assert (RESOURCES / "templates" / "base.html").is_file()
    assert settings.STATIC_ROOT == settings.DATA_DIR / "static"
