"""A folder of Markdown with front matter, as docs/importing.md describes it."""

from datetime import date
from pathlib import Path

import pytest

from statuspage.importing.entries import LeftOut, NoticeEntry, Refused
from tests.statuspage.importing.readings import (
    EXAMPLE,
    by_key,
    entries,
    incident,
    page,
    reason,
    said,
)

HEAD = "---\nkind: notice\ntitle: 公告\ndate: 2024-01-29\n"


def test_the_example_of_the_documentation_is_read_whole() -> None:
    found = entries("markdown", EXAMPLE)
    kinds = {key: type(one).__name__ for key, one in by_key(found).items()}
    assert kinds == {
        "2024-01-spring-festival.md": "NoticeEntry",
        "portal-2024-06": "IncidentEntry",
        "2025-02-statement.md": "NoticeEntry",
        "payouts-2025-02": "IncidentEntry",
        "README.md": "LeftOut",
    }


def test_a_notice_has_its_original_day_document_number_and_link() -> None:
    notice = by_key(entries("markdown", EXAMPLE))["2024-01-spring-festival.md"]
    assert isinstance(notice, NoticeEntry)
    assert notice.published_on == date(2024, 1, 29)
    assert notice.document_number == "演示支付〔2024〕2号"
    assert notice.link == "https://www.example.com/notices/2024-2"
    assert notice.body["zh-hans"].endswith("正常结算。")
    assert notice.body["en"].startswith("From 10 to 17 February")


def test_an_incident_has_its_updates_with_then_status_and_states() -> None:
    payouts = incident(entries("markdown", EXAMPLE), "payouts-2025-02")
    assert [line[:2] for line in said(payouts)] == [
        ("02-20 10:00", "investigating"),
        ("02-20 18:30", "identified"),
        ("02-21 16:00", "resolved"),
    ]
    assert f"{payouts.started_at:%d %H:%M %z}" == "19 09:00 +0800"
    assert payouts.components == {"T+1 结算": "major_outage", "D+1 结算": "major_outage"}
    assert payouts.updates[1].components == {"D+1 结算": "partial_outage"}


def test_an_incident_may_be_one_text() -> None:
    portal = incident(entries("markdown", EXAMPLE), "portal-2024-06")
    assert [line[:2] for line in said(portal)] == [("06-03 10:25", "resolved")]


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = f"\ufeff{HEAD}---\n正文。\n第二行。\n".replace("\n", "\r\n")
    (notice,) = entries("markdown", page(tmp_path, text))
    assert isinstance(notice, NoticeEntry)
    assert notice.body == {"zh-hans": "正文。\n第二行。"}


FAULTS = {
    "bad YAML": ("---\nkind: notice\ntitle: [a\n---\n", "not YAML, line 4"),
    "no field at all": ("---\n- a\n---\n", "has no fields"),
    "a field twice": (f"{HEAD}title: b\n---\n", "line 5: “title” stands there twice"),
    "an alias": ("---\nkind: &a notice\ntitle: *a\n---\n", "aliases"),
    "a tag": ("---\nkind: !!python/name:os.system notice\n---\n", "not YAML"),
    "no front matter": ("正文。\n", "does not begin with front matter"),
    "no kind": ("---\ntitle: a\n---\n", "kind: write one of"),
    "no date": ("---\nkind: notice\ntitle: a\n---\n", "date: there is no date"),
    "no such date": ("---\nkind: notice\ntitle: a\ndate: 2024-02-30\n---\n", "front matter is not"),
    "a date in words": ("---\nkind: notice\ntitle: a\ndate: gestern\n---\n", "line 4, date: “gest"),
    "another century": ("---\nkind: notice\ntitle: a\ndate: 0024-01-01\n---\n", "line 4, date:"),
    "unknown field": (f"{HEAD}documentnumber: 3\n---\n", "line 5, documentnumber: there is no"),
    "not a text": ("---\nkind: notice\ntitle: no\ndate: 2024-01-29\n---\n", "quotation marks"),
    "payload no fields": (f"{HEAD}payload: 3\n---\n", "line 5, payload: write fields"),
    "incident without end": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\n---\nb\n",
        "resolved: there is no date",
    ),
    "unknown state": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\nresolved: 2024-01-30\n"
        "components:\n  卡: broken\n---\nb\n",
        "line 6, components: 卡: “broken” is not one of operational",
    ),
    "updates and a text": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\nresolved: 2024-01-30\n"
        "updates:\n  - {at: 2024-01-30, status: resolved, text: b}\n---\nc\n",
        "write the text into an update",
    ),
    "an update without a date": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\nresolved: 2024-01-30\n"
        "updates:\n  - {status: resolved, text: b}\n---\n",
        "updates: no. 1: there is no date",
    ),
    "another end than its last update": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\nresolved: 2024-01-30\n"
        "updates:\n  - {at: 2024-01-31, status: resolved, text: b}\n---\n",
        "line 5, resolved: its last update has another time",
    ),
    "updates no list": (
        "---\nkind: incident\ntitle: a\ndate: 2024-01-29\nresolved: 2024-01-30\nupdates: x\n---\n",
        "line 6, updates: write a list",
    ),
}


