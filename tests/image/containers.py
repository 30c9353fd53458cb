"""Builds the Dockerfile and runs containers as compose.yaml does, with buildah and podman."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.product import ROOT

DEBIAN = "bookworm"
MIRROR = "http://deb.debian.org/debian"
PYTHON = "python3,python3-venv,ca-certificates"
# The machine's own certificates, which may include those of a proxy.
CERTIFICATES = "/etc/ssl/certs:/etc/ssl/certs:ro"
# What compose.yaml says of every container of ours. Limits are lowered, because a machine inside
# another one may not raise them to podman's defaults.
CONFINED = (
    *("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL"),  # noqa: S108 - the container's
    *("--security-opt", "no-new-privileges"),
    *("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"),
)


class Refused(Exception):
    """The machine does not let us build or run containers; the message is its own."""


class Store:
    """A folder of images and containers, used by nobody else.

    Set STORAGE_DRIVER=vfs where the file system has no overlays; it is slower.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # What containers see of the machine: the folder's data, and whatever a test adds.
        self.volumes = [f"{folder / 'data'}:/var/lib/candor"]
        self._where = ("--root", str(folder / "store"), "--runroot", str(folder / "run"))

    def base(self) -> str:
        """IMAGE_BASE, or an image of Debian with Python, made here without a registry."""
        if given := os.environ.get("IMAGE_BASE"):
            return given
        archive = self.folder / "base.tar"
        command = ("mmdebstrap", "--variant=minbase", f"--include={PYTHON}", DEBIAN)
        _run((*command, str(archive), MIRROR))
        container = self._buildah("from", "scratch").strip()
        self._buildah("add", container, str(archive), "/")
        self._buildah("commit", "--rm", container, "localhost/candor-base")
        return "localhost/candor-base"

    def build(self, base: str) -> str:
        """Return the image of the Dockerfile."""
        options = ("--isolation", "chroot", "--build-arg", f"BASE={base}", "-v", CERTIFICATES)
        self._buildah("bud", *options, "-t", "localhost/candor", str(ROOT))
        return "localhost/candor"

    def run(self, image: str, command: Sequence[str], environment: Mapping[str, str]) -> str:
        """Return what a container's command prints, once it has ended."""
        return _run(self._podman(image, command, environment))

    def start(
        self, image: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> "subprocess.Popen[bytes]":
        """Return a container that goes on; an empty command is the image's own."""
        with (self.folder / "container.log").open("wb") as log:
            return subprocess.Popen(
                self._podman(image, command, environment), stdout=log, stderr=log
            )

    def log(self) -> str:
        """Return what the container that goes on has printed."""
        return (self.folder / "container.log").read_text(encoding="utf-8")

    def _buildah(self, *arguments: str) -> str:
        return _run(("buildah", *self._where, *arguments))

    def _podman(
        self, image: str, command: Sequence[str], environment: Mapping[str, str]
    ) -> list[str]:
        runtime = ("--runtime", "runc", "--cgroup-manager", "cgroupfs")
        settings = [f"--env={name}={value}" for name, value in environment.items()]
        volumes = [f"--volume={volume}" for volume in self.volumes]
        how = ("run", "--rm", "--network", "host", *CONFINED, *volumes, *settings)
        return ["podman", *self._where, *runtime, *how, image, *command]


def _run(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Refused(f"{' '.join(command[:1])}: {done.stderr[-3000:]}")
    return done.stdout
