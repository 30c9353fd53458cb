"""From the good rows of a file to what is known of transactions, and telling of it."""

from typing import Any, Final

from django.db import connection
from django.utils import timezone

from statuspage.settlement.affected.models import Upload, UploadState
from statuspage.settlement.affected.selectors import backlog_cells
from statuspage.settlement.affected.telling import settled_tell
from statuspage.settlement.backlog.services import backlog_tell

REPEATED: Final = """
    WITH again AS (
        SELECT line FROM (
            SELECT line, row_number() OVER (PARTITION BY row_key ORDER BY line) AS place
            FROM settlement_stagedtransaction WHERE upload_id = %(upload)s
        ) AS numbered WHERE place > 1
    ), gone AS (
        DELETE FROM settlement_stagedtransaction s USING again
        WHERE s.upload_id = %(upload)s AND s.line = again.line
    )
    INSERT INTO settlement_uploadproblem (upload_id, line, "column", code)
    SELECT %(upload)s, line, 'reference', 'repeated' FROM again
"""
# What has arrived cannot be open again: that would be a mistake in the file, or in the one before.
UNSETTLED: Final = """
    WITH again AS (
        SELECT s.line
        FROM settlement_stagedtransaction s
        JOIN settlement_affectedtransaction a
          ON a.incident_id = %(incident)s AND a.row_key = s.row_key
        WHERE s.upload_id = %(upload)s AND s.fate = 'pending' AND a.fate = 'settled'
    ), gone AS (
        DELETE FROM settlement_stagedtransaction s USING again
        WHERE s.upload_id = %(upload)s AND s.line = again.line
    )
    INSERT INTO settlement_uploadproblem (upload_id, line, "column", code)
    SELECT %(upload)s, line, 'state', 'unsettled' FROM again
"""
SETTLED: Final = """
    SELECT s.merchant_key, s.category, count(*)
    FROM settlement_stagedtransaction s
    JOIN settlement_affectedtransaction a
      ON a.incident_id = %(incident)s AND a.row_key = s.row_key
    WHERE s.upload_id = %(upload)s AND s.fate = 'settled' AND a.fate = 'pending'
    GROUP BY 1, 2
"""
FACTS: Final = (
    *("lookup_key", "merchant_key", "category", "happened_at", "amount", "fate"),
    *("settled_at", "fee_waived"),
)
TAKE_OVER: Final = f"""
    INSERT INTO settlement_affectedtransaction AS a
        (incident_id, row_key, {", ".join(FACTS)}, updated_at)
    SELECT %(incident)s, row_key, {", ".join(FACTS)}, %(now)s
    FROM settlement_stagedtransaction WHERE upload_id = %(upload)s
    ORDER BY row_key  -- two uploads of one incident lock the same rows in the same order
    ON CONFLICT (incident_id, row_key) DO UPDATE
    SET {", ".join(f"{name} = excluded.{name}" for name in FACTS)}, updated_at = excluded.updated_at
    WHERE ({", ".join(f"a.{name}" for name in FACTS)})
          IS DISTINCT FROM ({", ".join(f"excluded.{name}" for name in FACTS)})
    RETURNING (xmax = 0) AS added
"""
COUNTED: Final = f"""
    WITH taken AS ({TAKE_OVER})
    SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM taken
"""


def apply(upload: Upload) -> None:
    """Take over the staged rows of a file that was read to its end; call it in a transaction.

    Those whose state became settled are told of, and the backlog is, if it moved by a step.
    """
    given = {"upload": upload.pk, "incident": upload.incident_id, "now": timezone.now()}
    unusable = sum(_run(statement, given) for statement in (REPEATED, UNSETTLED))
    upload.good, upload.bad = upload.good - unusable, upload.bad + unusable
    upload.finished_at = timezone.now()
    if upload.whole and upload.bad:
        upload.state = UploadState.REFUSED
        upload.save()
        return
    settled = _rows(SETTLED, given)
    ((upload.added, upload.changed),) = _rows(COUNTED, given)
    upload.settled = sum(count for _merchant, _category, count in settled)
    upload.state = UploadState.DONE
    upload.save()
    counted_at = timezone.now()
    # Counted before anything is published: meanwhile others may publish.
    cells = backlog_cells(upload.incident_id) if upload.added or upload.changed else []
    if settled:
        settled_tell(
            incident_id=upload.incident_id,
            merchants={bytes(merchant) for merchant, _category, _count in settled},
            categories={category for _merchant, category, _count in settled},
            transactions=upload.settled,
        )
    backlog_tell(incident_id=upload.incident_id, cells=cells, counted_at=counted_at)


def _run(statement: str, given: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())
