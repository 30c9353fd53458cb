"""Find the tools that build and run images without a registry, or install Debian's as root."""

import os
import shutil
import subprocess

# runc as the runtime: crun refuses machines with both versions of control groups.
PROGRAMS = ("buildah", "podman", "runc", "mmdebstrap")


def missing() -> list[str]:
    """Return the missing programs; Debian's packages have the same names."""
    return [name for name in PROGRAMS if not shutil.which(name)]


def main() -> None:
    """Install the missing programs.

    Raises:
        SystemExit: some are missing and cannot be installed.
    """
    packages = missing()
    if not packages:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"candor: the test of the image needs {', '.join(packages)}, and root")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    subprocess.run(install, check=True, env=environment)


if __name__ == "__main__":
    main()