@pytest.mark.parametrize(("text", "wanted"), FAULTS.values(), ids=FAULTS)
def test_a_fault_names_the_line_and_the_field(tmp_path: Path, text: str, wanted: str) -> None:
    (one,) = entries("markdown", page(tmp_path, text))
    assert isinstance(one, Refused)
    assert wanted in one.reason


def test_past_maintenance_is_left_out_with_the_reason(tmp_path: Path) -> None:
    page(tmp_path, "---\nkind: maintenance\ntitle: 升级\ndate: 2024-01-29 01:00\n---\n凌晨升级。\n")
    (one,) = entries("markdown", tmp_path)
    assert isinstance(one, LeftOut)
    assert "afterwards" in one.reason


def test_one_broken_file_hides_no_other(tmp_path: Path) -> None:
    page(tmp_path, f"{HEAD}---\n正文。\n")
    page(tmp_path, "---\nkind: [\n---\n", "b.md")
    assert [type(one).__name__ for one in entries("markdown", tmp_path)] == [
        "NoticeEntry",
        "Refused",
    ]


def test_both_endings_of_markdown_are_read(tmp_path: Path) -> None:
    page(tmp_path, f"{HEAD}---\n正文。\n", "a.markdown")
    page(tmp_path, f"{HEAD}---\n正文。\n", "b.MD")
    assert [*by_key(entries("markdown", tmp_path))] == ["a.markdown", "b.MD"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside.md", tmp_path / "folder"
    outside.write_text(f"{HEAD}---\n秘密。\n")
    folder.mkdir()
    (folder / "a.md").symlink_to(outside)
    assert "symbolic link" in reason("markdown", folder)


def test_a_linked_folder_is_not_walked(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "folder"
    outside.mkdir()
    folder.mkdir()
    page(outside, f"{HEAD}---\n秘密。\n")
    (folder / "linked").symlink_to(outside)
    (folder / ".git").mkdir()
    page(folder / ".git", f"{HEAD}---\n正文。\n")
    assert entries("markdown", folder) == []


def test_a_file_of_10_mb_is_not_read(tmp_path: Path) -> None:
    assert "larger than 1 MB" in reason("markdown", page(tmp_path, HEAD + "x" * 10_000_000))


def test_a_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(f"{HEAD}---\n正文。".encode("gb18030"))
    assert "not UTF-8" in reason("markdown", tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HEAD.replace("title: 公告\n", "") + "---\n正文\n", "title: write one in Chinese"),
        (HEAD + "---\n\n", "no text in Chinese below"),
        (
            "---\nkind: incident\ntitle: 倒\ndate: 2024-05-01 10:00\n"
            "resolved: 2024-05-01 09:00\n---\n正文\n",
            "resolved: this is before its date",
        ),
    ],
    ids=["no title", "no text", "reversed"],
)
def test_what_is_missing_or_reversed_is_named(tmp_path: Path, text: str, words: str) -> None:
    assert words in reason("markdown", page(tmp_path, text))
