"""What the placeholders of words about an existing incident or maintenance stand for."""

from statuspage.incidents.models import Incident, Maintenance
from statuspage.incidents.placeholders import Facts, facts_of
from statuspage.lib.database_clock import database_now


def incident_facts(incident: Incident) -> Facts:
    """Return what is known of the incident."""
    return facts_of(
        now=database_now(),
        name=incident.name,
        components=[row.component.name for row in incident.affected.all()],
        started=incident.started_at,
    )


def maintenance_facts(maintenance: Maintenance) -> Facts:
    """Return what is known of the maintenance."""
    return facts_of(
        now=database_now(),
        name=maintenance.name,
        components=[one.name for one in maintenance.components.all()],
        starts=maintenance.scheduled_for,
        ends=maintenance.scheduled_until,
    )
