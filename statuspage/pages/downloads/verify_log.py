#!/usr/bin/env python3
"""Check a public log of statements from the outside, and remember what was seen.

    pip install cryptography
    python3 verify_log.py https://status.example.com

Reads the whole log (c2sp.org/tlog-tiles), computes its Merkle tree (RFC 6962) again, checks the
signature (c2sp.org/signed-note), and compares all of it with what it saw the last time, and what
the status page shows of incidents and components with what their statements say. With
--witness it also demands that so many of these have cosigned it (c2sp.org/tlog-cosignature).
Exit status: 0 if everything matches, 1 if the log was tampered with, 2 if it could not tell.
"""

from __future__ import annotations

import argparse
import base64
import difflib
import hashlib
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OK, TAMPERED, CANNOT_TELL = 0, 1, 2
PAGE_SECONDS = 3.0
WIDTH, MOST_BYTES = 256, 32 * 1024 * 1024

Row = dict[str, Any]

WORDS: dict[str, tuple[str, str]] = {
    "ok": ("OK: all {size} statements are as they were signed. Root {root}", "核验通过：全部{size}条公告与签名一致。根哈希 {root}"),
    "grown": ("    The {size} statements seen last time are unchanged.", "    上次核验过的{size}条公告没有任何改动。"),
    "first": ("    First look: the key and the log are remembered in {state}.", "    首次核验：公钥和记录已记入 {state}，请留着它。"),
    "key": ("    Key: {key}", "    公钥：{key}"),
    "bad": ("NOT OK: the log was tampered with.", "核验不通过：公开记录被篡改。"),
    "changed": ("    Statement No. {number} was changed.", "    公告第{number}号被改动。"),
    "removed": ("    Statement No. {number} was removed.", "    公告第{number}号被删除。"),
    "inserted": ("    A statement was inserted as No. {number}.", "    有人插入了一条公告，现为第{number}号。"),
    "swapped": ("    Statements were put into another order: No. {numbers}.", "    公告的顺序被调换：第{numbers}号。"),
    "numbered": ("    Statement No. {number} says that it has another number.", "    公告第{number}号内写的是另一个编号。"),
    "tree": ("    The published tree does not lead to the signed root.", "    公布的哈希树算不出已签名的根哈希。"),
    "shrunk": ("    Last time there were {old} statements, now there are {new}.", "    上次有{old}条公告，现在只剩{new}条。"),
    "rewritten": ("    The statements seen last time do not lead to the root signed then: history was rewritten.", "    上次见过的公告算不出当时签名的根哈希：历史被改写。"),
    "cosigned": ("    Cosigned by {names}.", "    已由 {names} 见证签名。"),
    "alone": ("{found} of the {quorum} witnesses needed have cosigned this log: a minute after a statement that is normal, later it may not be what others are shown", "需要{quorum}个见证人签名，现有{found}个：公告刚发布时属正常，若一直如此，您看到的可能与别人不同"),
    "vkey": ("{key} is not the key of a witness", "{key} 不是见证人的公钥"),
    "quorum": ("--quorum must be from 1 to the number of witnesses, {most}", "--quorum 须在1与见证人数{most}之间"),
    "signature": ("    The checkpoint is not signed by the key known for this log.", "    检查点不是用这份记录的已知公钥签名的。"),
    "origin": ("    The checkpoint is of another log: {origin}", "    检查点属于另一份记录：{origin}"),
    "shown": ("    The page shows {shown!r} as {what} of {id}; statement No. {number} says {said!r}.", "    页面显示 {id} 的{what}为{shown!r}，公告第{number}号写的是{said!r}。"),
    "unsaid": ("    The page shows {id}, of which no statement says anything.", "    页面显示 {id}，但没有任何公告提到它。"),
    "cannot": ("CANNOT TELL: {why}", "无法核验：{why}"),
    "empty": ("the log has no statement yet ({url})", "公开记录里还没有公告（{url}）"),
    "network": ("{url}: {problem}", "{url}：{problem}"),
    "garbled": ("{url} is not written as the specification says", "{url} 的内容不符合规范"),
    "state": ("{state} cannot be read as what this program remembers: {problem}", "{state} 不是本程序的记录文件：{problem}"),
}  # fmt: skip


