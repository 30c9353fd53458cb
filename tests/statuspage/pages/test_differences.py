"""What a correction changes in the words of what it corrects."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from statuspage.pages.timeline import differences
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import text
from tests.statuspage.pages.story import opened, path_of


def marked(before: str, after: str) -> str:
    """Return the differences as -gone- and +new+."""
    signs = {"same": "", "gone": "-", "new": "+"}
    return "".join(
        f"{signs[part.kind]}{part.text}{signs[part.kind]}" for part in differences(before, after)
    )


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            "约12,000笔款项受影响，今日到账。",
            "约14,300笔款项受影响，今日到账。",
            "约-12,000-+14,300+笔款项受影响，今日到账。",
        ),
        (
            "About 12,000 payouts are affected today.",
            "About 14,300 payouts are affected today.",
            "About -12,000-+14,300+ payouts are affected today.",
        ),
        ("商户T+1到账延迟", "行业商户T+1到账延迟", "+行业+商户T+1到账延迟"),
        ("资金安全，今日内到账。", "资金安全，到账。", "资金安全，-今日内-到账。"),
    ],
)
def test_whole_numbers_words_and_characters_are_marked(
    before: str, after: str, expected: str
) -> None:
    assert marked(before, after) == expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("约12,000笔款项受影响。", "约12,000笔款项受影响。"),
        ("约12,000笔款项受影响，正在重新发送。", "先前漏算了一批，其余内容不变。"),
        ("a" * 3000, "a" * 2999 + "b"),
    ],
)
def test_texts_that_are_no_versions_of_one_another_have_none(before: str, after: str) -> None:
    assert differences(before, after) == []


@given(st.text(max_size=60), st.text(max_size=60))
def test_both_texts_can_be_read_from_the_differences(before: str, after: str) -> None:
    parts = differences(before, after)
    if parts:
        assert "".join(part.text for part in parts if part.kind != "new") == before
        assert "".join(part.text for part in parts if part.kind != "gone") == after
        assert all(part.text for part in parts)


@pytest.mark.django_db
def test_the_page_shows_a_correction_as_a_difference(client: Client) -> None:
    first = opened(body=text("约12,000笔受影响。", "About 12,000 payouts are late."))
    right = text("约14,300笔受影响。", "About 14,300 payouts are late.")
    statement_correct(statement=first, body=right, author=None)
    english = client.get(path_of(first)).content.decode()
    assert "About <del>12,000</del><ins>14,300</ins> payouts are late." in english
    assert f"Changes from No. {first.number}" in english
    assert english.count("<del>") == 1, "what was said before stays as it was"
    chinese = client.get(path_of(first, "zh-hans")).content.decode()
    assert "约<del>12,000</del><ins>14,300</ins>笔受影响。" in chinese


@pytest.mark.django_db
def test_a_correction_in_one_language_only_is_not_compared_with_the_other(client: Client) -> None:
    first = opened(body=text("约12,000笔受影响。", "About 12,000 payouts are late."))
    statement_correct(statement=first, body=text("约14,300笔受影响。"), author=None)
    assert "<ins>" not in client.get(path_of(first)).content.decode()


@pytest.mark.django_db
def test_a_withdrawal_is_no_new_version(client: Client) -> None:
    first = opened(body=text("约12,000笔受影响。"))
    statement_withdraw(statement=first, body=text("约12,000笔未受影响。"), author=None)
    assert "<ins>" not in client.get(path_of(first)).content.decode()


@pytest.mark.django_db
def test_markup_in_a_correction_stays_text(client: Client) -> None:
    first = opened(body=text("约12,000笔<b>受影响</b>。"))
    statement_correct(statement=first, body=text("约14,300笔<b>受影响</b>。"), author=None)
    assert "<b>受影响" not in client.get(path_of(first)).content.decode()
