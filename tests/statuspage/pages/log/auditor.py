"""Someone outside who reads the log over HTTP and believes nothing; and someone inside who lies."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from django.utils import timezone

from statuspage.statements.canonical import canonical, digest
from statuspage.statements.models import Statement
from statuspage.statements.services import Subject, publish
from statuspage.statements.tree import checkpoint_make, tree_builder
from tests.database.tampering import as_superuser
from tests.factories import text
from tests.statuspage.statements import naive

SUBJECT = Subject("incident", "bcdfghjkmnpq")
NAME = text("到账延迟", "Payouts are late")
Get = Callable[[str], bytes]


def say(words: str = "正在排查。") -> Statement:
    """One statement of an incident that needs no row of its own."""
    content = {"name": NAME, "body": text(words), "status": "investigating", "components": []}
    return publish(kind="incident.update", subject=SUBJECT, content=content, author=None)


def say_many(count: int) -> None:
    """`count` statements: all but the last in one go, with one checkpoint."""
    start = Statement.objects.count()
    rows = []
    for number in range(start + 1, start + count):
        document: dict[str, Any] = {
            "v": 1,
            "number": number,
            "kind": "incident.update",
            "subject": {"type": SUBJECT.type, "id": SUBJECT.id},
            "published_at": "2025-02-21T02:42:00.000Z",
            "corrects": None,
            "content": {"name": NAME, "body": text(f"第{number}条"), "status": "investigating"},
        }
        data = canonical(document)
        rows.append(
            Statement(
                number=number,
                kind="incident.update",
                subject_type=SUBJECT.type,
                subject_id=SUBJECT.id,
                published_at=timezone.now(),
                canonical=data.decode(),
                sha256=digest(data),
            )
        )
    Statement.objects.bulk_create(rows)
    sign_all()
    say()


def sign_all() -> None:
    """Put whatever the table holds into the tree, and sign it with our own key."""
    tree = tree_builder()
    rows = Statement.objects.filter(number__gt=tree.size).order_by("number")
    checkpoint_make(tree, rows.values_list("canonical", flat=True))


@dataclass(frozen=True)
class SeenCheckpoint:
    """What a checkpoint says."""

    origin: str
    size: int
    root: bytes
    note: str


def client_get(client: Client) -> Get:
    """How the auditor asks."""

    def get(path: str) -> bytes:
        response = client.get(path)
        assert response.status_code == 200, path
        return response.content

    return get


def read_checkpoint(note: str) -> SeenCheckpoint:
    """Return the three lines of a checkpoint."""
    origin, size, root, *_rest = note.split("\n")
    return SeenCheckpoint(origin, int(size), naive.b64(root), note)


def verify_note(note: str, key: str) -> None:
    """The signature of a signed note, by a verifier key; raises InvalidSignature."""
    name, number, encoded = key.strip().split("+", 2)
    data = base64.b64decode(encoded)
    assert naive.sha256(name.encode() + b"\n" + data)[:4].hex() == number
    body, _, lines = note.rpartition("\n\n")
    [line] = [one for one in lines.splitlines() if one.startswith(f"— {name} ")]
    signature = base64.b64decode(line.rpartition(" ")[2])
    assert signature[:4].hex() == number
    Ed25519PublicKey.from_public_bytes(data[1:]).verify(signature[4:], f"{body}\n".encode())


def whole_log(get: Get, size: int) -> list[bytes]:
    """Every entry, from the bundles."""
    found = []
    for index in range(-(-size // 256)):
        width = min(256, size - 256 * index)
        data = get(f"/log/tile/entries/{index:03d}" + (f".p/{width}" if width < 256 else ""))
        while data:
            length = int.from_bytes(data[:2], "big")
            found.append(data[2 : 2 + length])
            data = data[2 + length :]
    return found


def json_of(get: Get, path: str) -> dict[str, Any]:
    """Return an answer in JSON."""
    return dict(json.loads(get(path)))


def change_a_letter(number: int) -> None:
    """One character of one statement."""
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE statements_statement SET canonical = replace(canonical, %s, %s)"
            " WHERE number = %s",
            ["排查", "排除", number],
        )
        assert cursor.rowcount == 1


def drop(number: int, *, with_proofs: bool = False) -> None:
    """The last statement; with its place in the tree and its checkpoint, or only itself."""
    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_statement WHERE number = %s", [number])
        if with_proofs:
            cursor.execute("DELETE FROM statements_checkpoint WHERE size = %s", [number])
            cursor.execute(
                "DELETE FROM statements_treenode WHERE (index + 1) << level >= %s", [number]
            )


def swap(one: int, other: int) -> None:
    """Two statements take each other's place."""
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE statements_statement a SET canonical = b.canonical, sha256 = b.sha256"
            " FROM statements_statement b"
            " WHERE (a.number, b.number) IN ((%s, %s), (%s, %s))",
            [one, other, other, one],
        )


def slip_in(number: int) -> None:
    """A statement that was never made, as `number`; what stood there and behind moves on."""
    last = Statement.objects.latest("number").number
    with as_superuser() as cursor:
        cursor.execute(
            "UPDATE statements_statement a SET canonical = b.canonical"
            " FROM statements_statement b WHERE a.number = b.number + 1 AND a.number > %s",
            [number],
        )
        cursor.execute(
            "UPDATE statements_statement SET canonical = replace(canonical, '排查', '补划')"
            " WHERE number = %s AND %s <= %s",
            [number, number, last],
        )


def sign_again() -> None:
    """The tree and its checkpoints made anew over what the table holds now, with our own key.

    By someone who has the key and the machine: its copy of what it signed before is gone as well.
    """
    from statuspage.statements.copies import copy_path

    with as_superuser() as cursor:
        cursor.execute("DELETE FROM statements_checkpoint")
        cursor.execute("DELETE FROM statements_treenode")
    copy_path().unlink(missing_ok=True)
    sign_all()


def rewrite(number: int, old: str = "排查", new: str = "排除") -> None:
    """A statement and every hash of the tree that follows from it, so that all of them agree."""
    with as_superuser() as cursor:
        row = cursor.execute(
            "SELECT canonical FROM statements_statement WHERE number = %s", [number]
        ).fetchone()
        data = row[0].replace(old, new).encode()
        cursor.execute(
            "UPDATE statements_statement SET canonical = %s, sha256 = %s WHERE number = %s",
            [data.decode(), digest(data), number],
        )
        cursor.execute("SELECT canonical FROM statements_statement ORDER BY number")
        nodes = [naive.sha256(b"\0" + text.encode()) for (text,) in cursor.fetchall()]
        for level in range(64):
            for index, node in enumerate(nodes):
                cursor.execute(
                    "UPDATE statements_treenode SET hash = %s WHERE level = %s AND index = %s",
                    [node, level, index],
                )
            pairs = zip(nodes[::2], nodes[1::2], strict=False)
            nodes = [naive.sha256(b"\1" + left + right) for left, right in pairs]
