"""Lists of transactions, as staff would upload them."""

from collections.abc import Iterable, Mapping

from statuspage.settlement.affected.models import Upload
from statuspage.settlement.affected.rows import COLUMNS
from statuspage.settlement.affected.services import upload_receive, uploads_read
from tests.factories import open_incident

HEADER = ",".join(COLUMNS)
ROW = {
    "merchant": "888290058120001",
    "reference": "REF-0001",
    "phone": "8001",
    "category": "micro",
    "time": "2025-02-20 10:42",
    "amount": "1000.00",
    "state": "pending",
    "settled_at": "",
    "fee_waived": "",
}


def line(**values: str) -> str:
    """One good line, with some cells of its own."""
    return ",".join({**ROW, **values}.values())


def settled(**values: str) -> str:
    """The same transaction, arrived."""
    return line(**{"state": "settled", "settled_at": "2025-02-21 15:30", **values})


def text(*lines: str, header: str = HEADER) -> str:
    """A file."""
    return "\n".join((header, *lines, ""))


def receive(
    content: str | bytes, *, incident: str = "", whole: bool = False, name: str = "list.csv"
) -> Upload:
    """Uploaded, and not read yet."""
    data = content.encode() if isinstance(content, str) else content
    return upload_receive(
        incident_id=incident or open_incident().subject_id,
        name=name,
        chunks=[data],
        whole=whole,
        author=None,
    )


def take(content: str | bytes, *, incident: str = "", whole: bool = False) -> Upload:
    """Uploaded and read."""
    upload = receive(content, incident=incident, whole=whole)
    uploads_read()
    upload.refresh_from_db()
    return upload


def many(count: int, **values: str) -> Iterable[str]:
    """So many different transactions."""
    return (line(reference=f"REF-{number:07}", **values) for number in range(count))


def problems(upload: Upload) -> list[tuple[int, str, str]]:
    """What is wrong, line by line."""
    return [*upload.problems.order_by("line", "pk").values_list("line", "column", "code")]


def counts(upload: Upload) -> Mapping[str, int]:
    """What became of its rows."""
    names = ("good", "bad", "added", "changed", "settled")
    return {name: getattr(upload, name) for name in names if getattr(upload, name)}
