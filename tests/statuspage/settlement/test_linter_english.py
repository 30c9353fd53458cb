"""English prose is held against calendar and rules as Chinese prose is."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import groupby

import pytest
from django.utils.translation import override
from hypothesis import assume, given
from hypothesis import strategies as st

from statuspage.settlement.linter import lint_prose
from statuspage.settlement.prose import Said, claims_of
from tests.statuspage.settlement.test_linter import NATIONAL, findings, truth

RIGHT = """Dear merchants, by the State Council's notice our settlement over National Day is this.
The holiday is from Wednesday 1 to Wednesday 8 October. 28 September (Sunday) and 11 October
(Saturday) are working days.
T+1: transactions from 30 September to 8 October arrive on 9 October.
D+1 and instant payout go on as always. The first day after the holiday, 9 October, may be slow.
Questions? Call us from 9:00 to 18:00; we answer within 2 working days.
"""


def test_a_right_notice_has_no_findings():
    assert findings(RIGHT.replace("\n(", " (")) == []


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ("from 30 September to", "from 1 October to", "No arrival is given for transactions of 30"),
        ("to 8 October arrive", "to 7 October arrive", "No arrival is given for transactions of 8"),
        ("arrive on 9 October", "arrive on 8 October", "arrive on 9 Oct (Thursday) by calendar"),
        ("arrive on 9 October", "arrive on Oct 10th", "arrive on 9 Oct (Thursday) by calendar"),
        ("September (Sunday)", "September (Monday)", "28 Sep is a Sunday; the text says otherwise"),
        ("28 September (Sunday) and ", "", "does not say that 28 Sep (Sunday) is worked"),
        ("to Wednesday 8 October.", "to 7 October.", "leaves out 8 Oct (Wednesday), which belongs"),
        ("to Wednesday 8 October.", "to 9 October.", "calls 9 Oct (Thursday) a holiday; by the"),
        (
            "11 October\n(Saturday)",
            "12 October",
            "calls 12 Oct (Sunday) a workday; by the calendar",
        ),
        ("D+1 and instant", "Nothing settles on 9 October. Instant", "nothing settles on 9 Oct"),
        ("from 30 September", "from 31 September", "There is no such date: 31 Sep."),
        ("arrive on 9 October", "arrive on 9/10/2025", "9/10/2025 can be read as two dates"),
        ("T+1:", "T+3:", "No rule in force has the cycle T+3."),
        (
            "arrive on 9 October.",
            "arrive on 9 October. Transactions of 1 October arrive on 9 October.",
            "More than one arrival is given for transactions of 1 Oct",
        ),
    ],
)
def test_what_is_wrong_or_forgotten_is_said(right, wrong, finding):
    assert right in RIGHT
    found = findings(RIGHT.replace(right, wrong).replace("\n(", " ("))
    assert any(finding in one for one in found), found


@pytest.mark.parametrize(
    "text",
    [
        "Transactions from 30 September to 7 October arrive on 8 October",
        "Transactions between Sept. 30 and Oct. 7 are paid out on Oct. 8",
        "Sept 30 – Oct 7: Oct 8",
        "Sep 30th - Oct 7th, 2025 | October 8th",
        "2025-09-30 to 2025-10-07 arrive on 2025-10-08",
        "On Wednesday 8 October we pay out payments of 30 September until 7 October 2025",
        "Takings from Tue, 30 Sep through Tue, 7 Oct reach your account on Wed, 8 Oct",
        "THE TRANSACTIONS OF THE 30TH OF SEPTEMBER TO THE 7TH OF OCTOBER ARE SETTLED ON 8 OCTOBER",
    ],
)
def test_a_claim_is_read_in_every_way_to_write_it(text):
    (one,) = claims_of(text, 2025).arrivals
    assert (one.first, one.last) == (date(2025, 9, 30), date(2025, 10, 7))
    assert one.arrival == date(2025, 10, 8)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("The holiday is from 1 to 3 October", 3),
        ("Public holidays: October 1-3", 3),
        ("1, 2 and 3 October are days off", 3),
        ("From 2025-10-01 until 2025-10-03 is a holiday", 3),
        ("The break lasts from 30 December to 2 January 2026", 4),
        ("The first working day after the holiday, 9 October, may be slow", 0),
        ("During the holidays of 1 to 3 October call the hotline", 0),
    ],
)
def test_days_of_rest_are_read_before_and_after_their_word(text, days):
    assert len(claims_of(text, 2025).said(Said.RESTS)) == days


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nothing to do.",
        "T+1, 3 working days, from 10:30, 1.00%, 100,000 yuan, 24/7.",
        "Your terminal may 9 times out of ten be reached.",
        "National Day 2025",
        "Transactions after 23:00 on 8 October arrive on 10 October.",
    ],
)
def test_a_text_without_dates_of_its_own_claims_nothing(text):
    claims = claims_of(text, 2025)
    assert (claims.days, claims.arrivals, claims.impossible) == ([], [], [])


def test_both_languages_in_one_text_are_each_read():
    text = "9月30日至10月8日的交易,10月9日到账。\nTransactions of 9 October arrive on 10 October.\n"
    assert [one.arrival.day for one in claims_of(text, 2025).arrivals] == [9, 10]


def test_iso_dates_are_read_in_chinese_too():
    (one,) = claims_of("2025-09-30至2025-10-08的交易,2025/10/9到账。", 2025).arrivals
    assert (one.first.day, one.last.day, one.arrival.day) == (30, 8, 9)


WAYS: list[Callable[[date], str]] = [
    lambda day: f"{day.day} {day:%B}",
    lambda day: f"{day:%B} {day.day}",
    lambda day: f"{day:%b}. {day.day}",
    lambda day: f"{day.day} {day:%b} {day.year}",
    lambda day: f"{day:%b} {day.day}, {day.year}",
    lambda day: day.isoformat(),
    lambda day: f"{day:%A} {day.day} {day:%B}",
    lambda day: f"{day.day} {day:%B} ({day:%A})",
    lambda day: f"{day:%a}, {day.day} {day:%b}",
]
SENTENCES = [
    "Transactions from {first} to {last} arrive on {arrival}.",
    "Transactions between {first} and {last} are paid out on {arrival}.",
    "Payments of {first} – {last} reach your account on {arrival}.",
    "On {arrival} we pay out transactions of {first} to {last}.",
    "{first} - {last}: {arrival}",
]
Row = tuple[date, date, date]


def stretches() -> list[Row]:
    """The right schedule, T+1, transactions that arrive together drawn together."""
    arrivals = truth().arrivals["T+1"]
    rows = []
    for arrival, days in groupby(sorted(arrivals), key=lambda day: arrivals[day]):
        found = list(days)
        rows.append((found[0], found[-1], arrival))
    return rows


def written(rows: list[Row], way: Callable[[date], str], sentence: str) -> str:
    lines = [
        sentence.format(first=way(first), last=way(last), arrival=way(arrival))
        for first, last, arrival in rows
    ]
    return "T+1\n" + "\n".join(lines)


@given(st.sampled_from(WAYS), st.sampled_from(SENTENCES), st.permutations(stretches()))
def test_prose_from_a_right_schedule_passes(way, sentence, rows):
    assert findings(written(rows, way, sentence)) == []


ERRORS: dict[str, Callable[[Row], list[Row]]] = {
    "late": lambda row: [(row[0], row[1], row[2] + timedelta(days=1))],
    "early": lambda row: [(row[0], row[1], row[2] - timedelta(days=1))],
    "left out": lambda row: [],
    "doubled": lambda row: [row, row],
}


@given(
    st.sampled_from(WAYS),
    st.sampled_from(SENTENCES),
    st.sampled_from(range(len(stretches()))),
    st.sampled_from(sorted(ERRORS)),
)
def test_prose_with_one_mistake_is_refused_and_the_date_named(way, sentence, number, error):
    rows = stretches()
    row = rows[number]
    # Prose need not speak of ordinary days beside the holiday.
    assume(error != "left out" or (row[0] <= NATIONAL.last and row[1] >= NATIONAL.first))
    found = findings(
        written([*rows[:number], *ERRORS[error](row), *rows[number + 1 :]], way, sentence)
    )
    assert any(f"{row[0].day} {row[0]:%b}" in one for one in found), found


@given(st.sampled_from(WAYS), st.booleans())
def test_a_holiday_one_day_short_or_long_is_refused(way, short):
    last = NATIONAL.last + timedelta(days=-1 if short else 1)
    text = f"The holiday is from {way(NATIONAL.first)} to {way(last)}."
    (found, _make_up) = findings(text)
    assert ("leaves out 8 Oct" if short else "calls 9 Oct (Thursday) a holiday") in found


PARTS = """Transactions |from |to |between |and |30 |31 |September |Oct. |Sept 3 |2025-10-01|arrive
2025-13-40|on |holiday |is a |T+1|D+0|, |; |. |–|(Wednesday)|working days |no settlement |
99/99/2025|those |1st |0 |may |May """


@given(st.lists(st.sampled_from(PARTS.split("|")), max_size=25))
def test_no_text_breaks_the_linter(parts):
    with override("en"):
        assert all(isinstance(one, str) for one in lint_prose("".join(parts), truth()))
