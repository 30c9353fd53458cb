"""Look for known vulnerabilities in what production installs; skip it where nobody can be asked."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
# The Open Source Vulnerabilities database; AUDIT_URL may name a copy of it.
DATABASE: Final = "https://api.osv.dev/v1/query"
REACH_SECONDS: Final = 5.0
AUDIT_SECONDS: Final = 180.0


class Vulnerable(SystemExit):
    """Something that production installs has a known vulnerability."""


class CannotAsk(Exception):
    """The database is not reachable, or too slow."""


def audit(requirements: Path, database: str, seconds: float = AUDIT_SECONDS) -> int:
    """Return how many packages have no known vulnerability: all of them.

    Raises:
        Vulnerable: one has; the message names each.
        CannotAsk: the database gives no answer.
        RuntimeError: the audit itself failed.
    """
    _reach(database)
    command = [sys.executable, "-W", "ignore", "-m", "pip_audit", "--requirement", requirements]
    command += ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    command += ["--vulnerability-service", "osv", "--osv-url", database, "--timeout", "10"]
    try:
        done = subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise CannotAsk(f"no answer within {seconds:.0f} seconds") from error
    return _judged(done.stdout, done.stderr)


def _judged(report: str, errors: str) -> int:
    if not report.strip():
        last = (errors.strip().splitlines() or ["no report"])[-1]
        if "requests.exceptions" in last or "ServiceError" in last or "ConnectionError" in last:
            raise CannotAsk(last[:200])
        raise RuntimeError(f"pip-audit: {last[:300]}")
    found = json.loads(report)["dependencies"]
    if unread := [one["name"] for one in found if "skip_reason" in one]:
        raise RuntimeError(f"pip-audit skipped {', '.join(unread)}")
    bad = [one for one in found if one["vulns"]]
    if bad:
        names = (f"{one['name']} {one['version']}: {_ids(one)}" for one in bad)
        raise Vulnerable("known vulnerabilities: " + "; ".join(names))
    return len(found)


def _ids(dependency: dict[str, list[dict[str, str]]]) -> str:
    return ", ".join(one["id"] for one in dependency["vulns"])


def _reach(database: str) -> None:
    """Ask about nothing, once, before a hundred questions."""
    request = urllib.request.Request(database, b"{}", {"Content-Type": "application/json"})
    try:
        urllib.request.urlopen(request, timeout=REACH_SECONDS).close()
    except urllib.error.HTTPError as error:
        with error:
            # It answers, if only that this is no question; a proxy that refuses is none of it.
            if error.code not in {400, 422}:
                raise CannotAsk(f"HTTP {error.code}") from error
    except (OSError, ValueError) as error:
        raise CannotAsk(str(error)[:200]) from error


def main() -> None:
    """Audit requirements.txt; say in one line how it went."""
    database = os.environ.get("AUDIT_URL", DATABASE)
    try:
        count = audit(ROOT / "requirements.txt", database)
    except CannotAsk as reason:
        print(f"skipped: known vulnerabilities, because {database} cannot be asked ({reason})")
    else:
        print(f"{count} packages without a known vulnerability")


if __name__ == "__main__":
    main()
