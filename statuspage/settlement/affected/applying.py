"""Apply the valid rows of a file to the affected transactions, and publish the result."""

from typing import Any, Final

from django.db import connection
from django.utils.translation import gettext as _

from statuspage.lib.database_clock import database_now
from statuspage.notices.services import notice_publish
from statuspage.settlement.affected.rows import PROBLEMS, TransactionRow
from statuspage.settlement.affected.selectors import backlog_cells
from statuspage.settlement.backlog import backlog_tell
from statuspage.settlement.kinds.settled import Settled
from statuspage.settlement.models import Upload
from statuspage.statements.texts import in_each_language
from statuspage.uploads.models import UploadState
from statuspage.uploads.pipeline import PROBLEMS_KEPT

REPEATED: Final = """
    SELECT line FROM (
        SELECT line, row_number() OVER (PARTITION BY row_key ORDER BY line) AS place
        FROM settlement_stagedtransaction WHERE upload_id = %(upload)s
    ) AS numbered WHERE place > 1
"""
# What has arrived cannot be open again: that would be a mistake in the file, or in the one before.
UNSETTLED: Final = """
    SELECT s.line
    FROM settlement_stagedtransaction s
    JOIN settlement_affectedtransaction a
      ON a.incident_id = %(incident)s AND a.row_key = s.row_key
    WHERE s.upload_id = %(upload)s AND s.status = 'pending' AND a.status = 'settled'
"""
UNUSABLE: Final = (("reference", "repeated", REPEATED), ("state", "unsettled", UNSETTLED))
LEAVE_OUT: Final = """
    WITH found AS ({found}), gone AS (
        DELETE FROM settlement_stagedtransaction s USING found
        WHERE s.upload_id = %(upload)s AND s.line = found.line
    ), kept AS (
        INSERT INTO settlement_uploadproblem (upload_id, line, "column", message)
        SELECT %(upload)s, line, %(column)s, %(message)s FROM found ORDER BY line LIMIT %(most)s
    )
    SELECT count(*) FROM found
"""
SETTLED: Final = """
    SELECT s.merchant_key, s.category, count(*)
    FROM settlement_stagedtransaction s
    JOIN settlement_affectedtransaction a
      ON a.incident_id = %(incident)s AND a.row_key = s.row_key
    WHERE s.upload_id = %(upload)s AND s.status = 'settled' AND a.status = 'pending'
    GROUP BY 1, 2
"""
FACTS: Final = TransactionRow._fields[1:]
# Nobody else applies rows of this incident in the meantime, so that none can be there twice.
CHANGE: Final = f"""
    UPDATE settlement_affectedtransaction a
    SET {", ".join(f"{name} = s.{name}" for name in FACTS)}, updated_at = %(now)s
    FROM settlement_stagedtransaction s
    WHERE s.upload_id = %(upload)s AND a.incident_id = %(incident)s AND a.row_key = s.row_key
      AND ({", ".join(f"a.{name}" for name in FACTS)})
          IS DISTINCT FROM ({", ".join(f"s.{name}" for name in FACTS)})
"""
# In the order of an index: a page of it is filled once, and not written a hundred times.
ADD: Final = f"""
    INSERT INTO settlement_affectedtransaction
        (incident_id, row_key, {", ".join(FACTS)}, updated_at)
    SELECT %(incident)s, s.row_key, {", ".join(f"s.{name}" for name in FACTS)}, %(now)s
    FROM settlement_stagedtransaction s
    WHERE s.upload_id = %(upload)s AND NOT EXISTS (
        SELECT FROM settlement_affectedtransaction a
        WHERE a.incident_id = %(incident)s AND a.row_key = s.row_key)
    ORDER BY s.row_key
"""
NAME: Final = """
    INSERT INTO settlement_settledmerchant (statement_number, merchant_key)
    SELECT %s, unnest(%s::bytea[])
"""


def apply(upload: Upload) -> UploadState:
    """Apply the staged rows of a file that was read to its end; call it in a transaction.

    Publish that transactions have become settled, and the backlog if it moved by a step.
    """
    given = {"upload": upload.pk, "incident": upload.incident_id, "now": database_now()}
    for column, reason, found in UNUSABLE:
        said = {"column": column, "message": str(PROBLEMS[reason]), "most": PROBLEMS_KEPT}
        ((count,),) = _rows(LEAVE_OUT.format(found=found), given | said)
        upload.good, upload.bad = upload.good - count, upload.bad + count
    if upload.whole and upload.bad:
        return UploadState.REFUSED
    settled = _rows(SETTLED, given)
    upload.changed = _count(CHANGE, given)
    upload.added = _count(ADD, given)
    upload.settled = sum(count for _merchant, _category, count in settled)
    counted_at = database_now()
    # Counted before anything is published: others may publish in the meantime.
    cells = backlog_cells(upload.incident_id) if upload.added or upload.changed else []
    if settled:
        _tell_settled(upload, settled)
    backlog_tell(incident_id=upload.incident_id, cells=cells, counted_at=counted_at)
    return UploadState.DONE


def _tell_settled(upload: Upload, settled: list[tuple[Any, ...]]) -> None:
    """Publish how many transactions have arrived; only their merchants are notified.

    The public text only has the number. The merchants are stored beside the log, as keyed hashes,
    in the same transaction.
    """
    statement = notice_publish(
        kind=Settled.name,
        title=in_each_language(lambda: _("Affected transactions have arrived")),
        body=in_each_language(
            lambda: _(
                "If you got this as a message: your transactions delayed by this incident have "
                "arrived in your settlement account. You can look up each one on our page with its "
                "reference."
            )
        ),
        author=None,
        payload={"transactions": upload.settled},
        audience={"categories": sorted({row[1] for row in settled}), "agents": False},
        incident_id=upload.incident_id,
    )
    with connection.cursor() as cursor:
        cursor.execute(NAME, [statement.number, list({bytes(row[0]) for row in settled})])


def _rows(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return list(cursor.fetchall())


def _count(statement: str, given: dict[str, Any]) -> int:
    """Return how many rows a statement has written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return int(cursor.rowcount)
