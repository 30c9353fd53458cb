"""What a statement can mean for those who are told; the settings name these too."""

from enum import StrEnum


class Moment(StrEnum):
    """What a statement means for those who are told."""

    OPENED = "opened"
    WORSENED = "worsened"
    UPDATED = "updated"
    RESOLVED = "resolved"
    MAINTENANCE_PLANNED = "maintenance_planned"
    MAINTENANCE_BEGINS = "maintenance_begins"
    MAINTENANCE_UPDATED = "maintenance_updated"
    NOTICE = "notice"
    # A backlog that moved, an action that is done: for those who follow every update, and never
    # worth an SMS.
    PROGRESS = "progress"
    # A correction or a withdrawal: it goes where the original went.
    CORRECTED = "corrected"
