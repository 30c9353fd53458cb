"""Programs that benchmarks take from Debian."""

import os
import shutil
import subprocess


def need(program: str, *packages: str) -> None:
    """Have a program, installing its packages where that is possible.

    Raises:
        SystemExit: it is missing and cannot be installed from here.
    """
    if shutil.which(program) and all(_installed(package) for package in packages):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the benchmarks need Debian's {' '.join(packages)}")
    subprocess.run(["apt-get", "update", "-qq"], check=True)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", *packages], check=True, stdout=subprocess.DEVNULL
    )


def _installed(package: str) -> bool:
    if not shutil.which("dpkg-query"):
        return True
    command = ["dpkg-query", "-W", "-f", "${Status}", package]
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return asked.stdout.startswith("install ok")
