"""What axe finds on a page in a browser."""

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
EVERYTHING: Final = {"runOnly": {"type": "tag", "values": TAGS}}
# Zoomed or dark, the same elements have other colours and other places.
LOOKS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast", "target-size"]}}
COLOURS: Final = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


def violations(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return each element that breaks a rule, after the rule's name."""
    found = Axe().run(page, options={**rules, "resultTypes": ["violations"]})
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]
