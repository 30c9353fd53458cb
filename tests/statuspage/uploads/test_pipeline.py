"""A file is stored at once and read once, however often a worker dies."""

import threading
from collections.abc import Mapping
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection

from notifications.subscribers.models import Import, ImportPart, ImportProblem
from statuspage.uploads import pipeline
from statuspage.uploads.models import UploadState
from statuspage.uploads.pipeline import Pipeline
from statuspage.uploads.tables import UploadTable


class Numbers(UploadTable[int]):
    """A column of whole numbers."""

    def __init__(self) -> None:
        self.readers = {"number": self.whole}

    def whole(self, cell: str) -> int:
        if not cell.isdecimal():
            raise ValidationError("Write a number.")
        return int(cell)

    def build(self, values: Mapping[str, Any]) -> int:
        return int(values["number"])


class Killed(BaseException):
    """As SIGKILL: nothing in the product catches it."""


class Sums(Pipeline[Import, int]):
    """Adds numbers up; the n-th step can be made to fail."""

    model = Import
    table = Numbers
    limit = "IMPORT_MAX_MB"
    batch = 4

    def seal(self, piece: bytes) -> bytes:
        return piece[::-1]

    def unseal(self, data: bytes) -> bytes:
        return data[::-1]

    def __init__(self, fails_at: int = 0, how: type[BaseException] = Killed) -> None:
        self.fails_at, self.how, self.steps = fails_at, how, 0

    def apply(self, upload: Import, rows: Mapping[int, int]) -> None:
        upload.created += sum(rows.values())
        upload.save()
        self.step()

    def finish(self, upload: Import) -> UploadState:
        upload.updated += 1
        upload.save()
        self.step()
        return UploadState.DONE

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.fails_at:
            raise self.how("13800138000")


def receive(*lines: str, header: str = "number") -> Import:
    text = "\n".join((header, *lines, "")).encode()
    return Sums().receive(name="list.csv", chunks=[text[:5], text[5:]], author=None)


def result(upload: Import) -> tuple[str, int, int, int]:
    upload.refresh_from_db()
    return upload.state, upload.created, upload.updated, upload.bad


NUMBERS = [*map(str, range(1, 19)), "x"]


@pytest.mark.django_db
class TestReceiving:
    def test_an_empty_file_is_refused_and_not_kept(self) -> None:
        with pytest.raises(ValidationError, match=r"empty|空"):
            Sums().receive(name="list.csv", chunks=[], author=None)
        assert not Import.objects.exists()

    def test_one_that_is_too_large_is_refused_and_not_kept(self, settings) -> None:
        settings.IMPORT_MAX_MB = 1
        with pytest.raises(ValidationError, match="1 MB"):
            Sums().receive(name="list.csv", chunks=[b"x" * (1 << 19)] * 3, author=None)
        assert not Import.objects.exists()
        assert not ImportPart.objects.exists()


@pytest.mark.django_db
class TestReading:
    def test_good_rows_are_applied_and_bad_ones_listed(self) -> None:
        upload = receive(*NUMBERS)
        assert (upload.finished, upload.percent) == (False, 0)
        Sums().read_all()
        assert result(upload) == ("done", 171, 1, 1)
        assert (upload.finished, upload.percent) == (True, 100)
        (problem,) = ImportProblem.objects.all()
        assert (problem.line, problem.column, problem.message) == (20, "number", "Write a number.")

    def test_the_file_is_gone_once_it_has_been_read(self) -> None:
        receive(*NUMBERS)
        Sums().read_all()
        assert not ImportPart.objects.exists()

    def test_a_file_of_another_kind_says_so_and_is_gone(self) -> None:
        upload = receive("1", header="name")
        Sums().read_all()
        assert result(upload) == ("unreadable", 0, 0, 1)
        assert ImportProblem.objects.get().message == "This column is missing."
        assert not ImportPart.objects.exists()

    def test_chinese_excel_is_recognised(self) -> None:
        content = "number,名称\n1,小微\n".encode("gb18030")
        upload = Sums().receive(name="名单.csv", chunks=[content], author=None)
        Sums().read_all()
        assert result(upload) == ("done", 1, 1, 0)
        assert upload.encoding == "gb18030"

    def test_the_list_of_problems_ends_and_the_count_goes_on(self, monkeypatch) -> None:
        monkeypatch.setattr(pipeline, "PROBLEMS_KEPT", 5)
        upload = receive(*"abcdefgh")
        Sums().read_all()
        assert result(upload) == ("done", 0, 1, 8)
        assert [one.line for one in ImportProblem.objects.all()] == [2, 3, 4, 5, 6]


@pytest.mark.django_db(transaction=True)
class TestInterruption:
    @pytest.mark.parametrize("at", range(1, 7))
    def test_killed_in_any_step_it_is_read_on_from_there(self, at: int) -> None:
        upload = receive("x", *NUMBERS)
        with pytest.raises(Killed):
            Sums(fails_at=at).read_all()
        upload.refresh_from_db()
        assert upload.line == (0 if at == 1 else 4 * at - 3)
        assert (upload.state, upload.percent > 0) == (
            ("waiting", False) if at == 1 else ("reading", True)
        )
        rest = Sums()
        rest.read_all()
        rest.read_all()
        assert rest.steps == 7 - at
        assert result(upload) == ("done", 171, 1, 2)
        assert [one.line for one in ImportProblem.objects.all()] == [2, 21]

    def test_a_worker_that_another_has_overtaken_stops(self) -> None:
        upload = receive(*NUMBERS)
        stale = Import.objects.get(pk=upload.pk)
        Sums().read_all()
        Sums()._read(stale)
        assert result(upload) == ("done", 171, 1, 1)

    @pytest.mark.parametrize("at", [2, 6])
    def test_our_own_fault_is_said_without_a_value_and_what_it_broke_is_undone(
        self, at: int, caplog
    ) -> None:
        upload = receive(*NUMBERS)
        Sums(fails_at=at, how=KeyError).read_all()
        assert result(upload) == ("failed", 10 if at == 2 else 171, 0, 0 if at == 2 else 1)
        assert "13800138000" not in caplog.text
        assert not ImportPart.objects.exists()

    def test_a_file_that_another_worker_reads_is_left_to_it(self) -> None:
        upload = receive(*NUMBERS)
        with Sums()._alone(upload) as mine:
            assert mine
            worker = threading.Thread(target=lambda: (Sums().read_all(), connection.close()))
            worker.start()
            worker.join()
        assert result(upload) == ("waiting", 0, 0, 0)
        Sums().read_all()
        assert result(upload) == ("done", 171, 1, 1)

    def test_a_database_that_goes_away_in_the_middle_costs_nothing(self) -> None:
        access = connection.get_connection_params()
        known = {key: access[key] for key in ("dbname", "user", "host", "port") if access.get(key)}

        class CutOff(Sums):
            def step(self) -> None:
                with psycopg.connect(**known, autocommit=True) as admin:
                    admin.execute(
                        "SELECT pg_terminate_backend(%s, 5000)",
                        [connection.connection.info.backend_pid],
                    )

        upload = receive(*NUMBERS)
        with pytest.raises(DatabaseError):
            CutOff().read_all()
        connection.close()
        Sums().read_all()
        assert result(upload) == ("done", 171, 1, 1)
