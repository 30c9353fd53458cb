""".env.example is what the classes say, and Docker Compose and the product read it alike."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from unittest.mock import patch

import pytest

from statuspage.configuration import AREAS
from statuspage.lib.env import Configuration
from tests.tools import compose, env_example

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = env_example.FILE.read_text(encoding="utf-8")
SET_BY_COMPOSE = {
    *("DATABASE_OWNER_URL", "POSTGRES_PASSWORD"),
    *("DATABASE_URL", "REDIS_URL", "DATA_DIR", "STATIC_ROOT", "TRUSTED_PROXIES", "LOG_FORMAT"),
}
VARIABLE = re.compile(r"^([A-Z_\d]+)=(.*)$", re.MULTILINE)


def made(command: str, folder: Path) -> str:
    """Return what the command in the comment prints; it may leave files in that folder alone."""
    done = subprocess.run(
        ["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.fixture(scope="module")
def resolved(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment of the web process by `docker compose config`, secrets filled in."""
    if not (command := compose.command()):
        pytest.skip("no Docker Compose on this machine")
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(ROOT / "compose.yaml", folder)
    filled = re.sub(
        r"^(# Make one: (.*)\n[A-Z_]+=)$",
        lambda found: found[1] + made(found[2], folder),
        EXAMPLE,
        flags=re.MULTILINE,
    )
    (folder / ".env").write_text(filled, encoding="utf-8")
    done = subprocess.run(
        [*command, "-f", "compose.yaml", "config", "--format", "json"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    environment = json.loads(done.stdout)["services"]["web"]["environment"]
    # `config` writes a dollar sign twice, so that its output can be read again.
    return {name: value.replace("$$", "$") for name, value in environment.items()}


def test_the_example_is_up_to_date():
    env_example.verify()


def test_every_variable_is_described_above_and_none_beside():
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if VARIABLE.match(line):
            assert lines[number - 1].startswith("# ")
            assert not re.search(r"\s#", line)
    named = [name for name, _ in VARIABLE.findall(EXAMPLE)]
    fields = {
        env_example.variable(name, field)
        for area in AREAS
        for name, field in area.model_fields.items()
    }
    assert len(named) == len(set(named))
    assert set(named) == fields | set(env_example.ComposeSettings.model_fields)


def test_secrets_are_empty_and_say_how_to_make_one():
    for name in env_example.required():
        if name.endswith(("KEY", "KEYS")):
            assert re.search(rf"^# Make one: .*\n{name}=$", EXAMPLE, re.MULTILINE)


def test_compose_reads_no_value_as_a_comment(resolved):
    assert [name for name, value in resolved.items() if value.startswith("#")] == []


def test_compose_reads_every_value_as_it_is_written(resolved):
    for name, written in VARIABLE.findall(EXAMPLE):
        if name not in SET_BY_COMPOSE and written:
            assert resolved[name] == written.strip("'"), name


def test_no_default_is_written_in_python():
    assert re.findall(r"=(?:None|True|False|\{.*|\(.*)$", EXAMPLE, re.MULTILINE) == []


def test_compose_finds_the_static_files_of_the_image(resolved):
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"STATIC_ROOT={resolved['STATIC_ROOT']}" in dockerfile.split()


def test_production_starts_with_it_and_has_the_defaults(resolved):
    fields = {
        env_example.variable(name, field): field
        for area in AREAS
        for name, field in area.model_fields.items()
    }
    chosen = {
        name
        for name, field in fields.items()
        if field.examples or name in SET_BY_COMPOSE or f"\n{name}=\n" in EXAMPLE
    }
    with patch.dict(os.environ, resolved, clear=True):
        as_written = Configuration(AREAS).exposed()
    with patch.dict(os.environ, {name: resolved[name] for name in chosen}, clear=True):
        assert Configuration(AREAS).exposed() == as_written
    assert as_written["DATA_DIR"] == Path("/var/lib/candor")
