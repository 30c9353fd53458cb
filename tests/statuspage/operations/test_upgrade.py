"""Every release so far can be upgraded to this one, on a database with data."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db(transaction=True)

# Each is `candor backup` of that release's demonstration; docs/releasing.md says when one is added.
RELEASES = sorted((Path(settings.BASE_DIR) / "tests" / "data" / "releases").glob("*.backup"))
DEMONSTRATION = "status.demo.example/log"
USE = """
import json
from django.test import Client
from statuspage.incidents.services.incidents import incident_open
from statuspage.operations.backup import check_log
from statuspage.settlement.models import Price
from statuspage.statements.models import Statement
before = Statement.objects.count()
said = incident_open(
    name={"zh-hans": "升级之后", "en": "After the upgrade"}, body={"zh-hans": "正在核实。"},
    impact="minor", status="investigating", components={}, author=None,
)
check_log()
paths = ("/", "/en/", "/history/", "/notices/", f"/incidents/{said.subject_id}/", "/transparency/")
answers = {path: Client().get(path, headers={"host": "127.0.0.1"}).status_code for path in paths}
fees = {
    f"{one.category} {one.product}": str(one.fee) for one in Price.objects.filter(statement=None)
}
print(json.dumps({"before": before, "number": said.number, "answers": answers, "fees": fees}))
"""


def test_the_first_release_is_among_them() -> None:
    assert "1.0.0rc1.backup" in {one.name for one in RELEASES}


@pytest.mark.parametrize("release", RELEASES, ids=lambda release: release.stem)
def test_a_release_is_upgraded_with_its_data(
    release: Path,
    empty: Callable[..., subprocess.CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LOG_ORIGIN", DEMONSTRATION)  # the name of a log never changes
    for command in (
        ["restore", str(release), "--without-list"],
        ["migrate", "--noinput"],
        ["migrate", "--check"],
    ):
        done = empty(*command)
        assert done.returncode == 0, f"{command}: {done.stderr}"
    done = empty("shell", "--verbosity", "0", "-c", USE)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["before"] > 20
    assert found["number"] == found["before"] + 1
    assert set(found["answers"].values()) == {200}, found["answers"]
    # The fees of its rules are prices now.
    assert found["fees"] == {
        "micro ": "0.60%",
        "micro instant": "0.60%+1.00",
        "industry ": "0.60%",
        "industry instant": "0.60%+1.00",
    }
