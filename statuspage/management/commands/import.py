"""`candor import`: bring old notices and incidents along from files and other status pages."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import override

from statuspage.components.statuses import Impact
from statuspage.importing.components import Components, named_by
from statuspage.importing.entries import IncidentEntry, NoticeEntry, Reading, Unusable
from statuspage.importing.formats import READERS, guessed
from statuspage.importing.planning import Outcome, Planned, count, day_of, known_incident, plan
from statuspage.importing.services import Import, incident_enter, notice_enter, reasons
from statuspage.staff.audit import record
from statuspage.staff.models import Staff
from statuspage.staff.permissions import Act, may
from statuspage.statements.models import Statement
from statuspage.statements.texts import CHINESE, ENGLISH, LANGUAGES

ZONE: Final = "Asia/Shanghai"
YES: Final = frozenset({"y", "yes"})


class Command(BaseCommand):
    """Everything is looked at first; each entry is then its own statement, told to nobody."""

    help = (
        "Enter old notices and incidents from a folder of Markdown, or an export of Statuspage, "
        "Cachet or cState. Each is marked as from before; nobody is told. See docs/importing.md."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the source, its author, and how to read what the source leaves open."""
        parser.add_argument("path", type=Path, help="a file or a folder")
        parser.add_argument("--author", required=True, help="user name of whom it is entered for")
        parser.add_argument("--format", choices=sorted(READERS), help="default: what it looks like")
        parser.add_argument("--dry-run", action="store_true", help="show it and enter nothing")
        parser.add_argument(
            "--skip-refused", action="store_true", help="enter the rest if some cannot be entered"
        )
        parser.add_argument(
            "--components",
            action="append",
            default=[],
            metavar="NAME=ID",
            help="our id or name for a component of the source, empty to leave it out; or a file "
            "of such lines; repeatable",
        )
        parser.add_argument(
            "--language", choices=LANGUAGES, default=CHINESE, help="of an export's texts"
        )
        parser.add_argument(
            "--timezone", default=ZONE, help=f"of times without a zone; default {ZONE}"
        )
        parser.add_argument(
            "--impact",
            choices=[one for one in Impact.values if one != Impact.NONE],
            default=Impact.MINOR.value,
            help="of incidents whose source does not say it; default minor",
        )
        parser.add_argument(
            "--source",
            default="",
            help="a name for the source, if there are two of one format; default: the format",
        )
        parser.add_argument(
            "--no-input", action="store_true", help="do not ask before entering anything"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Show what becomes of each entry, and enter it.

        Raises:
            CommandError: the source, the author or an entry is not usable; nothing was entered,
                or the message says how much.
        """
        with override(ENGLISH):
            try:
                self._import(options)
            except Unusable as error:
                raise CommandError(str(error)) from error

    def _import(self, options: Mapping[str, Any]) -> None:
        source: Path = options["path"]
        if not source.is_file() and not source.is_dir():
            raise CommandError(f"There is no file or folder {source}.")
        author = author_of(options["author"])
        source = source.resolve()
        form = options["format"] or guessed(source)
        reading = Reading(zone_of(options["timezone"]), options["language"], options["impact"])
        components = Components(named_by(options["components"]))
        run = Import(options["source"] or form, author, components)
        planned = plan(run, READERS[form](source, reading))
        self._show(planned, form, options["timezone"])
        refused = count(planned, Outcome.REFUSED)
        if refused and not options["skip_refused"]:
            raise CommandError(
                f"{refused} of {len(planned)} cannot be entered, so nothing was. Mend them, or add "
                "--skip-refused to enter the rest."
            )
        wanted = [one for one in planned if one.goes_in]
        if options["dry_run"] or not wanted:
            self.stdout.write("Nothing was entered.")
        elif options["no_input"] or self._asked(len(wanted)):
            self._enter(run, form, wanted)

    def _show(self, planned: list[Planned], form: str, zone: str) -> None:
        for one in planned:
            self._say(line_of(one))
        numbers = ", ".join(f"{count(planned, one)} {one}" for one in Outcome)
        statements = sum(one.statements for one in planned)
        made = counted(statements, "statement")
        self._say(f"\n{form}: {numbers}. That is {made}, told to nobody.")
        self._say(f"Times without a zone were read as {zone}.")

    def _asked(self, wanted: int) -> bool:
        """Ask where somebody can answer: what is published can be withdrawn, but not deleted."""
        if not (sys.stdin and sys.stdin.isatty()):
            return True
        question = f"Enter these {wanted}? They can be withdrawn, but never deleted. [y/N] "
        with suppress(EOFError, KeyboardInterrupt):
            if input(question).strip().lower() in YES:
                return True
        self.stdout.write("Nothing was entered.")
        return False

    def _enter(self, run: Import, form: str, wanted: list[Planned]) -> None:
        after = {"format": form, "source": run.source, "entries": len(wanted)}
        record(act="entries.imported", staff=run.author, target=form, after=after)
        for number, one in enumerate(wanted):
            try:
                self._say(entered_line(run, one))
            except (Unusable, ValidationError, KeyboardInterrupt) as error:
                raise CommandError(
                    f"{number} of {len(wanted)} were entered. {one.entry.origin.where}: "
                    f"{why(error)}\nRun it again to go on: what is in is not entered twice."
                ) from error
        proposed = count(wanted, Outcome.PROPOSE)
        self.stdout.write(f"Entered {len(wanted) - proposed}, submitted {proposed} for approval.")
        if proposed:
            self.stdout.write(
                "A second person approves those in the console; until then they are not public."
            )

    def _say(self, text: str) -> None:
        """Write a line; no title can write to the terminal what is no text."""
        shown = "".join(one if one.isprintable() or one == "\n" else "?" for one in text)
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        self.stdout.write(shown.encode(encoding, "backslashreplace").decode(encoding))


def why(error: BaseException) -> str:
    """Return why an entry was not entered."""
    if isinstance(error, ValidationError):
        return reasons(error)
    return "stopped" if isinstance(error, KeyboardInterrupt) else str(error)


def author_of(username: str) -> Staff:
    """Return who it is entered for.

    Raises:
        CommandError: there is no such person, or they may not publish.
    """
    author = Staff.objects.filter(username=username, is_active=True).first()
    if author is None:
        raise CommandError(f"There is no active member of staff called {username}.")
    if not may(author, Act.PUBLISH):
        raise CommandError(f"{username} ({author.role}) may not publish.")
    return author


def zone_of(name: str) -> ZoneInfo:
    """Return the time zone of that name.

    Raises:
        CommandError: there is none.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError) as error:
        raise CommandError(f"There is no time zone {name}; write it as {ZONE} or UTC.") from error


