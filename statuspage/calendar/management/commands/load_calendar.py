"""`manage.py load_calendar 2026`, or `--notice FILE`: bring years of the calendar up to date."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from statuspage.calendar.differences import DayChange
from statuspage.calendar.models import DayKind
from statuspage.calendar.notice_text import notice_parse
from statuspage.calendar.selectors import profiles
from statuspage.calendar.services import notice_load, year_load
from statuspage.calendar.workdays import Day, NotYetPublished


class Command(BaseCommand):
    """Loads every profile; a second person then reviews the years in the console."""

    help = "Load years of the settlement calendar from the library or from a State Council notice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the years to load, and the file with a notice, in UTF-8."""
        parser.add_argument("years", nargs="*", type=int)
        parser.add_argument("--notice", type=Path, metavar="FILE")
        parser.add_argument(
            "--confirmed", metavar="REASON", default="", help="why the notice leaves out a holiday"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Load every year or none, and print what changed.

        Raises:
            CommandError: a year is not published, a notice cannot be read or contradicts itself,
                or a year is reviewed and would change.
        """
        if not options["years"] and not options["notice"]:
            raise CommandError("name a year, or a notice with --notice FILE")
        try:
            with transaction.atomic():
                self._load(options["years"], options["notice"], options["confirmed"])
        except (OSError, UnicodeError) as error:
            raise CommandError(f"the notice cannot be read: {error}") from error
        except NotYetPublished as error:
            raise CommandError(str(error)) from error
        except ValidationError as error:
            hint = " (--confirmed REASON loads it all the same)" if _doubted(error) else ""
            raise CommandError("; ".join(error.messages) + hint) from error

    def _load(self, years: Iterable[int], file: Path | None, reason: str) -> None:
        notice = notice_parse(file.read_text(encoding="utf-8")) if file else None
        for code in profiles().values_list("code", flat=True):
            for year in years:
                self._show(f"{code} {year}", year_load(profile=code, year=year, by=None))
            if notice:
                changes = notice_load(profile=code, notice=notice, by=None, reason=reason)
                self._show(f"{code} {notice.title}", changes)

    def _show(self, title: str, changes: list[DayChange]) -> None:
        self.stdout.write(f"{title}: {len(changes)} days changed")
        for one in changes:
            self.stdout.write(f"  {one.date:%Y-%m-%d %a}  {_said(one.old)} -> {_said(one.new)}")


def _doubted(error: ValidationError) -> bool:
    return any(one.code == "doubts" for one in error.error_list)


def _said(day: Day) -> str:
    name = day.label.get("zh-hans", "")
    return f"{DayKind(day.kind).label} {name}".strip()
