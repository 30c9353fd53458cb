"""Finds nginx for the tests of the page server, and installs Debian's where it is missing."""

import os
import shutil
import subprocess

PACKAGE = "nginx-light"


def find() -> str | None:
    """The path of nginx, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def main() -> None:
    """Make sure that there is one.

    Raises:
        SystemExit: there is none and it cannot be installed from here.
    """
    if find():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the tests of the page server need Debian's {PACKAGE}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", PACKAGE], check=True, env=environment)


if __name__ == "__main__":
    main()
