"""The files that hosting and editors read fit the project."""

import re
import tomllib
from itertools import pairwise
from typing import Any

import pytest
import yaml

from statuspage import __version__
from tests.product import ROOT

PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
SANDBOX: dict[str, Any] = tomllib.loads((ROOT / "sandbox/pyproject.toml").read_text())
DOCUMENTS = ["README.md", "README.zh-CN.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md"]
DOCUMENTS += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("*.md"))
WEB = ["Dockerfile", "docs/production.md", "sandbox/up/processes.py", "tests/crash/processes.py"]
WEB += ["tests/statuspage/pages/server/programs.py", "benchmarks/web.py", "benchmarks/serving.py"]


def test_ci_runs_what_developers_run_on_the_oldest_and_the_newest_python() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["check-and-test"]
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert PROJECT["project"]["requires-python"] == ">=3.11"


def test_hooks_before_a_commit_use_the_tools_of_ci() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]
    tools = {hook["entry"].split()[0].removeprefix(".venv/bin/") for hook in hooks} - {"python"}
    makefile = (ROOT / "Makefile").read_text()
    assert tools
    assert all(f"$(BIN)/{tool}" in makefile for tool in tools)


def test_the_developers_extra_installs_what_the_sandbox_requires() -> None:
    ours = PROJECT["project"]
    required = set(SANDBOX["project"]["dependencies"]) - {"candor"}
    assert required <= {*ours["dependencies"], *ours["optional-dependencies"]["dev"]}


def test_the_changelog_has_a_section_for_the_version() -> None:
    semantic = re.sub(r"(\d)rc(\d+)$", r"\1-rc.\2", __version__)
    assert f"\n## {semantic} - " in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize("place", WEB)
def test_the_web_server_is_started_with_the_same_limits_everywhere(place: str) -> None:
    words = re.findall(r"[\w-]+", (ROOT / place).read_text(encoding="utf-8"))
    assert {("--http", "1"), ("--backpressure", "4096"), ("--http1-buffer-size", "65536")} <= {
        *pairwise(words)
    }


def test_links_inside_the_repository_lead_somewhere() -> None:
    for path in (ROOT / name for name in DOCUMENTS):
        for link in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", path.read_text()):
            # Pictures are made at the end of a release.
            assert link.endswith(".png") or (path.parent / link).exists(), f"{path.name}: {link}"
