"""Lists taken in: all or the good ones, once, however often a worker dies."""

import base64
import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from statuspage.notices.models import Notice
from statuspage.settlement.affected.selectors import backlog_cells, transaction_find
from statuspage.settlement.affected.services import UPLOADS, Uploads, transactions_forget
from statuspage.settlement.models import (
    AffectedTransaction,
    SettledMerchant,
    StagedTransaction,
    Upload,
    UploadPart,
)
from statuspage.statements.models import Statement
from tests.database.tampering import as_owner
from tests.factories import open_incident
from tests.statuspage.settlement.affected.lists import (
    HEADER,
    ROW,
    counts,
    line,
    many,
    problems,
    receive,
    settled,
    take,
    text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def incident():
    return open_incident().subject_id


def found(**values):
    asked = {"merchant": ROW["merchant"], "reference": "REF-0001", "last_four": "8001"}
    return transaction_find(**{**asked, **values})


class TestWaiting:
    def test_what_waits_to_be_read_cannot_be_read_in_the_database(self, incident):
        upload = receive(text(line()), incident=incident)
        stored = b"".join(bytes(one.data) for one in UploadPart.objects.order_by("number"))
        for secret in ("REF-0001", "8001", "1000.00"):
            assert secret.encode() not in stored
            assert base64.b64encode(secret.encode()) not in stored
        UPLOADS.read_all()
        upload.refresh_from_db()
        assert (upload.state, found().amount) == ("done", Decimal("1000.00"))

    @pytest.mark.parametrize(
        "change", [lambda data: data[:-1], lambda data: data + b"x", bytes.upper]
    )
    def test_what_was_changed_there_is_not_applied(self, incident, change):
        upload = receive(text(line()), incident=incident)
        part = UploadPart.objects.get()
        part.data = change(bytes(part.data))
        part.save()
        UPLOADS.read_all()
        upload.refresh_from_db()
        assert upload.state == "failed"
        assert not UploadPart.objects.exists()
        assert not AffectedTransaction.objects.exists()


class TestTakingIn:
    def test_good_rows_are_taken_over(self, incident):
        upload = take(text(line(), line(reference="REF-0002")), incident=incident)
        assert (upload.state, counts(upload)) == ("done", {"good": 2, "added": 2})
        assert found().amount == Decimal("1000.00")

    def test_the_file_is_gone_once_it_has_been_read(self, incident):
        take(text(line()), incident=incident)
        assert not UploadPart.objects.exists()
        assert not StagedTransaction.objects.exists()

    def test_no_number_is_left_in_any_table(self, incident):
        take(text(line(), "nonsense,row"), incident=incident)
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names():
                if table.startswith("settlement_"):
                    cursor.execute(
                        f"SELECT count(*) FROM {table} t WHERE t::text LIKE '%%8120001%%'"
                    )
                    assert cursor.fetchone() == (0,), table

    def test_all_or_nothing_takes_nothing_where_one_row_is_bad(self, incident):
        upload = take(text(line(), line(phone="x")), incident=incident, whole=True)
        assert (upload.state, counts(upload)) == ("refused", {"good": 1, "bad": 1})
        assert problems(upload) == [(3, "phone", "digits")]
        assert not AffectedTransaction.objects.exists()
        assert not StagedTransaction.objects.exists()

    def test_the_good_rows_of_a_bad_list_are_taken_by_choice(self, incident):
        upload = take(text(line(), line(phone="x")), incident=incident)
        assert (upload.state, counts(upload)) == ("done", {"good": 1, "bad": 1, "added": 1})

    def test_several_things_wrong_with_a_row_make_one_bad_row(self, incident):
        upload = take(text(line(phone="x", amount="y")), incident=incident)
        assert upload.bad == 1
        assert len(problems(upload)) == 2

    def test_the_same_transaction_twice_in_a_file(self, incident):
        upload = take(text(line(), line(reference=" ref -0001", amount="5")), incident=incident)
        assert problems(upload) == [(3, "reference", "repeated")]
        assert counts(upload) == {"good": 1, "bad": 1, "added": 1}
        assert found().amount == Decimal("1000.00")

    def test_a_file_from_chinese_excel_is_read(self, incident):
        content = text(
            "888290058120001,REF-0001,8001,小微,2025/2/20 10:42,1000,未到账,,",
            header=("商户号,参考号,手机尾号,商户类别,交易时间,金额,状态,到账时间,减免手续费"),
        )
        upload = take(content.encode("gb18030"), incident=incident)
        assert (upload.state, upload.encoding) == ("done", "gb18030")
        assert found().category == "micro"

    def test_an_incident_nobody_has_heard_of(self):
        with pytest.raises(ValidationError):
            receive(text(line()), incident="nothing")

    def test_a_header_alone_is_an_empty_list(self, incident):
        upload = take(text(), incident=incident)
        assert (upload.state, counts(upload)) == ("done", {})

    def test_two_incidents_may_have_held_up_the_same_transaction(self, incident):
        other = open_incident().subject_id
        take(text(line()), incident=incident)
        take(text(settled()), incident=other)
        assert AffectedTransaction.objects.count() == 2
        assert found().incident_id == other


class TestLaterLists:
    def test_what_has_arrived_since_is_told_from_what_had_before(self, incident):
        take(text(*many(3)), incident=incident)
        later = take(
            text(settled(reference="REF-0000000"), settled(reference="NEW")), incident=incident
        )
        assert counts(later) == {"good": 2, "added": 1, "changed": 1, "settled": 1}

    def test_the_same_list_again_changes_nothing(self, incident):
        take(text(settled()), incident=incident)
        before = AffectedTransaction.objects.get().updated_at
        again = take(text(settled()), incident=incident)
        assert counts(again) == {"good": 1}
        assert AffectedTransaction.objects.get().updated_at == before

    def test_what_has_arrived_does_not_go_back(self, incident):
        take(text(settled()), incident=incident)
        upload = take(text(line()), incident=incident)
        assert problems(upload) == [(2, "state", "unsettled")]
        assert found().status == "settled"

    def test_a_corrected_amount_or_phone_is_taken_over(self, incident):
        take(text(line()), incident=incident)
        upload = take(text(line(amount="900", phone="9009")), incident=incident)
        assert counts(upload) == {"good": 1, "changed": 1}
        assert found() is None
        assert found(last_four="9009").amount == Decimal(900)


class Killed(BaseException):
    """As SIGKILL: nothing in the product catches it."""


def test_killed_while_it_is_applied_it_is_applied_once(incident, monkeypatch):
    take(text(*many(6)), incident=incident)
    upload = receive(
        text(*(settled(reference=f"REF-{one:07}") for one in range(6))), incident=incident
    )

    def die(_upload):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(UPLOADS, "forget", die)
        with pytest.raises(Killed), transaction.atomic():
            UPLOADS.read_all()
    UPLOADS.read_all()
    UPLOADS.read_all()
    upload.refresh_from_db()
    assert counts(upload) == {"good": 6, "changed": 6, "settled": 6}
    assert Notice.objects.filter(kind="settled").count() == 1


def test_a_large_list_is_staged_in_several_batches(incident, monkeypatch):
    monkeypatch.setattr(Uploads, "batch", 4)
    upload = take(text(*many(18), line(phone="x")), incident=incident)
    assert counts(upload) == {"good": 18, "bad": 1, "added": 18}
    assert problems(upload) == [(20, "phone", "digits")]


class TestTelling:
    def test_only_the_number_of_arrivals_is_public(self, incident):
        take(text(*many(7)), incident=incident)
        take(text(*(settled(reference=f"REF-{one:07}") for one in range(7))), incident=incident)
        said = Notice.objects.get(kind="settled")
        statement = Statement.objects.get(subject_id=said.public_id)
        assert said.payload == {"transactions": 7}
        assert said.incident_id == incident
        assert "888290058120001" not in statement.canonical
        (named,) = SettledMerchant.objects.all()
        assert named.statement_number == statement.number

    def test_what_had_arrived_before_its_first_list_is_not_told(self, incident):
        take(text(settled()), incident=incident)
        assert not Notice.objects.filter(kind="settled").exists()

    def test_the_backlog_is_published_as_it_moves(self, incident):
        take(text(*many(10)), incident=incident)
        take(text(*(settled(reference=f"REF-{one:07}") for one in range(5))), incident=incident)
        said = Notice.objects.filter(kind="backlog").order_by("pk")
        assert [one.payload["settled_percent"] for one in said] == ["0", "50"]
        assert said[1].payload["cells"][0]["affected"] == 10

    def test_a_list_that_changes_nothing_says_nothing(self, incident):
        take(text(line()), incident=incident)
        before = Statement.objects.count()
        take(text(line()), incident=incident)
        assert Statement.objects.count() == before


def test_the_backlog_counts_by_day_of_shanghai_and_category(incident):
    take(
        text(
            line(time="2025-02-20 23:59:59"),
            line(time="2025-02-21 00:00", reference="2"),
            settled(time="2025-02-21 00:00", reference="3", merchant="2"),
            line(category="industry", time="2025-02-21 08:00", reference="4"),
        ),
        incident=incident,
    )
    rows = [
        (f"{one.day}", one.category, one.affected, one.open, one.open_amount, one.merchants)
        for one in backlog_cells(incident)
    ]
    assert rows == [
        ("2025-02-20", "micro", 1, 1, Decimal(1000), 1),
        ("2025-02-21", "industry", 1, 1, Decimal(1000), 1),
        ("2025-02-21", "micro", 2, 1, Decimal(1000), 2),
    ]


def test_a_look_up_reads_the_index_and_no_table(incident):
    take(text(*many(3_000)), incident=incident)
    rows = AffectedTransaction.objects.filter(lookup_key=b"x" * 32).order_by("-updated_at")
    with as_owner() as cursor:
        cursor.execute("ANALYZE settlement_affectedtransaction")
    plan = json.dumps(json.loads(rows.explain(format="json")))
    assert "affected_lookup" in plan
    assert "Seq Scan" not in plan


def test_what_nobody_asks_about_any_more_is_forgotten(incident, settings):
    take(text(line(), line(reference="REF-0002")), incident=incident)
    take(text(settled()), incident=incident)
    old = timezone.now() - timedelta(days=settings.TRANSACTIONS_KEEP_DAYS + 1)
    AffectedTransaction.objects.filter(status="settled").update(updated_at=old)
    Upload.objects.update(uploaded_at=old)
    assert transactions_forget() == 1
    assert [one.status for one in AffectedTransaction.objects.all()] == ["pending"]
    assert not Upload.objects.exists()


def test_the_header_of_these_tests_is_that_of_the_product():
    assert HEADER == "merchant,reference,phone,category,time,amount,state,settled_at,fee_waived"
