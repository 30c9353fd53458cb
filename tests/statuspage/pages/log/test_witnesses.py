"""Two witnesses in processes of their own cosign what continues, and catch every other view."""

import base64
import hashlib
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from notifications.delivery.models import Alarm
from notifications.watch.watcher import Watch
from statuspage.pages.log.machine import VERIFIER, WITNESS
from statuspage.statements.copies import copy_path
from statuspage.statements.cosigning import witnesses_ask
from statuspage.statements.findings import open_findings
from statuspage.statements.models import Checkpoint, Cosignature, LogProblem
from statuspage.statements.notes import b64, signers
from statuspage.statements.tree import consistency_proof
from statuspage.statements.witnesses import Witness, read_witnesses
from tests.database.tampering import as_superuser
from tests.statuspage.pages.log.auditor import drop, rewrite, say, sign_again

pytestmark = pytest.mark.django_db(transaction=True)
ORIGIN = "127.0.0.1:8000/log"


@dataclass
class Partner:
    """A witness that runs elsewhere."""

    folder: Path
    vkey: str
    url: str
    process: "subprocess.Popen[str]"

    def post(self, body: str) -> tuple[int, str, str]:
        """Return status, kind and text of the answer to a request to cosign."""
        request = urllib.request.Request(f"{self.url}/add-checkpoint", body.encode())
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["Content-Type"], error.read().decode()


def program(*arguments: str) -> list[str]:
    """The program as a partner downloads it: no settings, no Django."""
    return [sys.executable, "-I", str(WITNESS), *arguments]


@contextmanager
def partner(name: str, folder: Path) -> Iterator[Partner]:
    """Run a witness; on the state that is in its folder."""
    folder.mkdir(exist_ok=True)
    if not (folder / "witness.key").exists():
        subprocess.run(program("init", "--name", name), cwd=folder, check=True, capture_output=True)
    known = [f"--log={one.verifier}" for one in signers()]
    command = program("serve", *known, "--listen", "127.0.0.1:0")
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as process:
        try:
            vkey, url = process.stdout.readline().split()
            yield Partner(folder, vkey, url, process)
        finally:
            process.kill()


@pytest.fixture
def two(tmp_path: Path, settings) -> Iterator[tuple[Partner, Partner]]:
    """Two witnesses that have cosigned a log of three statements."""
    with ExitStack() as stack:
        one, other = (
            stack.enter_context(partner(f"witness.example/{name}", tmp_path / name))
            for name in ("w1", "w2")
        )
        settings.WITNESSES = read_witnesses(f"{one.vkey} {one.url},{other.vkey} {other.url}")
        for _number in range(3):
            say()
        assert witnesses_ask() == 2
        yield one, other


