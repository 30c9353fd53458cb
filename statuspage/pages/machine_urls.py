"""URLs for machines, without a language: feeds, the Statuspage v2 API, the badge, the log."""

from django.urls import path

from statuspage.pages import api_v2, health, machine
from statuspage.pages.log import machine as log
from statuspage.pages.transparency import page as transparency

app_name = "machine"
urlpatterns = [
    path("history.rss", machine.rss, name="rss"),
    path("history.atom", machine.atom, name="atom"),
    path("feed.json", machine.json_feed, name="json_feed"),
    path("calendar.ics", machine.calendar, name="calendar"),
    path("badge.svg", machine.badge, name="badge"),
    path("widget.js", machine.widget, name="widget"),
    path("favicon.ico", machine.favicon, name="favicon"),
    path("robots.txt", machine.robots, name="robots"),
    path(".well-known/security.txt", machine.security, name="security"),
    path("sitemap.xml", machine.sitemap, name="sitemap"),
    path("transparency/data.csv", transparency.data_csv, name="transparency_csv"),
    path("transparency/data.json", transparency.data_json, name="transparency_json"),
    path("log/<int:number>.json", machine.statement_json, name="statement"),
    path("log/<int:number>.tlog-proof", log.proof, name="proof"),
    path("log/checkpoint", log.checkpoint, name="checkpoint"),
    path("log/vkey", log.vkey, name="vkey"),
    path("log/tile/<path:path>", log.tile, name="tile"),
    path("log/proof/inclusion", log.inclusion, name="inclusion"),
    path("log/proof/consistency", log.consistency, name="consistency"),
    path("log/statements.jsonl", log.statements, name="statements"),
    path("log/verify_log.py", log.verify_log, name="verify_log"),
    path("log/witness.py", log.witness, name="witness"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("api/v2/summary.json", api_v2.summary, name="api_summary"),
    path("api/v2/status.json", api_v2.status, name="api_status"),
    path("api/v2/components.json", api_v2.components, name="api_components"),
    path("api/v2/incidents.json", api_v2.incidents, name="api_incidents"),
    path("api/v2/incidents/unresolved.json", api_v2.unresolved, name="api_unresolved"),
    path("api/v2/scheduled-maintenances.json", api_v2.maintenances, name="api_maintenances"),
    path("api/v2/scheduled-maintenances/upcoming.json", api_v2.upcoming, name="api_upcoming"),
    path("api/v2/scheduled-maintenances/active.json", api_v2.active, name="api_active"),
]
