"""`candor import`: each entry once, in order, marked, told to nobody, or nothing at all."""

import json
import shutil
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from statuspage.approvals.models import Proposal
from statuspage.approvals.proposals import approve, foreseen_of
from statuspage.components.models import Component
from statuspage.incidents.models import Incident
from statuspage.notices.models import Notice
from statuspage.staff.models import AuditEntry
from statuspage.staff.roles import Role
from statuspage.statements.models import Statement
from tests.factories import make_component, make_staff
from tests.statuspage.importing.commands import components_and_author, kinds, refused, run
from tests.statuspage.importing.readings import DATA, EXAMPLE, page

pytestmark = pytest.mark.django_db

NOTICE = "---\nkind: notice\ntitle: 公告\ndate: 2024-01-29\n{}---\n正文。\n"


@pytest.fixture(autouse=True)
def world() -> None:
    """The author, and the components of the example."""
    components_and_author()


def test_a_dry_run_shows_it_and_enters_nothing() -> None:
    said = run(EXAMPLE, "--dry-run")
    assert "enter       2024-01-29  notice general  关于2024年春节假期结算安排的公告" in said
    assert "4 enter" in said
    assert "That is 6 statements" in said
    assert not Statement.objects.exists()
    assert not Incident.objects.exists()
    assert not AuditEntry.objects.filter(act="entries.imported").exists()


def test_what_needs_a_second_person_is_submitted_and_not_public(
    tmp_path: Path, settings: Any
) -> None:
    settings.FOUR_EYES_KINDS = frozenset({"fee_waiver"})
    payload = (
        "notice: fee_waiver\npayload:\n  transactions_from: 2024-01-01T00:00:00+08:00\n"
        "  transactions_until: 2024-01-20T00:00:00+08:00\n  percent_waived: 100\n"
        "  credited_by: 2024-02-20\n"
    )
    page(tmp_path, NOTICE.format(payload))
    said = run(tmp_path)
    proposal = Proposal.objects.get()
    assert (proposal.proposed_by.username, proposal.kind) == ("lin", "fee_waiver")
    assert "submitted 1 for approval" in said
    assert not Statement.objects.exists()
    assert "already in  2024-01-29" in run(tmp_path)
    assert Proposal.objects.count() == 1
    second = make_staff(Role.APPROVER)
    approve(proposal=proposal, staff=second, seen=foreseen_of(proposal).digest)
    assert Statement.objects.get().content["originally"]["published_on"] == "2024-01-29"
    assert Statement.objects.get().content["told"] == "nobody"
    assert "(Approved and published)" in run(tmp_path)
    assert kinds() == ["notice.fee_waiver"]


def test_nothing_is_entered_unless_everything_passes(tmp_path: Path) -> None:
    page(tmp_path, NOTICE.format(""), "a.md")
    page(tmp_path, NOTICE.format("").replace("2024-01-29", "2099-01-29"), "b.md")
    said = refused(tmp_path)
    assert "[b.md]" in said
    assert "Enter a day in the past" in said
    assert "1 of 2 cannot be entered, so nothing was" in said
    assert not Statement.objects.exists()


def test_the_rest_goes_in_where_that_is_asked_for(tmp_path: Path) -> None:
    page(tmp_path, NOTICE.format(""), "a.md")
    page(tmp_path, NOTICE.format("").replace("2024-01-29", "2099-01-29"), "b.md")
    assert "Entered 1" in run(tmp_path, "--skip-refused")
    assert kinds() == ["notice.general"]


def test_an_unknown_component_is_named_and_can_be_mapped_or_left_out(tmp_path: Path) -> None:
    export = DATA / "cachet-2.json"
    assert "no component “component 3” here; add --components" in refused(export)
    ours = Component.objects.get(name__en="D+1 settlement")
    (tmp_path / "names").write_text(f"# theirs = ours\ncomponent 3 = {ours.public_id}\n")
    run(export, "--components", str(tmp_path / "names"))
    one = Incident.objects.get(name__contains={"zh-hans": "T+1 延迟"})
    assert [row.component_id for row in one.affected.all()] == [ours.pk]


def test_a_component_can_be_left_out() -> None:
    run(DATA / "cachet-2.json", "--components", "component 3=")
    assert not Incident.objects.get(name__contains={"zh-hans": "T+1 延迟"}).affected.exists()


def test_a_mapping_to_what_is_not_here_is_refused() -> None:
    assert "no component “nowhere” here" in refused(EXAMPLE, "--components", "x=nowhere")


def test_an_export_of_statuspage_goes_in_with_each_then_update(client: Client) -> None:
    make_component("扫码支付", "QR payments")
    make_component("商户后台", "Merchant portal")
    run(DATA / "statuspage-public.json", "--skip-refused", "--language", "en")
    one = Incident.objects.get(name__en="QR payments failing")
    said = Statement.objects.filter(subject_id=one.public_id).order_by("number")
    assert [row.content["status"] for row in said] == ["investigating", "monitoring", "resolved"]
    assert f"{one.resolved_at:%Y-%m-%d %H:%M}" == "2023-09-04 03:10"
    assert [row.content["components"][0]["new_status"] for row in said] == [
        "partial_outage",
        "degraded_performance",
        "operational",
    ]
    shown = client.get(f"/en/incidents/{one.public_id}/").content.decode()
    assert "Payments work again" in shown