def line_of(one: Planned) -> str:
    """Return the line that shows what becomes of an entry."""
    return "  ".join(part for part in _parts(one) if part)


def _parts(one: Planned) -> Iterator[str]:
    entry, day = one.entry, day_of(one.entry)
    yield f"{one.outcome:<10}"
    yield str(day or "-" * 10)
    if isinstance(entry, IncidentEntry):
        yield f"incident, {counted(len(entry.updates), 'update')}"
    elif isinstance(entry, NoticeEntry):
        yield f"notice {entry.kind}"
    yield " ".join(entry.origin.title.split())
    yield f"[{entry.origin.where}]" if entry.origin.where != entry.origin.title else ""
    yield one.reason


def counted(number: int, what: str) -> str:
    """Return a number and what it counts."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def entered_line(run: Import, one: Planned) -> str:
    """Enter it; return the line that says as what."""
    if isinstance(one.entry, IncidentEntry):
        done = incident_enter(run, one.entry)
    elif isinstance(one.entry, NoticeEntry):
        incident = known_incident(run, one.entry.incident) if one.entry.incident else ""
        done = notice_enter(run, one.entry, incident)
    else:
        raise TypeError("this is not entered")
    number = f"No. {done.number}" if isinstance(done, Statement) else f"proposal {done.pk}"
    return f"{number:<12}  {' '.join(one.entry.origin.title.split())}"
