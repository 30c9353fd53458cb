"""Run the remaining checks: leftover files, translations, migrations, deployment, schema."""

import base64
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from sandbox.up.engines import Engines
from tests.tools import env_example, messages

ROOT = Path(__file__).resolve().parents[2]
LEFTOVERS = ("*.orig", "*.rej", "*.bak")
PRODUCTION = {
    "DEBUG": "false",
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ALLOWED_HOSTS": "status.example.com",
    "SITE_URL": "https://status.example.com",
    "ADDRESS_KEYS": f"check:{base64.b64encode(secrets.token_bytes(32)).decode()}",
    "LOG_SIGNING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
    "ADDRESS_INDEX_KEY": secrets.token_urlsafe(32),
    "TRANSACTION_KEY": secrets.token_urlsafe(32),
    "STAFF_SECRET_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
    "SMS_SIGNATURE": "演示支付",
}
COMMANDS = (
    ["migrate", "--verbosity", "0"],
    ["makemigrations", "--check", "--dry-run"],
    ["check", "--deploy", "--fail-level", "WARNING"],
    ["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
)


def verify_no_leftovers() -> None:
    """Fail if git tracks a file that an editor or a patch left behind.

    Raises:
        SystemExit: it does; the message names the files.
    """
    if not (ROOT / ".git").exists() or not shutil.which("git"):
        print("skipped: leftover files are looked for only in a git checkout")
        return
    command = ["git", "ls-files", "--", *LEFTOVERS]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    if found:
        raise SystemExit("tracked leftover files: " + ", ".join(found.splitlines()))


def main() -> None:
    """Run every command with production settings on fresh databases; stop at the first failure."""
    verify_no_leftovers()
    messages.verify()
    env_example.verify()
    with tempfile.TemporaryDirectory(prefix="candor-check-") as folder:
        engines = Engines(Path(folder))
        urls = engines.start()
        environment = {
            **os.environ,
            **PRODUCTION,
            "DATA_DIR": folder,
            "DATABASE_URL": urls["database_url"],
            "DATABASE_OWNER_URL": urls["database_owner_url"],
            "REDIS_URL": urls["redis_url"],
        }
        try:
            for command in COMMANDS:
                print("manage.py", *command, flush=True)
                subprocess.run([sys.executable, "manage.py", *command], env=environment, check=True)
        except subprocess.CalledProcessError as error:
            raise SystemExit(error.returncode) from None
        finally:
            engines.stop()


if __name__ == "__main__":
    main()
