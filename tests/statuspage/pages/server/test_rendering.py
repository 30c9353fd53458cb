"""What a statement, the clock or a changed name makes new, and at what price."""

import re
import threading
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notifications.delivery.models import Broadcast
from statuspage.components.models import Component
from statuspage.pages.models import Edition, Snapshot
from statuspage.pages.rendering import due, internal, services
from statuspage.pages.rendering.services import RenderResult, render_due, render_soon, take_over
from statuspage.pages.snapshots import store
from statuspage.pages.views import NOTICES_A_PAGE
from statuspage.statements.models import Checkpoint, Cosignature
from statuspage.statements.services import statement_correct, statement_withdraw
from tests.factories import make_component, text
from tests.statuspage.notices import samples
from tests.statuspage.pages.server.site import Site
from tests.statuspage.pages.story import (
    NOW,
    ago,
    ahead,
    noticed,
    opened,
    path_of,
    resolved,
    scheduled,
    updated,
)

# For all that one statement changes, in both languages: pages, feeds and the API.
MOST_QUERIES = 43
MONTHS = ("2024-11", "2024-12", "2025-01")


def editions() -> dict[str, int]:
    """In which edition each address was made as it now is."""
    return dict(Snapshot.objects.values_list("key", "edition"))


def test_the_first_rendering_makes_every_page_there_is(site: Site) -> None:
    said = [opened(), scheduled(), noticed()]
    site.render()
    expected = {*due.shared_pages(), *(path_of(one, code) for one in said for code in ("en", "zh"))}
    assert expected <= site.memory.pages.keys()
    assert "/history/?month=2025-02" in site.memory.pages
    assert site.memory.head == 3


def test_a_statement_is_on_page_and_api_in_one_edition(site: Site) -> None:
    first = opened()
    site.render()
    before = editions()
    updated(first, body=text("找到原因了", "The cause is known"))
    assert site.render() is RenderResult.DONE
    for address in (
        "/en/",
        path_of(first),
        "/api/v2/summary.json?lang=en",
        "/history.atom?lang=en",
    ):
        assert "The cause is known" in site.get(address).text, address
        assert editions()[address] == before[address] + 1


def test_pages_that_a_statement_does_not_concern_stay_as_they_are(site: Site) -> None:
    old, other = resolved(opened()), noticed()
    site.render()
    before = {path: site.get(path).headers["etag"] for path in (path_of(old), path_of(other))}
    opened()
    with CaptureQueriesContext(connection) as queries:
        render_due()
    wrote = [one["sql"] for one in queries if "INSERT INTO" in one["sql"]]
    assert path_of(old) not in "".join(wrote)
    site.render()
    assert before == {path: site.get(path).headers["etag"] for path in before}


def test_later_pages_of_lists_are_kept_as_far_as_there_are_any(site: Site) -> None:
    said = [noticed() for _ in range(NOTICES_A_PAGE + 1)]
    site.render()
    oldest, moved = (f'href="{path_of(one)}' for one in said[:2])
    second = site.get("/en/notices/?page=2")
    assert oldest in second.text
    assert moved not in second.text
    assert {"/notices/?page=3", "/log/?page=2"}.isdisjoint(site.memory.pages)
    noticed()
    site.render()
    assert moved in site.get("/en/notices/?page=2").text
    assert list(due.leaves("pages:notices", 450, 50))[-1] == "/en/notices/?page=5"


def test_what_an_older_version_kept_and_ours_does_not_is_gone(site: Site) -> None:
    noticed()
    site.render()
    [kept] = Snapshot.objects.filter(key="/log/")
    kept.key = "/log/?page=2"
    kept.save(force_insert=True)
    Edition.objects.update(code="of an older version", reference="")
    take_over()
    site.render()
    assert not Snapshot.objects.filter(key="/log/?page=2").exists()
    assert Snapshot.objects.filter(key="/log/").exists()


def test_a_payment_shows_on_the_page_of_what_it_pays(site: Site) -> None:
    promise = samples.publish("fee_waiver")
    site.render()
    before = site.get(path_of(promise)).text
    paid = {"of": promise.subject_id, "amount": "40000.00", "paid_on": "2025-02-20"}
    samples.publish("payout_progress", paid)
    site.render()
    assert site.get(path_of(promise)).text != before
    assert "40,000" in site.get(path_of(promise)).text


