"""verify_log.py, run as anyone would run it, against an honest log and against every lie."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from statuspage.pages.log.machine import VERIFIER
from tests.statuspage.pages.log.auditor import (
    change_a_letter,
    drop,
    say,
    say_many,
    sign_again,
    slip_in,
    swap,
)

pytestmark = pytest.mark.django_db(transaction=True)

Run = Callable[..., "subprocess.CompletedProcess[str]"]
OTHER_KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture
def run(live_server: LiveServer, tmp_path: Path) -> Run:
    """Return the program in a folder of its own, where it remembers what it saw."""

    def verify(*options: str, url: str = live_server.url, language: str = "C.UTF-8"):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
        return subprocess.run(
            [sys.executable, str(VERIFIER), url, *options],
            cwd=tmp_path,
            env={**kept, "LANG": language, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )

    return verify


@pytest.fixture
def twelve() -> None:
    """A log of twelve statements."""
    for _number in range(12):
        say()


@pytest.mark.usefixtures("twelve")
def test_an_honest_log_is_ok_now_and_after_it_has_grown(run: Run) -> None:
    first = run()
    assert first.returncode == 0, first.stdout + first.stderr
    assert first.stdout.startswith("OK: all 12 statements are as they were signed.")
    say()
    second = run()
    assert second.returncode == 0
    assert "OK: all 13 statements" in second.stdout
    assert "The 12 statements seen last time are unchanged." in second.stdout


def test_a_log_of_more_than_one_tile_is_ok(run: Run) -> None:
    say_many(300)
    assert run().returncode == 0
    change_a_letter(300)
    assert "Statement No. 300 was changed." in run().stdout


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize(
    ("lie", "sentences"),
    [
        (lambda: change_a_letter(3), ["Statement No. 3 was changed."]),
        (lambda: drop(12), ["Statement No. 12 was removed."]),
        (lambda: drop(5), ["Statement No. 5 was removed."]),
        (lambda: swap(3, 4), ["Statements were put into another order: No. 3, 4."]),
        (lambda: swap(2, 9), ["Statements were put into another order: No. 2, 9."]),
        (lambda: slip_in(5), ["No. 5"]),
    ],
    ids=["a letter", "the last", "one", "neighbours", "two", "inserted"],
)
def test_someone_with_a_superusers_rights_is_found_out(
    run: Run, lie: Callable[[], None], sentences: list[str]
) -> None:
    lie()
    done = run()
    assert done.returncode == 1
    assert done.stdout.startswith("NOT OK: the log was tampered with.")
    for sentence in sentences:
        assert sentence in done.stdout


@pytest.mark.usefixtures("twelve")
@pytest.mark.parametrize(
    ("lie", "stranger", "sentence"),
    [
        (lambda: change_a_letter(3), "OK: all 12", "Statement No. 3 was changed."),
        (lambda: swap(3, 4), "No. 3 says that it has another", "another order: No. 3, 4."),
        (lambda: drop(12), "OK: all 11", "Statement No. 12 was removed."),
    ],
    ids=["a letter", "neighbours", "the last"],
)
def test_who_signs_a_rewritten_history_is_found_out_by_whoever_saw_the_old_one(
    run: Run, lie: Callable[[], None], stranger: str, sentence: str
) -> None:
    assert run().returncode == 0
    lie()
    sign_again()
    assert stranger in run("--state", "-").stdout  # who looks for the first time knows no better
    done = run()
    assert done.returncode == 1
    assert sentence in done.stdout
    assert run().returncode == 1  # and it does not get used to it


@pytest.mark.usefixtures("twelve")
def test_a_rewritten_history_that_has_grown_meanwhile_is_found_out(run: Run) -> None:
    assert run().returncode == 0
    change_a_letter(7)
    sign_again()
    say()
    say()
    done = run()
    assert done.returncode == 1
    assert "history was rewritten" in done.stdout
    assert done.stdout.count("Statement No. ") == 1
    assert "Statement No. 7 was changed." in done.stdout


@pytest.mark.usefixtures("twelve")
def test_taking_the_last_statement_back_with_all_its_traces_is_found_out(run: Run) -> None:
    assert run().returncode == 0
    drop(12, with_proofs=True)
    done = run()
    assert done.returncode == 1
    assert "Last time there were 12 statements, now there are 11." in done.stdout
    assert "Statement No. 12 was removed." in done.stdout


@pytest.mark.usefixtures("twelve")
def test_a_log_that_vanished_is_found_out(run: Run) -> None:
    assert run().returncode == 0
    for number in range(12, 0, -1):
        drop(number, with_proofs=True)
    done = run()
    assert done.returncode == 1
    assert "now there are 0" in done.stdout


@pytest.mark.usefixtures("twelve")
def test_another_key_is_found_out(run: Run, settings) -> None:
    assert run().returncode == 0
    settings.LOG_SIGNING_KEY = OTHER_KEY
    sign_again()
    done = run()
    assert done.returncode == 1
    assert "not signed by the key known for this log" in done.stdout


@pytest.mark.usefixtures("twelve")
def test_a_key_that_is_replaced_properly_is_followed(run: Run, settings) -> None:
    assert run().returncode == 0
    settings.LOG_SIGNING_KEY = f"{settings.LOG_SIGNING_KEY},{OTHER_KEY}"
    assert run().returncode == 0  # the last checkpoint has only the old signature
    say()
    assert run().returncode == 0
    settings.LOG_SIGNING_KEY = OTHER_KEY
    say()
    assert run().returncode == 0


@pytest.mark.usefixtures("twelve")
def test_a_key_known_from_elsewhere_counts_and_no_other(run: Run) -> None:
    keys = json.loads((Path(_state(run))).read_text())
    [known] = next(iter(keys.values()))["keys"]
    assert run("--key", known, "--state", "-").returncode == 0
    name, _, rest = known.partition("+")
    other = f"{name}+{rest[::-1]}"
    assert run("--key", other, "--state", "-").returncode == 1


@pytest.mark.usefixtures("twelve")
def test_it_speaks_chinese_where_the_terminal_does(run: Run) -> None:
    assert run(language="zh_CN.UTF-8").stdout.startswith("核验通过：全部12条公告")
    change_a_letter(3)
    assert "公告第3号被改动。" in run(language="zh_CN.UTF-8").stdout


def test_an_empty_log_cannot_be_told_of(run: Run) -> None:
    done = run()
    assert done.returncode == 2
    assert "the log has no statement yet" in done.stderr


def test_a_site_that_does_not_answer_cannot_be_told_of(run: Run) -> None:
    done = run(url="http://127.0.0.1:9")
    assert done.returncode == 2
    assert done.stderr.startswith("CANNOT TELL: ")


@pytest.mark.usefixtures("twelve")
def test_an_address_that_is_none_cannot_be_told_of(run: Run) -> None:
    for url in ("nonsense", "ftp://127.0.0.1/", "file:///etc"):
        done = run(url=url)
        assert done.returncode == 2
        assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("twelve")
def test_a_memory_that_cannot_be_read_is_said_and_kept(run: Run, tmp_path: Path) -> None:
    (tmp_path / "verify_log.json").write_text('{"a": 1}')
    done = run()
    assert done.returncode == 2
    assert "verify_log.json cannot be read" in done.stderr
    assert (tmp_path / "verify_log.json").read_text() == '{"a": 1}'


@pytest.mark.usefixtures("twelve")
def test_the_log_may_be_named_by_its_own_address(run: Run, live_server: LiveServer) -> None:
    assert run(url=f"{live_server.url}/log/").returncode == 0


def _state(run: Run) -> Path:
    assert run().returncode == 0
    return Path(run.__closure__[-1].cell_contents) / "verify_log.json"  # type: ignore[union-attr]
