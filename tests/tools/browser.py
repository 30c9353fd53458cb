"""Find Chromium for the browser tests, or install Debian's."""

import os
import shutil
import subprocess

from playwright.sync_api import expect

# A deadline for giving up, and no claim: these machines are shared.
expect.set_options(timeout=30_000)

# The shell has no window to draw, which takes a third less of the processor.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PACKAGES = ("chromium-headless-shell", "fonts-noto-cjk")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Visitors share a process for their pages: a quarter less of the processor.
    "--renderer-process-limit=1",
)


def find() -> str | None:
    """Return the path of Chromium, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def main() -> None:
    """Install Chromium if the better one for tests is missing and apt-get may be used.

    Raises:
        SystemExit: there is none, and it cannot be installed.
    """
    if shutil.which(NAMES[0]):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", *PACKAGES]):
            subprocess.run(["apt-get", "-qq", *command], check=False, env=environment)
    if not find():
        raise SystemExit(
            "candor: the browser tests need Chromium: install Debian's packages "
            f"({' '.join(PACKAGES)}) or Google Chrome"
        )


if __name__ == "__main__":
    main()
