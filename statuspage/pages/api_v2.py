"""Views of the Statuspage v2 API: unauthenticated, for any origin, `?lang=en` for English."""

from collections.abc import Callable, Mapping

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import get_language

from statuspage.components.selectors import visible_components
from statuspage.incidents import selectors as log
from statuspage.incidents.models import Incident, Maintenance
from statuspage.pages.http import View, any_origin, in_asked_language, public
from statuspage.pages.selectors import listed
from statuspage.pages.statuspage_v2 import (
    Board,
    Object,
    component_rows,
    incident_object,
    maintenance_object,
    page_object,
    status_object,
)
from statuspage.statements.selectors import last_statement, timelines
from statuspage.statements.texts import CHINESE

Part = Callable[[Board], object]


def _answer(**parts: Part) -> View[[]]:
    """A view that answers with the page and each of the parts."""

    def view(request: HttpRequest) -> HttpResponse:
        board = Board(visible_components(), get_language() or CHINESE)
        document: Mapping[str, object] = {
            "page": page_object(board, last_statement()),
            **{name: part(board) for name, part in parts.items()},
        }
        return JsonResponse(document, json_dumps_params={"ensure_ascii": False})

    return any_origin(public(in_asked_language(view)))


def _incidents(found: Callable[[], QuerySet[Incident]]) -> Part:
    def part(board: Board) -> list[Object]:
        rows = listed(found)
        said = timelines("incident", [row.public_id for row in rows])
        return [incident_object(row, said.get(row.public_id, []), board) for row in rows]

    return part


def _maintenances(*found: Callable[[], QuerySet[Maintenance]]) -> Part:
    def part(board: Board) -> list[Object]:
        rows = [row for one in found for row in listed(one)]
        said = timelines("maintenance", [row.public_id for row in rows])
        return [maintenance_object(row, said.get(row.public_id, []), board) for row in rows]

    return part


summary = _answer(
    status=status_object,
    components=component_rows,
    incidents=_incidents(log.open_incidents),
    scheduled_maintenances=_maintenances(log.active_maintenances, log.scheduled_maintenances),
)
status = _answer(status=status_object)
components = _answer(components=component_rows)
incidents = _answer(incidents=_incidents(log.recent_incidents))
unresolved = _answer(incidents=_incidents(log.open_incidents))
maintenances = _answer(scheduled_maintenances=_maintenances(log.recent_maintenances))
upcoming = _answer(scheduled_maintenances=_maintenances(log.scheduled_maintenances))
active = _answer(scheduled_maintenances=_maintenances(log.active_maintenances))