def test_the_same_incident_in_both_exports_of_statuspage_goes_in_once(tmp_path: Path) -> None:
    make_component("扫码支付", "QR payments")
    make_component("商户后台", "Merchant portal")
    run(DATA / "statuspage-public.json", "--skip-refused")
    assert "1 already in" in run(DATA / "statuspage-management.json")
    assert Incident.objects.filter(name__contains={"zh-hans": "QR payments failing"}).count() == 1


def test_an_export_of_cstate_goes_in() -> None:
    make_component("刷卡", "Card payments")
    make_component("商户后台", "Merchant portal")
    said = run(DATA / "cstate", "--skip-refused", "--language", "en", "--timezone", "UTC")
    assert "3 enter, 0 propose, 0 already in, 2 left out, 1 refused" in said
    assert kinds().count("incident.backfilled") == 2


def test_one_id_twice_is_refused_unless_it_is_the_same(tmp_path: Path) -> None:
    page(tmp_path, NOTICE.format("id: one\n"), "a.md")
    page(tmp_path, NOTICE.format("id: one\n"), "b.md")
    assert "the same stands in a.md" in run(tmp_path)
    page(tmp_path, NOTICE.format("id: one\nlink: https://a.example\n"), "b.md")
    assert "also stands in a.md" in refused(tmp_path)


def test_one_incident_under_two_ids_goes_in_once(tmp_path: Path) -> None:
    row = json.loads((DATA / "statuspage-management.json").read_text())[0] | {"components": []}
    (tmp_path / "a.json").write_text(json.dumps([row, row | {"id": "other"}]))
    assert "it has the title and the start of a.json, id inc9" in refused(tmp_path)
    run(tmp_path, "--skip-refused")
    assert Incident.objects.count() == 1


def test_another_title_under_an_imported_id_is_refused_and_another_source_is_not(
    tmp_path: Path,
) -> None:
    run(page(tmp_path, NOTICE.format("")))
    page(tmp_path, NOTICE.format("").replace("公告", "另一公告"))
    assert "imported as No. 1, with another title" in refused(tmp_path)
    run(tmp_path, "--source", "old site")
    assert kinds() == ["notice.general"] * 2


def test_a_notice_of_an_incident_that_is_not_there_is_refused(tmp_path: Path) -> None:
    page(tmp_path, NOTICE.format("incident: nowhere\n"))
    assert "its incident “nowhere” is neither imported nor known here" in refused(tmp_path)


def test_an_incident_that_no_id_can_name_is_refused(tmp_path: Path) -> None:
    page(tmp_path, NOTICE.format('incident: "\\0"\n'))
    assert "neither imported nor known here" in refused(tmp_path)


def test_characters_that_no_encoding_has_are_refused(tmp_path: Path) -> None:
    row = json.loads((DATA / "statuspage-management.json").read_text())[0]
    odd = {"id": "\ud800", "name": "\ud800", "components": []}
    (tmp_path / "a.json").write_text(json.dumps([row | odd]))
    assert "unsupported character" in refused(tmp_path)


def test_a_notice_goes_with_an_incident_that_was_imported_before(tmp_path: Path) -> None:
    shutil.copy(EXAMPLE / "2025-02-payouts.md", tmp_path)
    run(tmp_path)
    shutil.copy(EXAMPLE / "2025-02-statement.md", tmp_path)
    run(tmp_path)
    assert Notice.objects.get().incident_id == Incident.objects.get().public_id


def test_nothing_to_import_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"incidents": []}')
    assert "Nothing was entered." in run(tmp_path)


ARGUMENTS = {
    "no such path": (["/nowhere"], "no file or folder"),
    "no such zone": ([str(EXAMPLE), "--timezone", "Mars/Base"], "no time zone Mars/Base"),
    "a zone that is a path": ([str(EXAMPLE), "--timezone", "../../etc/passwd"], "no time zone"),
    "no mapping": ([str(EXAMPLE), "--components", "/nowhere"], "cannot be read"),
}


@pytest.mark.parametrize(("given", "wanted"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_a_wrong_argument_is_named(given: list[str], wanted: str) -> None:
    with pytest.raises(CommandError, match=wanted):
        call_command("import", *given, "--author", "lin")


def test_who_may_not_publish_imports_nothing() -> None:
    make_staff(Role.AUDITOR, "read-only")
    with pytest.raises(CommandError, match="may not publish"):
        call_command("import", str(EXAMPLE), "--author", "read-only")
    with pytest.raises(CommandError, match="no active member of staff called nobody"):
        call_command("import", str(EXAMPLE), "--author", "nobody")


def test_a_terminal_asks_before_anything_is_entered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page(tmp_path, NOTICE.format(""))
    answers = iter(["n", "y"])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    assert "Nothing was entered." in run(tmp_path)
    assert not Statement.objects.exists()
    assert "Entered 1" in run(tmp_path)


def test_no_title_can_write_to_the_terminal(tmp_path: Path) -> None:
    row = json.loads((DATA / "statuspage-management.json").read_text())[0]
    name = f"\x1b[2J{uuid4()}"
    (tmp_path / "a.json").write_text(json.dumps([row | {"name": name, "components": []}]))
    assert "\x1b" not in run(tmp_path, "--dry-run")
