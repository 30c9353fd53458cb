"""Rules that hold of any text, any list and any history."""

import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from sandbox.simulator.segments import segments
from sandbox.simulator.store import Message, Provider, Store, Table
from sandbox.simulator.twilio_callbacks import signature
from sandbox.simulator.twilio_list import list_page

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)
NUMBERS = st.sampled_from(["+8613800001234", "+8613900005678", "+12025550123"])


def message(number: int, to: str = "+8613800001234", body: str = "x") -> Message:
    return Message(f"SM{number}", Provider.TWILIO, to, "+15005550006", body, "delivered")


@settings(deadline=None)  # a busy machine may take its time
@given(TEXTS)
def test_parts_are_enough_and_not_one_too_many(text: str) -> None:
    units = len(text.encode("utf-16-le")) // 2
    # GSM-7 packs at most 160 in a part, UCS-2 at least 66 (one unit may stay empty at each end).
    assert -(-len(text) // 160) <= segments(text)
    assert segments(text) <= max(1, -(-units // 66))


@settings(deadline=None)  # a busy machine may take its time
@given(
    st.dictionaries(st.from_regex(r"[A-Za-z]{1,12}", fullmatch=True), TEXTS, max_size=8),
    st.from_regex(
        r"http://127\.0\.0\.1:[1-9][0-9]{3}/[a-z/]{0,20}(\?[a-z]=[0-9]{1,3})?", fullmatch=True
    ),
)
def test_signatures_are_twilios(parameters: dict[str, str], url: str) -> None:
    expected = RequestValidator("token").compute_signature(url, parameters)
    assert signature("token", url, parameters) == expected


@settings(deadline=None)  # a busy machine may take its time
@given(st.integers(0, 30), st.integers(1, 12))
def test_pages_of_any_size_join_to_the_whole_list(count: int, size: int) -> None:
    rows = [message(number) for number in range(count)]
    found: list[str] = []
    query: dict[str, str] | None = {"PageSize": str(size)}
    while query is not None:
        page: dict[str, Any] = list_page(query, "/path", reversed(rows))
        assert len(page["messages"]) <= size
        assert page["end"] - page["start"] == max(len(page["messages"]) - 1, 0)
        found += [one.sid for one in page["messages"]]
        query = query_of(page["next_page_uri"])
    assert found == [row.sid for row in reversed(rows)]


@settings(deadline=None)  # a busy machine may take its time
@given(st.lists(st.tuples(st.sampled_from(["add", "sent", "opt", "drop", "note"]), NUMBERS, TEXTS)))
def test_any_history_comes_back_from_its_journal(history: list[tuple[str, str, str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = Path(folder) / "journal"
        store = Store(journal)
        for number, (deed, phone, text) in enumerate(history):
            live(store, number, deed, phone, text)
        store.close()
        again = Store(journal)
        again.close()
    assert [vars(row) for row in again.messages.values()] == [
        vars(row) for row in store.messages.values()
    ]
    assert again.tables == store.tables
    assert again.notes == store.notes
    assert again.people(Provider.TWILIO) == store.people(Provider.TWILIO)


def live(store: Store, number: int, deed: str, phone: str, text: str) -> None:
    if deed == "add":
        store.add(message(number, phone, text))
    elif deed == "sent" and store.messages:
        store.change(next(iter(store.messages.values())), status=text, sent_at=float(number))
    elif deed == "opt":
        store.put(Table.OPT_OUTS, phone, {"word": text})
    elif deed == "drop":
        store.drop(Table.OPT_OUTS, phone)
    else:
        store.note(text)


def query_of(uri: str | None) -> dict[str, str] | None:
    if uri is None:
        return None
    return dict(pair.split("=", 1) for pair in uri.split("?", 1)[1].split("&"))