def say(name: str, **values: object) -> str:
    """Return a sentence, in Chinese if the terminal's language is Chinese."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG", "")
    return WORDS[name][spoken.lower().startswith("zh")].format(**values)


class Tampered(Exception):
    """The log does not fit what was signed or what was seen; the arguments are sentences."""


class CannotTell(Exception):
    """Something outside the log's control may be the reason."""


@dataclass
class Seen:
    """What is remembered of a log: its keys, and its tree as of the last look."""

    keys: list[str] = field(default_factory=list)
    size: int = 0
    root: str = ""
    leaves: list[str] = field(default_factory=list)
    witnesses: list[str] = field(default_factory=list)
    quorum: int = 0
    cosigned: list[str] = field(default_factory=list)


def sha256(*parts: bytes) -> bytes:
    """Return the hash of the joined parts. RFC 6962: 0 before a leaf, 1 before a node."""
    return hashlib.sha256(b"".join(parts)).digest()


def root_of(leaves: list[bytes]) -> str:
    """Return the root over leaf hashes, in base64; without any it is the hash of nothing."""
    row = leaves or [sha256()]
    while len(row) > 1:
        pairs = [sha256(b"\x01", *row[at : at + 2]) for at in range(0, len(row) - 1, 2)]
        row = pairs + row[len(pairs) * 2 :]  # a last one without a neighbour goes up as it is
    return base64.b64encode(row[0]).decode()


def signed_by(note: str, key: str) -> bool:
    """Return whether a verifier key (`name+id+base64`) has signed the note."""
    try:
        name, number, encoded = key.split("+", 2)
        data = base64.b64decode(encoded, validate=True)
        expected = sha256(name.encode(), b"\n", data)[:4]
        text, _, lines = note.rpartition("\n\n")
        if data[:1] != b"\x01" or expected.hex() != number:
            return False
        public = Ed25519PublicKey.from_public_bytes(data[1:])
        for line in lines.splitlines():
            dash, signer, signature = line.split(" ")
            given = base64.b64decode(signature, validate=True)
            if (dash, signer, given[:4]) == ("—", name, expected):
                public.verify(given[4:], f"{text}\n".encode())
                return True
    except (InvalidSignature, ValueError):
        return False
    return False


def witness_key(key: str) -> tuple[str, bytes, Ed25519PublicKey]:
    """Return name, key id and key of a witness from its verifier key."""
    name, number, encoded = key.split("+", 2)
    data = base64.b64decode(encoded, validate=True)
    expected = sha256(name.encode(), b"\n", data)[:4]
    if data[:1] != b"\x04" or expected.hex() != number:
        raise ValueError(key)
    return name, expected, Ed25519PublicKey.from_public_bytes(data[1:])


def demanded_keys(demanded: Seen) -> dict[bytes, list[tuple[str, bytes, Ed25519PublicKey]]]:
    """Return the witnesses by key: whoever goes by two names with one key is one witness."""
    found: dict[bytes, list[tuple[str, bytes, Ed25519PublicKey]]] = {}
    for key in demanded.witnesses:
        try:
            one = witness_key(key)
        except ValueError as error:
            raise CannotTell(say("vkey", key=key)) from error
        found.setdefault(base64.b64decode(key.split("+", 2)[2]), []).append(one)
    return found


def cosigned_by(note: str, witness: tuple[str, bytes, Ed25519PublicKey]) -> bool:
    """Return whether a witness has cosigned the note, at whatever time it says."""
    name, expected, public = witness
    text, _, lines = note.rpartition("\n\n")
    for line in lines.splitlines():
        try:
            dash, signer, signature = line.split(" ")
            given = base64.b64decode(signature, validate=True)
            if (dash, signer, given[:4], len(given)) == ("—", name, expected, 76):
                moment = int.from_bytes(given[4:12], "big")
                public.verify(given[12:], f"cosignature/v1\ntime {moment}\n{text}\n".encode())
                return True
        except (InvalidSignature, ValueError):
            continue
    return False


