"""Every way to publish something, through the console and through the API."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from statuspage.approvals.models import ProposalAct
from statuspage.incidents.services.incidents import incident_update
from statuspage.notices.kind import every_kind, kinds
from statuspage.postmortems.models import FollowUp, Postmortem
from statuspage.staff.models import Staff
from statuspage.staff.roles import Role
from statuspage.staff.services import token_issue
from statuspage.statements.models import Statement
from tests.factories import incident_of, make_component, make_staff, open_incident, text
from tests.statuspage.api import samples as bodies
from tests.statuspage.api.client import Caller
from tests.statuspage.console.browser import browser_of, form_of, publish
from tests.statuspage.console.paths import plan, reported
from tests.statuspage.notices import samples
from tests.statuspage.postmortems.test_postmortems import ACTION, hand_over, path_of, send

# Prepares the world, and returns what publishes then.
Publish = Callable[[], Any]
WORDS = {"name_zh": "到账延迟", "body_zh": "部分商户到账延迟。"}
TITLED = {"title_zh": "公告", "body_zh": "正文。"}


@dataclass(frozen=True)
class Door:
    """One person at one door: the console, or the API with a token of theirs."""

    name: str
    staff: Staff

    def send(self, path: str, body: Any) -> Any:
        """Post to the API."""
        alone = ["alone"] if self.name == "alone" else []
        scopes = ["read", "publish", *alone]
        answer = Caller(
            token_issue(name="x", staff=self.staff, scopes=scopes, confirmed=True)
        ).post(path, body)
        assert answer.status_code in {201, 202}, answer.content.decode()
        return answer

    def fill_in(self, path: str, **values: Any) -> Any:
        """Fill in a form of the console, and press its last button."""
        return publish(browser_of(self.staff), path, **values)


def ended() -> Statement:
    """Return the first statement about an incident that is over."""
    opened = open_incident(impact="critical")
    update = {"status": "resolved", "body": text("已恢复。", "Restored.")}
    incident_update(incident=incident_of(opened), author=None, **update)
    return opened


def written_postmortem() -> Any:
    """Return the incident of a postmortem that waits for a second person."""
    incident = incident_of(ended())
    hand_over(browser_of(make_staff()), incident, **ACTION)
    return incident


def published_postmortem() -> Statement:
    """Return the statement of a postmortem."""
    send(browser_of(make_staff(Role.APPROVER)), written_postmortem(), "approve")
    return Statement.objects.get(kind="incident.postmortem")


def opened(door: Door) -> Publish:
    component = make_component()
    if door.name != "console":
        return lambda: door.send("incidents/", bodies.incident(component))
    state = {f"component_{component.public_id}": "partial_outage"}
    return lambda: door.fill_in("/console/incidents/compose/", **WORDS, **state)


def updated(door: Door) -> Publish:
    incident = open_incident().subject_id
    if door.name != "console":
        return lambda: door.send(f"incidents/{incident}/updates/", bodies.update())
    return lambda: door.fill_in(f"/console/incidents/{incident}/update/", body_zh="原因已查明。")


def backfilled(door: Door, updates: int = 0) -> Publish:
    component = make_component()
    if door.name != "console":
        return lambda: door.send("incidents/backfills/", bodies.past_incident(component))
    times = {"started_at": "2026-03-02T10:00", "resolved_at": "2026-03-02T10:25"}
    state = {f"component_{component.public_id}": "partial_outage"}
    row = {"at": "2026-03-02T10:10", "status": "identified", "body_zh": "已查明原因。"}
    rows = {f"update_{n}_{name}": one for n in range(updates) for name, one in row.items()}
    values = {**WORDS, **times, **state, **rows}
    return lambda: door.fill_in("/console/incidents/backfill/", **values)


def reported_by_a_monitor(door: Door) -> Publish:
    path, browser = f"/console/signals/{reported().pk}/", browser_of(door.staff)
    return lambda: browser.post(path, {**form_of(browser.get(path), "act"), "act": "publish"})


def scheduled(door: Door) -> Publish:
    component = make_component()
    if door.name != "console":
        return lambda: door.send("maintenances/", bodies.maintenance(component))
    values = {
        "components": [component.public_id],
        "scheduled_for": bodies.in_hours(24)[:16],
        "scheduled_until": bodies.in_hours(26)[:16],
        "short_notice_reason_zh": "紧急修补。",
    }
    return lambda: door.fill_in("/console/maintenances/compose/", **WORDS, **values)


def moved(door: Door) -> Publish:
    path = f"maintenances/{plan(make_component()).subject_id}/"
    if door.name != "console":
        said = {"status": "in_progress", "body": text("维护已开始。")}
        return lambda: door.send(f"{path}updates/", said)
    return lambda: door.fill_in(
        f"/console/{path}update/", status="in_progress", body_zh="维护已开始。"
    )


def noticed(kind: str) -> Callable[[Door], Publish]:
    def through(door: Door) -> Publish:
        payload = samples.right_payload(kind)
        if door.name != "console":
            said = {"kind": kind, "title": text("公告"), "body": text("正文。")}
            return lambda: door.send("notices/", {**said, "payload": payload, "confirmed": True})
        values = samples.form_values(samples.notice_kind(kind), payload)
        path = f"/console/notices/compose/{kind}/"
        return lambda: door.fill_in(path, **TITLED, **values, confirmed="on")

    return through


def answered(said: Callable[[], Statement], act: ProposalAct) -> Callable[[Door], Publish]:
    def through(door: Door) -> Publish:
        number = said().number
        page, resource = {
            ProposalAct.CORRECTION: ("correct", "corrections"),
            ProposalAct.WITHDRAWAL: ("withdraw", "withdrawals"),
        }[act]
        if door.name != "console":
            body = {"body": text("更正。")}
            return lambda: door.send(f"statements/{number}/{resource}/", body)
        return lambda: door.fill_in(f"/console/statements/{number}/{page}/", body_zh="更正。")

    return through


def reviewed_postmortem(door: Door) -> Publish:
    """Its author is somebody else here: a second person decides."""
    incident = written_postmortem()
    return lambda: send(browser_of(door.staff), incident, "approve")


def submitted_postmortem(door: Door) -> Publish:
    incident, browser = incident_of(ended()), browser_of(door.staff)

    def write_and_approve() -> None:
        hand_over(browser, incident)
        version = Postmortem.objects.get().version
        browser.post(path_of(incident), {"step": "approve", "version": version})

    return write_and_approve


def followed_up(door: Door) -> Publish:
    path = path_of(incident_of(published_postmortem()))
    done = {"step": "done", "action": FollowUp.objects.get().pk}
    return lambda: browser_of(door.staff).post(path, done)


def cancelled(door: Door) -> Publish:
    path = f"maintenances/{plan(make_component()).subject_id}/"
    if door.name != "console":
        return lambda: door.send(f"{path}cancellations/", {"body": text("不再需要。")})
    return lambda: door.fill_in(f"/console/{path}cancel/", body_zh="不再需要。")


def rescheduled(door: Door) -> Publish:
    statement, end = plan(make_component()), bodies.in_hours(60)
    path = f"maintenances/{statement.subject_id}/"
    if door.name != "console":
        said = {"scheduled_until": end, "body": text("延长。")}
        return lambda: door.send(f"{path}reschedulings/", said)
    return lambda: door.fill_in(
        f"/console/{path}reschedule/", scheduled_until=end[:16], body_zh="延长。"
    )


# What the console alone can do.
CONSOLE_ONLY = frozenset(
    {
        "incident.opened from a monitor",
        "incident.postmortem",
        "incident.followed_up",
    }
)
ANSWERED: dict[str, Callable[[], Statement]] = {
    "incident.opened": open_incident,
    "incident.postmortem": published_postmortem,
    "maintenance.scheduled": lambda: plan(make_component()),
    **{
        f"notice.{one.name}": lambda name=one.name: samples.publish(name)  # type: ignore[misc]
        for one in every_kind()
    },
}
PATHS: dict[str, Callable[[Door], Publish]] = {
    "incident.opened": opened,
    "incident.opened from a monitor": reported_by_a_monitor,
    "incident.updated": updated,
    "incident.backfilled": backfilled,
    "incident.backfilled_update": partial(backfilled, updates=1),
    "incident.postmortem": submitted_postmortem,
    "incident.followed_up": followed_up,
    "maintenance.scheduled": scheduled,
    "maintenance.updated": moved,
    "maintenance.rescheduled": rescheduled,
    "maintenance.cancelled": cancelled,
    **{f"notice.{one.name}": noticed(one.name) for one in kinds()},
    **{
        f"{act} of {kind}": answered(said, act)
        for kind, said in ANSWERED.items()
        for act in (ProposalAct.CORRECTION, ProposalAct.WITHDRAWAL)
    },
}
