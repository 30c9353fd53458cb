"""Lists of transactions, as staff would upload them."""

from collections.abc import Iterable, Mapping

from django.utils.translation import override

from statuspage.settlement.affected.rows import COLUMNS, PROBLEMS
from statuspage.settlement.affected.services import UPLOADS, upload_receive
from statuspage.settlement.models import Upload
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
    """Return the same transaction, arrived."""
    return line(**{"state": "settled", "settled_at": "2025-02-21 15:30", **values})


def text(*lines: str, header: str = HEADER) -> str:
    """Return a file."""
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
    UPLOADS.read_all()
    upload.refresh_from_db()
    return upload


def many(count: int, **values: str) -> Iterable[str]:
    """So many different transactions."""
    return (line(reference=f"REF-{number:07}", **values) for number in range(count))


def problems(upload: Upload) -> list[tuple[int, str, str]]:
    """Return what is wrong, line by line, and by which reason's code."""
    found = upload.problems.values_list("line", "column", "message")
    return [(line, column, code_of(message)) for line, column, message in found]


def code_of(message: str) -> str:
    """Return the code of a reason in English."""
    with override("en"):
        return next(code for code, text in PROBLEMS.items() if text == message)


def counts(upload: Upload) -> Mapping[str, int]:
    """Return what became of its rows."""
    names = ("good", "bad", "added", "changed", "settled")
    return {name: getattr(upload, name) for name in names if getattr(upload, name)}
