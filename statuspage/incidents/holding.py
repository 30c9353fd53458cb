"""From when to when an incident or a maintenance holds components in which state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from statuspage.components.statuses import ComponentStatus

OPERATIONAL: Final = str(ComponentStatus.OPERATIONAL)


@dataclass(frozen=True)
class Held:
    """A component, by its public id, in a state from a moment on; without an end it still is."""

    component: str
    status: str
    begin: datetime
    end: datetime | None = None


class Holding:
    """Notes from when to when components were in which state."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}
        self._since: dict[str, datetime] = {}
        self._over: list[Held] = []

    def hold(self, states: Mapping[str, str], moment: datetime) -> None:
        """Put components into states at a moment; the others stay as they are."""
        for component, status in states.items():
            if self.now.get(component) != status:
                self._end(component, moment)
                self.now[component], self._since[component] = status, moment

    def release(self, moment: datetime) -> None:
        """Put all of them back to operational."""
        self.hold(dict.fromkeys(self.now, OPERATIONAL), moment)

    def spans(self) -> list[Held]:
        """Return every time in which a component was not operational, the ended ones first."""
        lasting = [
            Held(component, status, self._since[component])
            for component, status in self.now.items()
            if status != OPERATIONAL
        ]
        return [*self._over, *lasting]

    def _end(self, component: str, moment: datetime) -> None:
        status = self.now.get(component, OPERATIONAL)
        if status != OPERATIONAL and self._since[component] < moment:
            self._over.append(Held(component, status, self._since[component], moment))