def verify(url: str, folder: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run verify_log.py as a reader does."""
    command = [sys.executable, "-I", str(VERIFIER), url, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def request_of(checkpoint: Checkpoint, old: int) -> str:
    """Compose a request to cosign, as the specification says."""
    lines = "".join(f"{b64(one)}\n" for one in consistency_proof(old, checkpoint.size))
    return f"old {old}\n{lines}\n{checkpoint.note}"


def forget_after(size: int) -> None:
    """Take statements and their proofs away, and what else hangs on them."""
    last = Checkpoint.objects.order_by("-size")[0].size
    for number in range(last, size, -1):
        drop(number, with_proofs=True)
    with as_superuser() as cursor:
        for table in ("delivery_broadcast", "pages_searchtext", "verification_senttext"):
            cursor.execute(f"DELETE FROM {table} WHERE statement_id > %s", [size])


def test_readers_demand_witnesses_and_get_their_word(
    two: tuple[Partner, Partner], live_server: LiveServer, client: Client, tmp_path: Path
) -> None:
    demanded = [f"--witness={one.vkey}" for one in two]
    done = verify(live_server.url, tmp_path, *demanded)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Cosigned by witness.example/w1, witness.example/w2." in done.stdout
    for address in ("/log/checkpoint", "/log/2.tlog-proof"):
        note = client.get(address).content.decode()
        assert note.count("— witness.example/") == 2, address
    assert (
        "— witness.example/w1 " in client.get("/log/proof/inclusion?number=1").json()["checkpoint"]
    )
    assert two[0].vkey in client.get("/log/").content.decode()

    say()  # nobody has cosigned the fourth yet, and what was demanded is remembered
    alone = verify(live_server.url, tmp_path)
    assert alone.returncode == 2
    assert "0 of the 2 witnesses" in alone.stderr
    two[1].process.kill()
    two[1].process.wait()
    assert witnesses_ask() == 1  # and the one that is away holds nobody up
    assert verify(live_server.url, tmp_path).returncode == 2
    assert verify(live_server.url, tmp_path, "--quorum", "1").returncode == 0
    assert verify(live_server.url, tmp_path, "--quorum", "3").returncode == 2
    assert not open_findings().exists()


def test_a_split_view_gets_no_quorum_and_is_noticed(
    two: tuple[Partner, Partner], live_server: LiveServer, settings, tmp_path: Path
) -> None:
    one, other = two
    ours = settings.WITNESSES
    settings.WITNESSES = ours[:1]  # one tree is shown to one witness …
    say("给一方看的。")
    assert witnesses_ask() == 1
    forget_after(3)  # … and another to the other, by whoever has key, disk and database
    copy_path().unlink()
    settings.WITNESSES = ours[1:]
    say("给另一方看的。")
    assert witnesses_ask() == 1

    demanded = [f"--witness={each.vkey}" for each in two]
    split = verify(live_server.url, tmp_path, "--state", "-", *demanded)
    assert split.returncode == 2
    assert "1 of the 2 witnesses" in split.stderr
    settings.WITNESSES = ours
    say()
    assert witnesses_ask() == 1
    found = open_findings().get()
    assert (found.problem, found.source) == (LogProblem.WITNESS, "witness.example/w1")
    evidence = json.loads((one.folder / "witness.json.evidence").read_text().splitlines()[0])
    assert signers()[0].line("") not in evidence["request"]
    assert "— 127.0.0.1:8000/log " in evidence["request"]
    assert not (other.folder / "witness.json.evidence").exists()
    settings.ALARM_SILENT_SECONDS = 0
    Watch().record()
    assert Alarm.objects.filter(kind=Alarm.Kind.LOG_BROKEN, subject="witness").exists()
    settings.WITNESSES = ours[1:]
    witnesses_ask()
    assert not open_findings().exists()  # one that is asked no longer says nothing


def test_a_rewritten_history_is_cosigned_by_nobody(
    two: tuple[Partner, Partner], live_server: LiveServer, tmp_path: Path
) -> None:
    rewrite(2)
    sign_again()
    say()
    assert witnesses_ask() == 0
    assert open_findings().filter(problem=LogProblem.WITNESS).count() == 2
    fresh = verify(live_server.url, tmp_path, "--state", "-", f"--witness={two[0].vkey}")
    assert fresh.returncode == 2
    assert verify(live_server.url, tmp_path, "--state", "-").returncode == 0  # nothing else sees it


def test_a_log_that_was_rolled_back_is_noticed(two: tuple[Partner, Partner]) -> None:
    forget_after(2)
    Cosignature.objects.filter(size=3).delete()
    assert witnesses_ask() == 0
    assert set(open_findings().values_list("place", flat=True)) == {"> 3"}


def test_a_witness_keeps_to_the_specification(two: tuple[Partner, Partner]) -> None:
    one, _other = two
    say()
    fourth = Checkpoint.objects.get(size=4)
    good = request_of(fourth, 3)
    thief = good.replace(ORIGIN, "other.example/log")
    flipped = good.rstrip("\n")[:-3] + "AA=\n"
    wrong_root = fourth.note.replace(fourth.root, b64(b"x" * 32))
    for body, status in (
        ("", 400),
        ("old 03\n" + good.partition("\n")[2], 400),
        ("old 5\n" + good.partition("\n")[2], 400),
        (good.replace("\n\n", "\n" + "\n".join([b64(b"x" * 32)] * 64) + "\n\n", 1), 400),
        (thief, 404),
        (flipped, 403),
        (f"old 3\n\n{wrong_root}", 403),
        (f"old 3\n{b64(b'x' * 32)}\n\n{fourth.note}", 422),
        (f"old 3\n\n{fourth.note}", 422),
    ):
        assert one.post(body)[0] == status, body
    assert one.post(request_of(fourth, 2)) == (409, "text/x.tlog.size", "3\n")
    assert one.post(f"old 0\n\n{fourth.note}")[0] == 409
    status, _kind, line = one.post(good)
    assert status == 200
    text = fourth.note.rpartition("\n\n")[0] + "\n"
    witness = Witness.read(f"{one.vkey} {one.url}")
    assert witness.cosigned_at(text, line)
    assert not witness.cosigned_at(text.replace("4", "5"), line)
    assert one.post(request_of(fourth, 4))[0] == 200  # the same again, as of now
    origin = hashlib.sha256(ORIGIN.encode()).hexdigest()
    with urllib.request.urlopen(f"{one.url}/{origin}/checkpoint") as page:
        kept = page.read().decode()
    assert kept.startswith(fourth.note)
    assert witness.cosigned_at(text, kept.splitlines()[-1])


def test_a_witness_remembers_through_a_crash(two: tuple[Partner, Partner]) -> None:
    one, _other = two
    one.process.kill()
    one.process.wait()
    with partner("witness.example/w1", one.folder) as again:
        assert again.vkey == one.vkey
        third = Checkpoint.objects.get(size=3)
        assert again.post(f"old 0\n\n{third.note}") == (409, "text/x.tlog.size", "3\n")
        beside = subprocess.run(
            program("serve", f"--log={signers()[0].verifier}", "--listen", "127.0.0.1:0"),
            cwd=one.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
        assert "another one uses" in beside.stderr


def test_both_keys_of_a_log_are_followed_while_one_replaces_the_other(
    tmp_path: Path, settings
) -> None:
    old, new = settings.LOG_SIGNING_KEY, b64(b"another key of thirty-two bytes!")
    settings.LOG_SIGNING_KEY = f"{old},{new}"
    with partner("witness.example/w1", tmp_path / "w1") as one:
        settings.WITNESSES = read_witnesses(f"{one.vkey} {one.url}")
        settings.LOG_SIGNING_KEY = old
        say()
        assert witnesses_ask() == 1
        for keys in (f"{old},{new}", new):
            settings.LOG_SIGNING_KEY = keys
            say()
            assert witnesses_ask() == 1


@pytest.mark.parametrize(
    "text",
    [
        "witness.example/w1",
        "a+b+c http://127.0.0.1",
        "{vkey} ftp://127.0.0.1",
        "{vkey}",
        "{log} http://127.0.0.1",
        "{vkey} http://127.0.0.1,{vkey} http://127.0.0.2",
    ],
)
def test_a_setting_that_names_no_witness_is_refused(text: str) -> None:
    public = signers()[0].key.public_key().public_bytes_raw()
    witness = Witness("witness.example/w1", public, "")
    with pytest.raises(ValueError, match=r"witness|http"):
        read_witnesses(text.format(vkey=witness.vkey, log=signers()[0].verifier))
    assert base64.b64decode(witness.vkey.split("+", 2)[2])[:1] == b"\x04"