def check_witnesses(note: str, demanded: Seen) -> list[str]:
    """Return the names of the witnesses that have cosigned the note: enough of those demanded."""
    keys = demanded_keys(demanded)
    if not 0 <= demanded.quorum <= len(keys):
        raise CannotTell(say("quorum", most=len(keys)))
    signed = ([one for one in names if cosigned_by(note, one)] for names in keys.values())
    found = [names[0] for names in signed if names]
    if len(found) < demanded.quorum:
        raise CannotTell(say("alone", found=len(found), quorum=demanded.quorum))
    return [name for name, _expected, _public in found]


def read_checkpoint(note: str, url: str) -> tuple[int, str]:
    """Return size and root; the first line is the log's name."""
    match = re.match(r"[^\n]+\n([0-9]+)\n([^\n]+)\n\n", note)
    if not match:
        raise CannotTell(say("garbled", url=url))
    return int(match[1]), match[2]


def get(url: str) -> bytes | None:
    """Return the bytes at this address; None for a 404."""
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "verify_log/1"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return bytes(answer.read(MOST_BYTES))
    except (OSError, ValueError, http.client.HTTPException) as error:
        if isinstance(error, urllib.error.HTTPError) and error.code == 404:
            return None
        raise CannotTell(say("network", url=url, problem=error)) from error


