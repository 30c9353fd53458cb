"""Every status has its icon, its colours, and enough contrast to be read."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.conf import settings

from statuspage.components.statuses import ComponentStatus, Impact, Indicator
from statuspage.incidents.lifecycle import IncidentStatus, MaintenanceStatus
from statuspage.pages.badge import COLOURS, ICONS, INDICATOR_TONE, icon
from statuspage.pages.timeline import ANSWERS

BASE = Path(settings.BASE_DIR)
SPRITE = (BASE / "templates/pages/parts/sprite.svg").read_text(encoding="utf-8")
CONTROLS = (BASE / "static/css/controls.css").read_text(encoding="utf-8")
TOKENS = (BASE / "static/css/tokens.css").read_text(encoding="utf-8")
SHEETS = sorted((BASE / "static/css").glob("*.css"))
OUR_TEMPLATES = [BASE / "templates/base.html", *sorted((BASE / "templates/pages").rglob("*.html"))]

STATUSES = [
    str(status)
    for kind in (ComponentStatus, IncidentStatus, MaintenanceStatus, Impact, Indicator)
    for status in kind
]
TONES = ("ok", "degraded", "partial", "major", "maintenance")


def test_every_status_has_an_icon_that_is_drawn() -> None:
    for status in (*STATUSES, *ANSWERS):
        assert status in ICONS
        assert f'id="icon-{icon(status)}"' in SPRITE, status


def test_what_has_no_icon_gets_the_plain_one() -> None:
    assert f'id="icon-{icon("something new")}"' in SPRITE


def test_every_status_has_its_colours() -> None:
    missing = [one for one in STATUSES if one != "none" and f".badge-{one}" not in CONTROLS]
    assert missing == []


@pytest.mark.parametrize("indicator", Indicator)
def test_every_indicator_has_a_tone_and_a_badge(indicator: Indicator) -> None:
    assert INDICATOR_TONE[indicator] in ComponentStatus.values
    assert indicator in COLOURS


def test_every_icon_a_template_names_is_drawn() -> None:
    for template in OUR_TEMPLATES:
        for name in re.findall(r'href="#icon-([a-z]+)"', template.read_text(encoding="utf-8")):
            assert f'id="icon-{name}"' in SPRITE, (template.name, name)


def _palette(css: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", css))


LIGHT = _palette(TOKENS.partition("@media")[0])
DARK = LIGHT | _palette(TOKENS.partition("@media")[2])


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


TEXT = [
    *product(("ink", "ink-soft", "ink-faint"), ("paper", "surface", "sunken")),
    *product(("accent", "major"), ("paper", "surface")),
    *((tone, f"{tone}-soft") for tone in TONES),
    *(("ink", f"{tone}-soft") for tone in TONES),
    *(("ink-soft", f"{tone}-soft") for tone in TONES),
    ("ink", "accent-soft"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("ok", "surface"),
]
MARKS = [*(f"{tone}-mark" for tone in TONES), "line-strong", "accent"]
each_palette = pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])


@each_palette
def test_text_can_be_read(palette: dict[str, str]) -> None:
    faint = [pair for pair in TEXT if contrast(*(palette[one] for one in pair)) < 4.5]
    assert faint == []


@each_palette
def test_what_is_not_text_can_be_seen(palette: dict[str, str]) -> None:
    assert [one for one in MARKS if contrast(palette[one], palette["surface"]) < 3] == []


@pytest.mark.parametrize("colour", COLOURS.values())
def test_the_badges_white_text_can_be_read(colour: str) -> None:
    assert contrast("#ffffff", colour) >= 4.5


def test_no_template_has_an_inline_style_script_or_foreign_address(
    subtests: pytest.Subtests,
) -> None:
    for template in OUR_TEMPLATES:
        with subtests.test(template=template.name):
            html = template.read_text(encoding="utf-8")
            assert not re.search(r"<style|\sstyle=|\son[a-z]+=", html)
            assert not re.search(r'<script(?![^>]*\ssrc=)(?! type="application/ld\+json">)', html)
            # What the law has in the footer: a link to the register, which loads nothing.
            foreign = set(re.findall(r"(?:src|href)=\"((?:https?:)?//[^/\"]*)", html))
            assert foreign <= {"https://beian.miit.gov.cn", "https://beian.mps.gov.cn"}
            assert not re.search(r"(?:src=|<link[^>]*href=)\"(?:https?:)?//", html)


def test_no_sheet_asks_another_host() -> None:
    foreign = re.compile(r"url\((?!['\"]?(?:data:|\.\./|/static/))|@import")
    asking = [one.name for one in SHEETS if foreign.search(one.read_text(encoding="utf-8"))]
    assert asking == []


def test_the_type_is_set_for_chinese() -> None:
    for family in ("PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"):
        assert family in TOKENS
    base = (BASE / "static/css/base.css").read_text(encoding="utf-8")
    height = re.search(r":lang\(zh\) \{\s*line-height: ([\d.]+);", base)
    assert height
    assert float(height[1]) >= 1.6
