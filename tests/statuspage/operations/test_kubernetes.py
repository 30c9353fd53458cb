"""The manifests in deploy/kubernetes are valid, complete, and fit the product."""

import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from django.conf import settings as project

from notifications.channels import media
from statuspage.operations.configuration import QUEUES
from statuspage.operations.metrics import REGISTRY

FOLDER: Path = project.BASE_DIR / "deploy/kubernetes"
WHOLE: dict[str, Any] = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
DOCUMENTS: dict[tuple[str, str, str], dict[str, Any]] = {
    (name, one["kind"], one["metadata"]["name"]): one
    for name in WHOLE["resources"]
    for one in yaml.safe_load_all((FOLDER / name).read_text())
}
PODS = {key: one for key, one in DOCUMENTS.items() if one["kind"] in {"Deployment", "Job"}}
DEPLOYMENTS = {name: one for (_, kind, name), one in PODS.items() if kind == "Deployment"}
WORKERS = {name.rpartition("-")[2]: one for name, one in DEPLOYMENTS.items() if "worker" in name}
# The oldest and the newest that are supported, as of November 2026.
VERSIONS = ("1.33", "1.37")


def pod(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["spec"]["template"]["spec"]
    return found


def container(document: dict[str, Any]) -> dict[str, Any]:
    [found] = pod(document)["containers"]
    return dict(found)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("key", DOCUMENTS, ids="/".join)
def test_it_is_valid_and_has_no_unknown_field(key: tuple[str, str, str], version: str) -> None:
    kubernetes_validate.validate(DOCUMENTS[key], version, strict=True)


def test_every_file_is_part_of_the_whole() -> None:
    assert {one.name for one in FOLDER.glob("*.yaml")} == {
        "kustomization.yaml",
        *WHOLE["resources"],
    }


def test_all_of_the_product_is_there() -> None:
    queues = {one.queue or one.name for one in media()}
    workers = {f"candor-worker-{name}" for name in ("default", *queues)}
    assert set(DEPLOYMENTS) == {"candor-web", "candor-beat", *workers}
    assert ("migrate.yaml", "Job", "candor-migrate") in DOCUMENTS


def test_every_queue_has_its_worker() -> None:
    queues = [container(one)["command"] for one in WORKERS.values()]
    assert sorted(one[one.index("--queues") + 1] for one in queues) == sorted(QUEUES)


def test_workers_differ_only_in_their_medium() -> None:
    """Each is a file of its own, valid as it stands; what is mended in one is mended in all."""
    texts = {
        re.sub(r"sms|wechat|email|robot|webhook|voice", "-", yaml.safe_dump(container(one)))
        for name, one in WORKERS.items()
        if name != "default"
    }
    assert len(texts) == 1


@pytest.mark.parametrize("key", PODS, ids="/".join)
def test_a_pod_may_do_as_little_as_possible(key: tuple[str, str, str]) -> None:
    document = PODS[key]
    assert pod(document)["securityContext"]["runAsNonRoot"] is True
    assert pod(document)["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod(document)["automountServiceAccountToken"] is False
    assert container(document)["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert container(document)["resources"]["limits"]["memory"]
    assert all("sizeLimit" in one["emptyDir"] for one in pod(document)["volumes"])


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_pod_that_hangs_is_started_again(name: str) -> None:
    assert "livenessProbe" in container(DEPLOYMENTS[name])


@pytest.mark.parametrize("name", sorted(set(DEPLOYMENTS) - {"candor-beat"}))
def test_it_survives_a_drained_node_and_grows_with_its_work(name: str) -> None:
    kinds = {kind for _, kind, named in DOCUMENTS if named == name}
    assert {"PodDisruptionBudget", "HorizontalPodAutoscaler"} <= kinds


def test_beat_is_alone() -> None:
    assert DEPLOYMENTS["candor-beat"]["spec"]["replicas"] == 1
    assert DEPLOYMENTS["candor-beat"]["spec"]["strategy"] == {"type": "Recreate"}


@pytest.mark.django_db
def test_the_metrics_it_scales_by_exist() -> None:
    made = {one.name for one in REGISTRY.collect()}
    wanted = {
        metric["external"]["metric"]["name"]
        for one in DOCUMENTS.values()
        if one["kind"] == "HorizontalPodAutoscaler"
        for metric in one["spec"]["metrics"]
        if metric["type"] == "External"
    }
    assert wanted
    assert wanted <= made


def test_settings_exist_and_none_is_a_secret() -> None:
    known = (project.BASE_DIR / ".env.example").read_text()
    given = DOCUMENTS["settings.yaml", "ConfigMap", "candor"]["data"]
    for variable in given:
        assert f"{variable}=" in known
        assert not re.search("SECRET|KEY|TOKEN|PASSWORD|_URL$", variable.replace("SITE_URL", ""))


def test_the_image_is_that_of_this_version() -> None:
    from statuspage import __version__

    assert [one["newTag"].replace("-rc.", "rc") for one in WHOLE["images"]] == [__version__]