def tiles(url: str, level: str, size: int) -> list[bytes]:
    """Return the tiles of one level that a tree of `size` leaves has, as far as they are served."""
    found = []
    for index in range(-(-size // WIDTH)):
        *above, last = f"{index:,}".split(",")
        path = "/".join([*(f"x{one:0>3}" for one in above), f"{last:0>3}"])
        width = min(size - index * WIDTH, WIDTH)
        data = get(f"{url}/tile/{level}/{path}" + (f".p/{width}" if width < WIDTH else ""))
        if data is None:
            break
        found.append(data)
    return found


def entries_of(bundle: bytes, url: str) -> list[bytes]:
    """Return the statements in a bundle: each follows its length in two bytes."""
    found, at = [], 0
    while at < len(bundle):
        length = int.from_bytes(bundle[at : at + 2], "big")
        at += 2 + length
        if at > len(bundle):
            raise CannotTell(say("garbled", url=url))
        found.append(bundle[at - length : at])
    return found


def differences(old: list[bytes], new: list[bytes], *, may_grow: bool) -> list[str]:
    """Return in words how a list of leaf hashes changed; additions at the end are allowed."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    was, now = old[start:], new[start:]
    if was and Counter(was) == Counter(now[: len(was)]):
        moved = [start + at + 1 for at in range(len(was)) if was[at] != now[at]]
        return [say("swapped", numbers=", ".join(map(str, moved)))]
    pairs = difflib.SequenceMatcher(None, was, now, autojunk=False).get_opcodes()
    if len(was) == len(now):
        pairs = [("replace", 0, len(was), 0, len(now))]
    found = []
    for kind, a, b, c, d in pairs:
        if kind == "equal" or (may_grow and kind == "insert" and a == len(was)):
            continue
        both = min(b - a, d - c)
        changed = [at for at in range(both) if was[a + at] != now[c + at]]
        found += [say("changed", number=start + a + at + 1) for at in changed]
        found += [say("removed", number=start + at + 1) for at in range(a + both, b)]
        if not (may_grow and b == len(was)):
            found += [say("inserted", number=start + at + 1) for at in range(c + both, d)]
    return found


def check_signature(url: str, note: str, seen: Seen, pinned: str) -> list[str]:
    """Return the keys that have signed the note; if any key is known, one of them must have."""
    offered = (get(f"{url}/vkey") or b"").decode("utf-8", "replace").split()
    known = [pinned] if pinned else seen.keys or offered
    signing = [one for one in dict.fromkeys([*known, *offered]) if signed_by(note, one)]
    if not {*signing} & {*known}:
        raise Tampered(say("signature"))
    origin = note.split("\n", 1)[0]
    if all(one.split("+", 1)[0] != origin for one in signing):
        raise Tampered(say("origin", origin=origin))
    return signing


def check_tree(url: str, size: int, root: str) -> tuple[list[bytes], list[bytes]]:
    """Return the statements' leaf hashes, which must lead to the root, and the statements."""
    bundles = tiles(url, "entries", size)
    entries = [one for bundle in bundles for one in entries_of(bundle, f"{url}/tile/entries")]
    row = b"".join(tiles(url, "0", size))
    signed = [row[at : at + 32] for at in range(0, len(row), 32)]
    computed = [sha256(b"\x00", one) for one in entries]
    if root_of(computed) != root or len(computed) != size:
        if root_of(signed) != root or len(signed) != size:
            return computed, entries  # neither fits: only what was seen before can tell which ones
        raise Tampered(*differences(signed, computed, may_grow=False))
    return computed, entries


def number_of(entry: bytes) -> object:
    """Return the number that a statement says it has."""
    try:
        return json.loads(entry)["number"]
    except (ValueError, LookupError, TypeError):
        return None


def check_memory(seen: Seen, size: int, computed: list[bytes]) -> None:
    """Check whether the log still holds what was seen."""
    before = [bytes.fromhex(one) for one in seen.leaves]
    found = [say("shrunk", old=seen.size, new=size)] if size < seen.size else []
    if root_of(computed[: seen.size]) != seen.root:
        found = found or [say("rewritten")]
        found += differences(before, computed, may_grow=True)
    if found:
        raise Tampered(*found)


def shown_otherwise(url: str, entries: list[bytes]) -> list[str]:
    """Return in words what the status page shows of incidents and components and nobody said.

    Only what is public is seen here: names, impacts and states. Where a log is served alone there
    is nothing to compare.
    """
    said = [json.loads(one) for one in entries]
    site = url.removesuffix("/log")
    return [
        *(text for one in listed(site, "incidents") for text in check_incident(one, said)),
        *check_components(listed(site, "components"), said),
    ]


def listed(site: str, what: str) -> list[Row]:
    """Return the rows of one document of the page's API; none where there is no such API."""
    data = get(f"{site}/api/v2/{what}.json")
    try:
        return list(json.loads(data)[what]) if data else []
    except (ValueError, LookupError, TypeError):
        raise CannotTell(say("garbled", url=f"{site}/api/v2/{what}.json")) from None


def check_incident(shown: Row, said: list[Row]) -> list[str]:
    """Compare an incident with the newest of the statements that the page names for it."""
    numbers = [int(one["id"].removeprefix("st")) for one in shown["incident_updates"]]
    if any(number > len(said) for number in numbers):
        return []  # the page is newer than the checkpoint that was read
    own = [
        said[number - 1]
        for number in sorted(numbers)
        if said[number - 1]["subject"]["id"] == shown["id"]
    ]
    own = [one for one in own if tells_state(one)]
    if not own:
        return [say("unsaid", id=shown["id"])]
    number, content = own[-1]["number"], own[-1]["content"]
    states = [content["status"], *(["postmortem"] if content["status"] == "resolved" else [])]
    pairs = [
        ("name", [*content["name"].values()]),
        ("impact", [content["impact"]]),
        ("status", states),
    ]
    return [
        say("shown", what=what, id=shown["id"], shown=shown[what], number=number, said=right[0])
        for what, right in pairs
        if shown[what] not in right
    ]


def tells_state(statement: Row) -> bool:
    """Return whether a statement says in which state something is, as some answers do."""
    answers = {"withdrawal": "undone", "correction": "corrected"}
    if statement["kind"] in answers:
        return bool(statement["content"].get(answers[statement["kind"]]))
    return bool(statement["kind"].startswith(("incident.", "maintenance.")))


def check_components(shown: list[Row], said: list[Row]) -> list[str]:
    """Compare the states of components with the last statement that names each."""
    last = {}
    for one in said:
        if tells_state(one) and not one["kind"].startswith("incident.backfilled"):
            last.update(
                {
                    each["id"]: (each["new_status"], one["number"])
                    for each in one["content"].get("components") or ()
                }
            )
    return [
        say(
            "shown",
            what="status",
            id=one["id"],
            shown=one["status"],
            number=last[one["id"]][1],
            said=last[one["id"]][0],
        )
        for one in shown
        if one["id"] in last and one["status"] != last[one["id"]][0]
    ]


def check_pages(url: str, entries: list[bytes]) -> None:
    """Compare the page with the log; a page that is only behind gets a moment to catch up."""
    found = shown_otherwise(url, entries)
    if found:
        time.sleep(PAGE_SECONDS)
        again = shown_otherwise(url, entries)
        still = [text for text in found if text in again]
        note = (get(f"{url}/checkpoint") or b"").decode("utf-8", "replace")
        if still and read_checkpoint(note, f"{url}/checkpoint")[0] == len(entries):
            raise Tampered(*still)


def check(url: str, seen: Seen, pinned: str) -> Seen:
    """Verify the log; return what to remember if everything matches."""
    if not url.startswith(("http://", "https://")):
        raise CannotTell(say("network", url=url, problem="http(s)://…?"))
    note = (get(f"{url}/checkpoint") or b"").decode("utf-8", "replace")
    if not note:
        if seen.size:
            raise Tampered(say("shrunk", old=seen.size, new=0))
        raise CannotTell(say("empty", url=url))
    size, root = read_checkpoint(note, f"{url}/checkpoint")
    keys = check_signature(url, note, seen, pinned)
    computed, entries = check_tree(url, size, root)
    if seen.size:
        check_memory(seen, size, computed)
    if root_of(computed) != root or len(computed) != size:
        raise Tampered(say("tree"))
    wrong = [number for number, one in enumerate(entries, 1) if number_of(one) != number]
    if wrong:
        raise Tampered(*(say("numbered", number=number) for number in wrong))
    check_pages(url, entries)
    cosigned = check_witnesses(note, seen)
    leaves = [one.hex() for one in computed]
    return Seen(keys, size, root, leaves, seen.witnesses, seen.quorum, cosigned)


def recall(state: str) -> dict[str, Seen]:
    """Return what was seen of every log so far."""
    if state == "-" or not Path(state).exists():
        return {}
    try:
        kept = json.loads(Path(state).read_text(encoding="utf-8"))
        return {url: Seen(**one) for url, one in kept.items()}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise CannotTell(say("state", state=state, problem=error)) from error


def main() -> int:
    """Verify the log, print the result and store it."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("url", help="the status page, or its /log/")
    parser.add_argument("--state", default="verify_log.json", help="its memory; - for none")
    parser.add_argument("--key", default="", help="the verifier key, if known otherwise")
    parser.add_argument("--witness", action="append", default=[], help="a witness's verifier key")
    parser.add_argument("--quorum", type=int, default=0, help="how many of them; all by default")
    asked = parser.parse_args()
    url = asked.url.rstrip("/")
    url = url if url.endswith("/log") else f"{url}/log"
    try:
        kept = recall(asked.state)
        seen = kept.get(url, Seen())
        if asked.witness:
            seen.witnesses = list(dict.fromkeys(asked.witness))
            seen.quorum = asked.quorum or len(seen.witnesses)
        seen.quorum = asked.quorum or seen.quorum
        now = kept[url] = check(url, seen, asked.key)
        if asked.state != "-":  # put in place whole, so that a crash leaves the old or the new
            part = Path(f"{asked.state}.part")
            part.write_text(json.dumps({name: asdict(one) for name, one in kept.items()}))
            part.replace(asked.state)
    except Tampered as tampered:
        print("\n".join([say("bad"), *tampered.args]))
        return TAMPERED
    except (CannotTell, OSError) as problem:
        print(say("cannot", why=problem), file=sys.stderr)
        return CANNOT_TELL
    print(say("ok", size=now.size, root=now.root))
    if asked.state != "-":
        print(say("grown", size=seen.size) if seen.size else say("first", state=asked.state))
    if now.cosigned:
        print(say("cosigned", names=", ".join(now.cosigned)))
    print("\n".join(say("key", key=one) for one in now.keys))
    return OK


if __name__ == "__main__":
    sys.exit(main())
