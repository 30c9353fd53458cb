"""Check the projections, and have staff hear of what differs."""

from typing import Final

from statuspage.projections.comparing import differences
from statuspage.projections.difference import Difference
from statuspage.statements.findings import findings_see
from statuspage.statements.models import LogProblem

PLACE_LENGTH: Final = 40


def projections_check() -> list[Difference]:
    """Return what pages show and no statement says; record it as a finding about the log."""
    found = differences()
    place = {LogProblem.PROJECTION: found[0].place[:PLACE_LENGTH]} if found else {}
    findings_see("", [LogProblem.PROJECTION], place)
    return found
