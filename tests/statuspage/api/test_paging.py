"""Lists in pages: every row once, whatever the size of the page."""

import pytest

from tests.factories import make_address, make_component, open_incident
from tests.statuspage.api import samples
from tests.statuspage.api.client import Caller

pytestmark = pytest.mark.django_db

ROWS = 5


def _through(api: Caller, path: str, link: str = "next") -> list[dict]:
    """Return the pages from one on, by their links, up to the end."""
    pages = [api.get(path).json()]
    while pages[-1][link]:
        pages.append(api.get(pages[-1][link]).json())
    return pages


@pytest.fixture
def lists(api: Caller) -> dict[str, str]:
    """Five rows in every list, and by which name its rows are known."""
    from notifications.delivery.broadcasts import expand

    for _ in range(ROWS):
        make_address()
        component = make_component()
        api.post("maintenances/", samples.maintenance(component))
        api.post("notices/", samples.notice())
    statement = open_incident(component)
    expand(statement.number)
    for _ in range(ROWS - 1):
        open_incident(component)
    return {
        "incidents/?": "id",
        "maintenances/?": "id",
        "notices/?": "id",
        "components/?": "id",
        "statements/?": "number",
        f"deliveries/?statement={statement.number}&": "id",
    }


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
def test_every_row_is_on_exactly_one_page_of_any_size(api, lists, size):
    for path, name in lists.items():
        whole = [row[name] for row in api.get(path).json()["results"]]
        pages = _through(api, f"{path}limit={size}")
        assert [row[name] for page in pages for row in page["results"]] == whole, path
        assert all(len(page["results"]) <= size for page in pages)


def test_pages_lead_back_as_well(api, lists):
    for path, name in lists.items():
        forward = _through(api, f"{path}limit=2")
        back = [forward[-1]]
        while back[-1]["previous"]:
            back.append(api.get(back[-1]["previous"]).json())
        seen = {row[name] for page in back for row in page["results"]}
        assert seen == {row[name] for page in forward for row in page["results"]}, path


def test_the_first_page_has_nothing_before_and_the_last_nothing_after(api, lists):
    for path in lists:
        pages = _through(api, f"{path}limit=2")
        assert pages[0]["previous"] is None
        assert pages[-1]["next"] is None


def test_an_empty_list_is_one_empty_page(api):
    for path in ["incidents/", "maintenances/", "notices/", "statements/", "components/"]:
        assert api.get(path).json() == {"next": None, "previous": None, "results": []}


def test_a_list_costs_the_same_number_of_queries_however_long_it_is(
    api, lists, django_assert_max_num_queries
):
    for path in lists:
        with django_assert_max_num_queries(8):
            api.get(path)
