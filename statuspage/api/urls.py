"""URLs of the management API."""

from collections.abc import Mapping
from typing import Final

from django.urls import path, re_path, register_converter
from django.urls.converters import StringConverter

from statuspage.api.base import ActionResource
from statuspage.api.previews import previewing
from statuspage.api.views import (
    arrival,
    backfills,
    components,
    delivery,
    docs,
    incidents,
    maintenances,
    mini_program,
    notices,
    proposals,
    resendings,
    signals,
    statements,
    subscribers,
)

NAMES: Final = {f"{one}/": one for one in ("incidents", "maintenances", "notices")}


class IdConverter(StringConverter):
    """A public id in a URL; anything else leads to 404."""

    regex = "[0-9a-z]{1,12}"


register_converter(IdConverter, "id")

app_name = "api"
# What publishes, with its address; previews have the same under previews/.
PUBLISHING: Final[Mapping[str, type[ActionResource]]] = {
    "incidents/": incidents.Incidents,
    "incidents/<id:public_id>/updates/": incidents.IncidentUpdates,
    "incidents/<id:public_id>/reopenings/": incidents.IncidentReopenings,
    "maintenances/": maintenances.Maintenances,
    "maintenances/<id:public_id>/updates/": maintenances.MaintenanceUpdates,
    "maintenances/<id:public_id>/cancellations/": maintenances.MaintenanceCancellations,
    "maintenances/<id:public_id>/reschedulings/": maintenances.MaintenanceReschedulings,
    "notices/": notices.Notices,
    "statements/<int:number>/corrections/": statements.Corrections,
    "statements/<int:number>/withdrawals/": statements.Withdrawals,
}
urlpatterns = [
    *(path(at, view.as_view(), name=NAMES.get(at)) for at, view in PUBLISHING.items()),
    # Before the ids, whose form the word has.
    path("incidents/backfills/", backfills.Backfills.as_view(), name="backfills"),
    path("incidents/<id:public_id>/", incidents.IncidentView.as_view(), name="incident"),
    path(
        "maintenances/<id:public_id>/", maintenances.MaintenanceView.as_view(), name="maintenance"
    ),
    path("notices/<id:public_id>/", notices.NoticeView.as_view(), name="notice"),
    path("statements/", statements.Statements.as_view(), name="statements"),
    path("statements/<int:number>/", statements.StatementView.as_view(), name="statement"),
    *(path(f"previews/{at}", previewing(view).as_view()) for at, view in PUBLISHING.items()),
    path("proposals/<int:number>/", proposals.ProposalView.as_view(), name="proposal"),
    path("proposals/<int:number>/stops/", proposals.ProposalStop.as_view(), name="proposal_stop"),
    path("arrival/", arrival.arrival_view, name="arrival"),
    path("components/", components.Components.as_view(), name="components"),
    path("broadcasts/<int:number>/", delivery.BroadcastView.as_view(), name="broadcast"),
    path("deliveries/", delivery.Deliveries.as_view(), name="deliveries"),
    path("resendings/", resendings.Resendings.as_view(), name="resendings"),
    path("resendings/<int:number>/", resendings.ResendingView.as_view(), name="resending"),
    path("subscribers/", subscribers.Subscribers.as_view(), name="subscribers"),
    path("subscribers/import/", subscribers.SubscriberImport.as_view(), name="subscriber-import"),
    path("subscribers/mini-program/", mini_program.MiniProgramUsers.as_view()),
    path("subscribers/<id:public_id>/", subscribers.SubscriberView.as_view(), name="subscriber"),
    path("signals/", signals.Signals.as_view(), name="signals"),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    re_path(r"", docs.NotFoundView.as_view()),
]