def test_nothing_is_done_while_nothing_happens(site: Site) -> None:
    opened()
    site.render()
    assert render_due() is RenderResult.NOTHING
    number = Edition.objects.get().number
    # A minute later it is looked at again, and what is the same is not stored.
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        assert render_due() is RenderResult.DONE
        assert Edition.objects.get().number <= number + 1


def test_a_promise_that_is_broken_shows_within_a_minute(site: Site) -> None:
    statement = opened(next_update_by=ahead(minutes=1))
    site.render()
    etag = site.get(path_of(statement)).headers["etag"]
    assert "is overdue" not in site.get(path_of(statement)).text
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        site.render()
    assert "is overdue" in site.get(path_of(statement)).text
    assert site.get(path_of(statement)).headers["etag"] != etag


def test_a_component_that_is_hidden_leaves_every_page(site: Site) -> None:
    component = make_component("内部对账", "Back office")
    statement = resolved(opened(component))
    site.render()
    assert "Back office" in site.get(path_of(statement)).text
    component.visible = False
    component.save()
    site.render()
    for page in site.memory.pages.values():
        assert "Back office" not in page.body.decode(), page.key
        assert "内部对账" not in page.body.decode(), page.key


def test_a_page_that_depends_on_a_person_is_never_kept(
    site: Site, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The form for subscribing carries a token, and sets a cookie.
    monkeypatch.setitem(due.PAGES, "subscribers:subscribe", due.EVERY)
    opened()
    site.render()
    assert not [key for key in site.memory.pages if "subscribe" in key]
    assert "/en/" in site.memory.pages


def test_an_unpublished_statement_is_nowhere(site: Site) -> None:
    opened()
    site.render()
    with transaction.atomic():
        opened(name=text("没有说出口", "Never said"))
        transaction.set_rollback(True)
    site.render()
    assert not [one for one in site.memory.pages.values() if "Never said" in one.body.decode()]


def test_a_withdrawal_is_on_every_page_that_showed_the_text(site: Site) -> None:
    statement = noticed()
    site.render()
    statement_withdraw(statement=statement, body=text("说错了", "We were wrong"), author=None)
    site.render()
    assert "We were wrong" in site.get(path_of(statement)).text
    assert "We were wrong" in site.get("/feed.json?lang=en").text


def test_two_renderers_do_not_render_twice(site: Site) -> None:
    opened()
    found: list[RenderResult] = []

    def other() -> None:
        found.append(render_due())
        connection.close()

    with transaction.atomic():
        assert store.alone()
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert found == [RenderResult.BUSY]
    assert render_due() is not RenderResult.BUSY


def test_a_rendering_that_fails_leaves_the_edition_before(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened()
    site.render()
    before = editions()
    updated(first)
    calls = iter(range(5))
    real = internal.rendered

    def dies(key: str) -> object:
        next(calls)  # StopIteration at the sixth page
        return real(key)

    monkeypatch.setattr(services, "rendered", dies)
    with pytest.raises((StopIteration, RuntimeError)):
        render_due()
    assert editions() == before
    monkeypatch.undo()
    site.render()
    assert site.memory.head == 2


def test_a_process_of_an_older_version_leaves_the_rest_to_the_newer(site: Site) -> None:
    first = opened()
    site.render()
    Edition.objects.update(code="of a newer version", reference="")
    assert render_due() is RenderResult.DONE
    updated(first, body=text("还在查", "Still looking"))
    site.render()
    assert "Still looking" in site.get("/en/").text


def test_the_price_of_a_statement_does_not_grow_with_the_history(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    # How many later pages of lists are kept is bounded by itself.
    monkeypatch.setattr(due, "KEPT_LEAVES", 1)
    first = opened()
    years(range(4))
    site.render()
    updated(first)
    with CaptureQueriesContext(connection) as few:
        assert render_due() is RenderResult.DONE
    years(range(4, 12))
    site.render()
    updated(first, "monitoring")
    with CaptureQueriesContext(connection) as many:
        assert render_due() is RenderResult.DONE
    assert len(few) == len(many) <= MOST_QUERIES


def test_a_cosignature_that_comes_later_is_on_the_served_checkpoint_at_once(site: Site) -> None:
    opened()
    site.render()
    newest = Checkpoint.objects.get()
    line = "— witness.example/w1 AAAA\n"
    word = {"size": newest.size, "root": newest.root, "line": line, "cosigned_at": NOW}
    Cosignature.objects.create(witness="witness.example/w1", **word)
    assert site.render() is RenderResult.NOTHING
    render_soon()
    assert site.render() is RenderResult.DONE
    assert site.get("/log/checkpoint").text == newest.note + line


def years(months: range) -> None:
    """A resolved incident of another component, and a maintenance, in each of some months."""
    for month in months:
        days = 31 * month + 1
        old = opened(make_component(f"部件{month}"), published_at=ago(days=days, hours=2))
        updated(old, published_at=ago(days=days, hours=1))
        resolved(old, published_at=ago(days=days))
        scheduled(scheduled_for=ahead(days=month + 1))
        noticed(published_at=ago(days=days))


def test_page_and_api_agree_in_every_edition_while_several_publish(site: Site) -> None:
    component = make_component()
    make_component("别的", "Other")
    site.render()
    threads = [threading.Thread(target=publish, args=(component, one)) for one in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        look(site)
    for thread in threads:
        thread.join()
    assert look(site) == {f"Late {one}.{part}" for one in range(4) for part in range(3)}


def publish(component: Component, one: int) -> None:
    """Three incidents of one publisher."""
    for part in range(3):
        opened(component, name=text(f"延迟{one}", f"Late {one}.{part}"))
    connection.close()


def look(site: Site) -> set[str]:
    """Return what the next edition names; page, feed and API must name the same."""
    site.render()
    addresses = ("/en/", "/api/v2/summary.json?lang=en", "/history.rss?lang=en")
    page, api, feed = (set(re.findall(r"Late \d\.\d", site.get(one).text)) for one in addresses)
    assert page == api == feed
    return page


def test_every_snapshot_is_listed_in_the_sitemap_or_is_for_machines(site: Site) -> None:
    said = [opened(), scheduled(), noticed()]
    site.render()
    listed = set(
        re.findall(r"<loc>http://127.0.0.1:8000(.*?)</loc>", site.get("/sitemap.xml").text)
    )
    for one in said:
        assert {path_of(one), path_of(one, "zh")} <= listed & site.memory.pages.keys()


def test_no_page_of_a_month_is_stale_after_answers(site: Site) -> None:
    component = make_component(start_date=date(2024, 10, 1))
    first = opened(component, published_at=ago(days=40))  # in January
    over = resolved(first, published_at=ago(days=39))

    def shown(month: str) -> tuple[bool, bool]:
        """Whether the month's pages, as they are kept, tell of the incident and the outage."""
        site.render()
        found = [site.get(f"/en/{view}/?month={month}").text for view in ("history", "uptime")]
        return "T+1 payouts are late" in found[0], "100% available" not in found[1]

    assert [shown(one) for one in MONTHS] == [(False, False), (False, False), (True, True)]
    corrected = statement_correct(statement=first, started_at=ago(days=100), author=None)
    assert [shown(one) for one in MONTHS] == [(True, True), (False, True), (False, True)]
    statement_withdraw(statement=corrected, body=text("说错了"), author=None)
    assert [shown(one) for one in MONTHS] == [(False, False), (False, False), (True, True)]
    statement_withdraw(statement=over, body=text("说错了"), author=None)
    statement_withdraw(statement=first, body=text("说错了"), author=None)
    assert [shown(one) for one in MONTHS] == [(False, False), (False, False), (True, False)]


def test_lists_of_notices_follow_a_corrected_headline_at_once(site: Site) -> None:
    first = opened()
    for _one in range(NOTICES_A_PAGE + 1):
        noticed(incident_id=first.subject_id)
    site.render()
    statement_correct(statement=first, name=text("改过", "Now it is another"), author=None)
    site.render()
    for address in ("/en/notices/", "/en/notices/?page=2"):
        assert "Now it is another" in site.get(address).text


def test_each_language_says_in_its_own_words_how_many_were_told(site: Site) -> None:
    first = opened()
    Broadcast.objects.filter(pk=first.pk).update(told={"email": 3})
    site.render()
    assert "3 by e-mail" in site.get(path_of(first, "en")).text
    assert "电子邮件 3 封" in site.get(path_of(first, "zh")).text
