"""What is in deploy/, compose.yaml and the Dockerfile fits the product."""

import json
import os
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings as project

from notifications.delivery.movement import movements_note
from statuspage.operations.metrics import REGISTRY
from tests.notifications.delivery.rows import deliver, statement
from tests.tools import compose

ROOT: Path = project.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, one in SERVICES.items() if one.get("image") == "candor"]
RULES = yaml.safe_load((ROOT / "deploy/prometheus/alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((ROOT / "deploy/grafana/candor.json").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
METRIC = re.compile(r"candor_[a-z_]+")


@pytest.fixture(scope="module")
def resolved(tmp_path_factory) -> dict[str, dict[str, Any]]:
    """Return the services as Docker Compose itself reads them, or, without it, as they are written.

    It fails where a key is unknown or a value of the wrong kind.
    """
    program = compose.command()
    if program is None:
        return SERVICES
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy(ROOT / "compose.yaml", folder)
    shutil.copy(ROOT / ".env.example", folder / ".env")
    done = subprocess.run(
        [*program, "config", "--format", "json"],
        cwd=folder, env={**os.environ, "POSTGRES_PASSWORD": "x", "POSTGRES_RUNTIME_PASSWORD": "y"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["services"]


def in_bytes(limit: str | int) -> int:
    """Return a limit as Docker Compose writes it, or as compose.yaml does."""
    number, unit = re.fullmatch(r"(\d+)([mg]?)", str(limit)).groups()
    return int(number) << {"": 0, "m": 20, "g": 30}[unit]


class TestCompose:
    def test_all_of_the_product_is_there(self):
        assert set(SERVICES) == {"nginx", "web", "worker", "beat", "migrate", "postgres", "redis"}

    @pytest.mark.parametrize("name", OURS)
    def test_ours_may_do_as_little_as_possible(self, name):
        service = SERVICES[name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]

    def test_only_nginx_is_seen_from_outside(self):
        assert [name for name, one in SERVICES.items() if "ports" in one] == ["nginx"]

    @pytest.mark.parametrize("name", sorted(set(SERVICES) - set(OURS)))
    def test_the_engines_are_of_a_named_version(self, name):
        image, _, version = SERVICES[name]["image"].partition(":")
        assert image.count("/") <= 1
        assert re.match(r"\d", version)

    @pytest.mark.parametrize("name", SERVICES)
    def test_who_is_waited_for_exists_and_can_be_healthy(self, name):
        for other, how in SERVICES[name].get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]
            assert other in SERVICES

    @pytest.mark.parametrize("name", OURS)
    def test_no_secret_stands_in_it(self, name):
        known = (ROOT / ".env.example").read_text()
        for variable, value in SERVICES[name]["environment"].items():
            assert f"{variable}=" in known
            assert "SECRET" not in variable
            assert "password" not in value.lower() or "_PASSWORD:?" in value

    @pytest.mark.parametrize("name", SERVICES)
    def test_every_service_says_whether_it_is_well(self, name, resolved):
        check = resolved[name]["healthcheck"]
        if name == "migrate":  # it ends; the others wait for that
            assert check["disable"] is True
            return
        assert check["test"][0] in {"CMD", "CMD-SHELL"}
        assert check["retries"] > 1
        assert {"interval", "timeout"} <= set(check)

    @pytest.mark.parametrize("name", SERVICES)
    def test_every_service_is_started_again(self, name, resolved):
        expected = "on-failure" if name == "migrate" else "unless-stopped"
        assert resolved[name]["restart"] == expected

    @pytest.mark.parametrize("name", SERVICES)
    def test_no_service_takes_all_memory(self, name, resolved):
        assert 0 < in_bytes(resolved[name]["mem_limit"]) <= 2 << 30

    @pytest.mark.parametrize("name", SERVICES)
    def test_no_services_log_fills_the_disk(self, name, resolved):
        assert resolved[name]["logging"] == {
            "driver": "json-file",
            "options": {"max-size": "10m", "max-file": "5"},
        }

    @pytest.mark.parametrize("name", SERVICES)
    def test_memory_that_is_a_folder_has_a_size_within_the_limit(self, name, resolved):
        given = resolved[name].get("tmpfs", [])
        assert given or name in {"postgres", "redis"}
        for one in given:
            size = re.fullmatch(r"/[a-z/]+:size=(\d+)m,mode=1777", one)
            assert size, one
            assert int(size[1]) << 20 < in_bytes(resolved[name]["mem_limit"])

    def test_the_web_process_has_room_for_the_largest_list(self, resolved):
        [folder] = resolved["web"]["tmpfs"]
        assert int(re.findall(r"size=(\d+)m", folder)[0]) > 2 * project.TRANSACTIONS_MAX_MB

    @pytest.mark.parametrize("name", ["worker", "beat"])
    def test_a_program_without_a_port_is_well_while_its_pulse_is_heard(self, name, resolved):
        assert resolved[name]["healthcheck"]["test"] == ["CMD", "candor", "pulse", name]

    @pytest.mark.parametrize("volume", ["data", "postgres"])
    def test_what_is_kept_is_a_volume(self, volume):
        assert volume in COMPOSE["volumes"]

    def test_files_that_are_mounted_exist(self):
        mounted = [one.split(":")[0] for one in SERVICES["nginx"]["volumes"]]
        assert all((ROOT / one).is_file() for one in mounted if one.startswith("./"))


class TestImage:
    def test_it_does_not_run_as_root(self):
        users = re.findall(r"^USER (.+)$", DOCKERFILE, re.MULTILINE)
        assert users[-1:] == ["candor"]
        assert DOCKERFILE.index("USER candor") > DOCKERFILE.index("collectstatic")

    def test_it_installs_what_is_pinned_and_nothing_else(self):
        installs = re.findall(r"pip install .*", DOCKERFILE)
        pinned = "pip install --no-cache-dir --require-hashes -r"
        assert installs == [
            f"{pinned} requirements.txt",
            f"{pinned} requirements-build.txt",
            "pip install --no-cache-dir --no-index --no-deps dist/*.whl",
        ]

    def test_no_key_of_its_building_is_taken_along(self):
        assert not re.search(r"^(ENV|ARG).*(SECRET|KEY|PASSWORD)", DOCKERFILE, re.MULTILINE)

    def test_the_settings_of_its_building_are_good_enough_for_production(self, tmp_path):
        [step] = re.findall(r"^RUN (key\(\) .*?)candor collectstatic", DOCKERFILE, re.M | re.S)
        load = "python -c 'from statuspage.settings import configuration'"
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        environment = {"PATH": path, "DATA_DIR": str(tmp_path)}
        done = subprocess.run(
            ["sh", "-c", step.replace("\\\n", " ") + load],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")

    def test_it_takes_only_what_the_wheel_is_made_of(self):
        lines = (ROOT / ".dockerignore").read_text().splitlines()
        assert lines[1] == "*"
        allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
        copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
        assert {name for names in copied for name in names.split()} == allowed
        assert not allowed & {"sandbox", "tests", "docs", "benchmarks", ".env", ".data", ".git"}


@pytest.fixture
def measured(db, settings) -> set[str]:
    """Return the names of everything that can be measured."""
    settings.SMS_MONTHLY_CAP = Decimal(1)
    said = statement()
    for state in ("pending", "unknown"):
        deliver(said, state)
    movements_note()
    families = list(REGISTRY.collect())
    return {f"{one.name}_total" if one.type == "counter" else one.name for one in families}


class TestWatching:
    @pytest.mark.parametrize("rule", RULES, ids=[one["alert"] for one in RULES])
    def test_an_alert_asks_for_what_is_measured_and_says_what_is_wrong(self, rule, measured):
        assert set(METRIC.findall(rule["expr"])) <= measured
        assert rule["annotations"]["summary"]
        assert rule["labels"]["severity"] in {"page", "ticket"}

    @pytest.mark.skipif(not shutil.which("promtool"), reason="Debian's package prometheus has it")
    def test_alerts_are_raised_when_they_should_be_and_only_then(self):
        """Prometheus itself goes through what deploy/prometheus/alerts_test.yml plays to it."""
        folder = ROOT / "deploy/prometheus"
        done = subprocess.run(
            ["promtool", "test", "rules", "alerts_test.yml"],
            cwd=folder, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    @pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
    def test_a_panel_shows_what_is_measured(self, panel, measured):
        for target in panel["targets"]:
            assert METRIC.search(target["expr"])
            assert set(METRIC.findall(target["expr"])) <= measured

    def test_all_that_is_measured_is_shown_or_watched(self, measured):
        asked = json.dumps(DASHBOARD) + json.dumps(RULES)
        assert measured - set(METRIC.findall(asked)) == {"candor_statement_timestamp_seconds"}

    def test_panels_do_not_cover_each_other(self):
        taken = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            cells = {
                (x, y)
                for x in range(at["x"], at["x"] + at["w"])
                for y in range(at["y"], at["y"] + at["h"])
            }
            assert not cells & taken
            assert at["x"] + at["w"] <= 24
            taken |= cells
