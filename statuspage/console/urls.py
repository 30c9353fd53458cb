"""Addresses of this room."""

from django.urls import path, register_converter

from statuspage.console.converters import NumberConverter, PublicIdConverter
from statuspage.console.views import (
    broadcasts,
    dashboard,
    incidents,
    maintenances,
    notices,
    session,
    statements,
)
from statuspage.statements.services import CORRECTION, WITHDRAWAL

register_converter(NumberConverter, "number")
register_converter(PublicIdConverter, "public_id")

app_name = "console"
urlpatterns = [
    path("", dashboard.dashboard, name="dashboard"),
    path("login/", session.sign_in, name="login"),
    path("logout/", session.sign_out, name="logout"),
    path("incidents/", incidents.incident_list, name="incidents"),
    path("incidents/new/", incidents.incident_new, name="incident_new"),
    path("incidents/compose/", incidents.incident_compose, name="incident_compose"),
    path("incidents/<public_id:public_id>/", incidents.incident, name="incident"),
    path(
        "incidents/<public_id:public_id>/update/",
        incidents.incident_update,
        name="incident_update",
    ),
    path("maintenances/", maintenances.maintenance_list, name="maintenances"),
    path("maintenances/compose/", maintenances.maintenance_compose, name="maintenance_compose"),
    path("maintenances/<public_id:public_id>/", maintenances.maintenance, name="maintenance"),
    path(
        "maintenances/<public_id:public_id>/update/",
        maintenances.maintenance_update,
        name="maintenance_update",
    ),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/new/", notices.notice_new, name="notice_new"),
    path("notices/compose/<slug:kind>/", notices.notice_compose, name="notice_compose"),
    path("notices/<public_id:public_id>/", notices.notice, name="notice"),
    path("log/", statements.log, name="log"),
    path(
        "statements/<number:number>/correct/",
        statements.answer,
        {"kind": CORRECTION},
        name="statement_correct",
    ),
    path(
        "statements/<number:number>/withdraw/",
        statements.answer,
        {"kind": WITHDRAWAL},
        name="statement_withdraw",
    ),
    path("broadcasts/<number:number>/", broadcasts.broadcast, name="broadcast"),
    path(
        "broadcasts/<number:number>/progress/",
        broadcasts.broadcast_progress,
        name="broadcast_progress",
    ),
]
