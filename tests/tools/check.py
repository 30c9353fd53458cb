"""The part of `make check` that needs engines: migrations, deployment, schema, catalogues."""

import base64
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from statuspage.up.engines import Engines
from tests.tools import messages

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
    ["makemigrations", "--check", "--dry-run"],
    ["migrate", "--verbosity", "0"],
    ["check", "--deploy", "--fail-level", "WARNING"],
    ["spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
)


def main() -> None:
    """Run every command with production settings on fresh engines; stop at the first failure."""
    messages.verify()
    with tempfile.TemporaryDirectory(prefix="candor-check-") as folder:
        engines = Engines(Path(folder))
        urls = engines.start()
        environment = {
            **os.environ,
            **PRODUCTION,
            "DATA_DIR": folder,
            "DATABASE_URL": urls["database_url"],
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
