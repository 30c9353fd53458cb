"""What a release is made of: known, pinned, and asked about."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from statuspage import __version__
from tests.product import ROOT
from tests.tools import audit, sbom

VULNERABLE = "rfc8785"
PINNED_MINOR = re.compile(r"[\w./-]+:(?:\d+\.\d+[\w.-]*|\d+[\w.-]*@sha256:[0-9a-f]{64})")


@contextmanager
def database(status: int = 200, vulnerable: str = "") -> Iterator[str]:
    """Yield the address of a database that knows of one vulnerable package, or of none."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            name = asked.get("package", {}).get("name", "")
            found = [{"id": "OSV-1", "modified": "2026-01-01T00:00:00Z", "affected": []}]
            known = (
                {"vulns": [{**one, "affected": []} for one in found]} if name == vulnerable else {}
            )
            body = json.dumps(known if name else {"code": 3}).encode()
            self.send_response(status if name else (400 if status == 200 else status))
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    path = tmp_path / "requirements.txt"
    path.write_text("rfc8785==0.1.4\ncertifi==2025.1.31\n")
    return path


def test_a_known_vulnerability_stops_the_check_and_is_named(requirements: Path) -> None:
    with database(vulnerable=VULNERABLE) as url, pytest.raises(audit.Vulnerable) as stopped:
        audit.audit(requirements, url)
    assert "rfc8785 0.1.4: OSV-1" in str(stopped.value)
    assert stopped.value.code


def test_without_one_it_says_how_many_were_asked_about(requirements: Path) -> None:
    with database() as url:
        assert audit.audit(requirements, url) == 2


@pytest.mark.parametrize("status", [403, 502, 503])
def test_a_database_that_refuses_skips_it(requirements: Path, status: int) -> None:
    with database(status) as url, pytest.raises(audit.CannotAsk):
        audit.audit(requirements, url)


def test_a_machine_without_a_network_skips_it_with_a_clear_line(monkeypatch, capsys) -> None:
    monkeypatch.setenv("AUDIT_URL", "http://127.0.0.1:1/v1/query")
    audit.main()
    assert capsys.readouterr().out.startswith("skipped: known vulnerabilities, because http://127")


def test_an_audit_that_breaks_is_no_skip() -> None:
    with pytest.raises(RuntimeError):
        audit._judged("", "ValueError: a bug")
    with pytest.raises(RuntimeError):
        audit._judged('{"dependencies": [{"name": "x", "skip_reason": "?"}]}', "")
    with pytest.raises(audit.CannotAsk):
        audit._judged("", "requests.exceptions.ReadTimeout: too late")


def test_ci_asks() -> None:
    makefile = (ROOT / "Makefile").read_text()
    checks = makefile.split("\nCHECKS :=")[1].split("\n")[0].split()
    recipes = {one: makefile.split(f"\n{one}:")[1].split("\n\n")[0] for one in ("check", *checks)}
    assert "$(CHECKS)" in recipes.pop("check")
    assert any("-m tests.tools.audit" in recipe for recipe in recipes.values())
    assert "make check" in (ROOT / ".ci/run").read_text()


def test_the_bill_of_materials_names_all_that_is_installed_and_the_wheel(tmp_path: Path) -> None:
    wheel = tmp_path / f"candor-{__version__}-py3-none-any.whl"
    wheel.write_bytes(b"a wheel")
    document = json.loads(sbom.write(tmp_path).read_text())
    assert document["bomFormat"] == "CycloneDX"
    pins = re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.M)
    named = {(one["name"], one["version"]) for one in document["components"]}
    assert named == set(pins)
    assert all(one["externalReferences"][0]["hashes"] for one in document["components"])
    root = document["metadata"]["component"]
    assert (root["name"], root["version"]) == ("candor", __version__)
    assert root["hashes"][0]["content"] == hashlib.sha256(b"a wheel").hexdigest()
    assert len(document["dependencies"][0]["dependsOn"]) == len(pins)


def test_without_a_wheel_of_this_version_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "candor-0.0.1-py3-none-any.whl").touch()
    with pytest.raises(SystemExit):
        sbom.write(tmp_path)


def images() -> list[str]:
    """Return every image that is named: in compose, the Dockerfile and for Kubernetes."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"].values()
    found = [one["image"] for one in services if "build" not in one]
    found += re.findall(r"^(?:ARG BASE=|FROM )([^$\s]+)", (ROOT / "Dockerfile").read_text(), re.M)
    for path in (ROOT / "deploy/kubernetes").glob("*.yaml"):
        found += re.findall(r"^\s*-?\s*image: (\S+)", path.read_text(), re.M)
    return [one for one in found if one != "build"]


@pytest.mark.parametrize("image", sorted(set(images())))
def test_an_image_is_named_by_digest_or_minor_version(image: str) -> None:
    ours = image.partition(":")[0].rpartition("/")[2] == "candor"
    assert PINNED_MINOR.fullmatch(image) or (ours and not image.endswith(":latest")), image


@pytest.mark.parametrize("image", ["nginx", "nginx:latest", "nginx:1", "postgres:17-alpine"])
def test_a_bare_major_or_none_is_not_pinned(image: str) -> None:
    assert not PINNED_MINOR.fullmatch(image)


def test_the_table_of_controls_names_every_chapter_and_tests_that_exist() -> None:
    text = (ROOT / "docs/security.md").read_text()
    assert re.findall(r"^\| V(\d+) ", text, re.M) == [str(one) for one in range(1, 18)]
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert len(named) > 30
    assert not [one for one in named if not (ROOT / one).is_file()]
    assert "docs/security.md" in (ROOT / "SECURITY.md").read_text()
