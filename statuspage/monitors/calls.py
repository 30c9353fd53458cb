"""Take a whole call of Alertmanager, and note what of it could not be taken."""

from statuspage.lib.database_clock import database_now
from statuspage.monitors.alertmanager import SOURCE, Intake, intake_of
from statuspage.monitors.intake import signals_take
from statuspage.monitors.models import IntakeNote

# What is read of one call, in bytes; the rest is let pass.
MOST_BYTES = 10_000_000


def call_take(body: bytes, length: int | None = None) -> Intake:
    """Store every alert that can be read; `length` is that of the call where the body was cut.

    Nothing in a call is refused: Alertmanager gives up what is answered with 4xx, and nobody would
    hear of it. Staff see the note.
    """
    intake = intake_of(body, length)
    signals_take(intake.reports)
    if not intake.is_whole:
        IntakeNote.objects.create(
            at=database_now(),
            source=SOURCE,
            taken=len(intake.reports),
            left_out=intake.left_out,
            reckoned=intake.reckoned,
            unreadable=intake.unreadable,
            reasons=intake.reasons,
        )
    return intake
