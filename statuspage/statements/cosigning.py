"""Ask the witnesses to cosign the newest checkpoint (c2sp.org/tlog-witness), and keep their word.

Nothing of this is in a publisher's way. A witness that has seen another log is a finding.
"""

import logging
import re
from collections.abc import Callable
from typing import Final

import requests
from django.conf import settings
from django.db.models import Max
from django.db.models.functions import Now

from statuspage.lib.bounded_requests import BoundedAdapter
from statuspage.statements.findings import findings_see, open_findings
from statuspage.statements.models import Checkpoint, Cosignature, LogProblem
from statuspage.statements.notes import b64, checkpoint_text
from statuspage.statements.snapshots import one_snapshot
from statuspage.statements.tree import consistency_proof
from statuspage.statements.witnesses import Witness

# For one answer as a whole.
SECONDS: Final = 10
OK, CONFLICT, INCONSISTENT = 200, 409, 422
SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n?", re.ASCII)

CosignedHandler = Callable[[], None]
_ON_COSIGNED: Final[list[CosignedHandler]] = []

logger = logging.getLogger(__name__)


def on_cosigned(handler: CosignedHandler) -> None:
    """Call `handler` when the newest checkpoint has got cosignatures."""
    _ON_COSIGNED.append(handler)


def witnesses_ask() -> int:
    """Ask every witness that has not cosigned the newest checkpoint; return how many now have."""
    names = [one.name for one in settings.WITNESSES]
    gone = open_findings().filter(problem=LogProblem.WITNESS).exclude(source__in=names)
    gone.update(over_at=Now())  # the operator asks it no longer
    newest = Checkpoint.objects.order_by("-size").first() if names else None
    if newest is None:
        return 0
    known = Cosignature.objects.filter(size=newest.size, root=newest.root)
    done = {*known.values_list("witness", flat=True)}
    new = sum(_ask(one, newest) for one in settings.WITNESSES if one.name not in done)
    for handler in _ON_COSIGNED if new else ():
        handler()
    return new


def _ask(witness: Witness, newest: Checkpoint) -> bool:
    """Ask one witness; return whether it has cosigned. Whatever goes wrong is tried again later."""
    ours = Cosignature.objects.filter(witness=witness.name, size__lte=newest.size)
    old = ours.aggregate(last=Max("size"))["last"] or 0
    try:
        status, text = _post(witness, newest, old)
        if status == CONFLICT and (match := SIZE.fullmatch(text)):
            old = int(match[1])
            if old > newest.size:
                return _ahead(witness, old)
            status, text = _post(witness, newest, old)
    except (requests.RequestException, KeyError) as error:
        logger.warning("witness %s: %s", witness.name, type(error).__name__)
        return False
    if status == INCONSISTENT:
        findings_see(witness.name, [LogProblem.WITNESS], {LogProblem.WITNESS: str(newest.size)})
        return False
    return (status == OK and _keep(witness, newest, text)) or _unusable(witness, status)


def _post(witness: Witness, newest: Checkpoint, old: int) -> tuple[int, str]:
    """Send a checkpoint with its proof; return status and text of the answer.

    Raises:
        KeyError: hashes of the tree are missing; the signer's own check finds that.
        requests.RequestException: there was no answer in time, or too long a one.
    """
    with one_snapshot():
        proof = consistency_proof(old, newest.size)
    lines = "".join(f"{b64(one)}\n" for one in proof)
    with requests.Session() as session:
        adapter = BoundedAdapter(SECONDS)
        session.mount("https://", adapter)
        session.mount("http://", adapter)
        answer = session.post(
            f"{witness.url}/add-checkpoint",
            data=f"old {old}\n{lines}\n{newest.note}".encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
            allow_redirects=False,
        )
    return answer.status_code, answer.content.decode("utf-8", "replace")


def _ahead(witness: Witness, size: int) -> bool:
    """Record that it has seen more than we have, unless that was published meanwhile."""
    if not Checkpoint.objects.filter(size__gte=size).exists():
        findings_see(witness.name, [LogProblem.WITNESS], {LogProblem.WITNESS: f"> {size}"})
    return False


def _keep(witness: Witness, newest: Checkpoint, text: str) -> bool:
    """Store its cosignature if it is one; other lines are ignored."""
    signed = checkpoint_text(settings.LOG_ORIGIN, newest.size, newest.root)
    for line in text.splitlines(keepends=True):
        if moment := witness.cosigned_at(signed, line):
            row = Cosignature(
                size=newest.size,
                root=newest.root,
                witness=witness.name,
                line=f"{line.rstrip()}\n",
                cosigned_at=moment,
            )
            Cosignature.objects.bulk_create([row], ignore_conflicts=True)
            findings_see(witness.name, [LogProblem.WITNESS], {})
            return True
    return False


def _unusable(witness: Witness, status: int) -> bool:
    logger.warning("witness %s: it answers %d, and nothing that it signed", witness.name, status)
    return False
