"""Install a Debian package that tests need, where that is possible."""

import os
import shutil
import subprocess


def install(package: str, purpose: str) -> None:
    """Install a package.

    Raises:
        SystemExit: it cannot be installed from here; the line says for which `purpose` it is.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: {purpose} need Debian's {package}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(["apt-get", "install", "-y", "-qq", package], check=True, env=environment)
