"""Drafts in a browser: a closed tab, a phone put away, two people at one incident; and axe."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Visitor
from tests.browser.desk import an_incident, check, console, publish, statements_saying, write
from tests.product import Product, eventually
from tests.tools.axe import COLOURS, violations

Enter = Callable[..., Visitor]
DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
# Colours are all that the dark theme changes.
RULES = {"light": {}, "dark": COLOURS}
PAGES = (
    "",
    "drafts/",
    "reviews/",
    "components/",
    "subscribers/",
    "subscribers/import/",
    "signals/",
    "account/",
    "tokens/",
    "audit/",
    "incidents/backfill/",
    "incidents/compose/?template=1",
    "maintenances/calendar/",
    "maintenances/recurring/new/",
)


def go_on(product: Product, page: Page, name: str) -> None:
    """From the list of drafts back to the form."""
    page.goto(console(product, "drafts/"))
    page.get_by_role("link", name=name, exact=True).click()


def test_a_closed_tab_loses_nothing(product: Product, enter: Enter) -> None:
    someone = enter(viewport=DESK)
    first = someone.page()
    first.goto(console(product, "incidents/compose/"))
    write(first, "草稿还在", field="name")
    write(first, "关掉标签页之前写的。")
    # The preview that shows the text is the request that saves it.
    expect(first.locator("#preview .entry-body").first).to_contain_text("关掉标签页之前写的。")
    expect(first.locator("#saved")).to_be_visible()
    first.close()
    second = someone.page()
    go_on(product, second, "草稿还在")
    expect(second.locator("[name=body_zh]")).to_have_value("关掉标签页之前写的。")
    number = publish(second)
    assert statements_saying(product, "关掉标签页之前写的。") == [number]
    second.goto(console(product, "drafts/"))
    expect(second.get_by_role("link", name="草稿还在", exact=True)).to_have_count(0)


def test_the_last_words_before_leaving_are_kept(product: Product, enter: Enter) -> None:
    page = enter(viewport=PHONE).page()
    page.goto(console(product, "incidents/compose/"))
    write(page, "离开也保存", field="name")
    expect(page.locator("#saved")).to_be_visible()
    page.locator("[name=body_zh]").fill("离开前最后一句。")
    page.goto(console(product, "drafts/"))

    def kept() -> str:
        go_on(product, page, "离开也保存")
        return page.locator("[name=body_zh]").input_value()

    # What a page says when it is left may arrive after the questions of the page that follows.
    assert eventually(kept, lambda said: said == "离开前最后一句。") == "离开前最后一句。"


def test_thrown_away_and_fetched_back_by_keyboard_alone(product: Product, enter: Enter) -> None:
    page = enter(viewport=DESK).page()
    page.goto(console(product, "incidents/compose/"))
    write(page, "键盘丢弃", field="name")
    expect(page.locator("#saved")).to_be_visible()
    page.goto(console(product, "drafts/"))
    page.get_by_role("button", name="丢弃 键盘丢弃").focus()
    page.keyboard.press("Enter")
    back = page.get_by_role("button", name="恢复 键盘丢弃")
    expect(back).to_be_visible()
    back.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[name=name_zh]")).to_have_value("键盘丢弃")


def test_two_people_at_one_incident_are_told_while_they_write(
    product: Product, enter: Enter
) -> None:
    path = f"incidents/{an_incident(product, '两人同写')['id']}/"
    author, approver = enter(viewport=DESK).page(), enter("approver", viewport=DESK).page()
    for page in (author, approver):
        page.goto(console(product, path))
    write(author, "撰写人正在写。")
    expect(author.locator("#saved")).to_be_visible()
    write(approver, "审核人也在写。")
    expect(approver.locator("#preview")).to_contain_text(re.compile("author 从.*起也在编辑此内容"))
    check(approver)
    expect(approver.locator("main")).to_contain_text("author")


def test_axe_finds_nothing_on_the_pages_of_the_console(product: Product, enter: Enter) -> None:
    # Without motion colours change at once.
    page = enter("admin", viewport=DESK, reduced_motion="reduce").page()
    incident = an_incident(product, "赏心悦目")
    page.goto(console(product, "incidents/"))
    resolved = page.locator("main a[href*='/console/incidents/']").last.get_attribute("href")
    own = [f"{resolved}{name}/".removeprefix("/console/") for name in ("postmortem", "regulator")]
    found = []
    for path in (*PAGES, *own, f"broadcasts/{incident['statement']}/"):
        answer = page.goto(console(product, path))
        assert answer is not None
        assert answer.ok, path
        for scheme, rules in RULES.items():
            page.emulate_media(color_scheme=scheme)
            found += [f"{path} {scheme} {one}" for one in violations(page, rules)]
    assert found == []
