"""Find nginx for the tests of the page server, or install Debian's."""

import os
import shutil
import subprocess

PACKAGE = "nginx-light"


def find() -> str | None:
    """Return the path of nginx, or None."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def main() -> None:
    """Install nginx if it is missing.

    Raises:
        SystemExit: it is missing and cannot be installed.
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
