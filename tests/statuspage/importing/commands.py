"""What the tests of `candor import` share."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from statuspage.statements.models import Statement
from tests.factories import make_component, make_staff


def components_and_author() -> None:
    """Make the author, and the components of the example."""
    make_staff(username="lin")
    make_component("T+1 结算", "T+1 settlement")
    make_component("D+1 结算", "D+1 settlement")


def run(source: Path, *options: str) -> str:
    """Import it for lin; return what the command writes."""
    out = io.StringIO()
    call_command("import", str(source), "--author", "lin", *options, stdout=out)
    return out.getvalue()


def refused(source: Path, *options: str) -> str:
    """Run it and expect a refusal; return its list and its message."""
    out = io.StringIO()
    with pytest.raises(CommandError) as error:
        call_command("import", str(source), "--author", "lin", *options, stdout=out)
    return f"{out.getvalue()}\n{error.value}"


def kinds() -> list[str]:
    """Return the kinds of all statements, in order."""
    return [*Statement.objects.order_by("number").values_list("kind", flat=True)]
