"""The texts that the clouds have approved, are reviewing, or have refused."""

import re
import secrets
import time
from collections.abc import Iterator
from typing import Final

from sandbox.simulator.core import Core
from sandbox.simulator.store import JsonObject, Provider, Table

IN_REVIEW, APPROVED, REFUSED = "in_review", "approved", "refused"
STATES: Final = frozenset({IN_REVIEW, APPROVED, REFUSED})
# What reviewers do not let through: signature brackets, signs that carriers garble, and texts that
# are almost only variables.
SIGNS: Final = re.compile("[【】\u00a5\uffe5★☆]")
LEAST_WORDS: Final = 6


def add(
    core: Core, provider: Provider, name: str, text: str, *, abroad: bool, rule: JsonObject
) -> str:
    """Take a template for review; return its id."""
    number = secrets.randbelow(9 * 10**8) + 10**8
    code = f"SMS_{number}" if provider == Provider.ALIYUN else str(number)
    row = {
        "provider": provider,
        "id": code,
        "name": name,
        "text": text,
        "abroad": abroad,
        "rule": rule,
        "state": IN_REVIEW,
        "reason": "",
        "at": time.time(),
    }
    core.store.put(Table.TEMPLATES, key_of(provider, code), row)
    return code


def find(core: Core, provider: Provider, code: str) -> JsonObject | None:
    """Return a template by its id; those of the settings are approved."""
    return next((one for one in every(core, provider) if one["id"] == code), None)


def every(core: Core, provider: Provider) -> Iterator[JsonObject]:
    """Yield every template of a provider, newest first, and those of the settings."""
    rows = core.store.tables[Table.TEMPLATES].values()
    yield from reversed([one for one in rows if one["provider"] == provider])
    for row in getattr(core.settings, f"{provider}_templates"):
        code, _, text = row.partition("=")
        yield {
            "provider": provider,
            "id": code,
            "name": code,
            "text": text,
            "abroad": False,
            "both": True,
            "rule": {},
            "state": APPROVED,
            "reason": "",
            "at": 0.0,
        }


def suits(row: JsonObject, *, abroad: bool) -> bool:
    """Return whether a template is for a number abroad, or at home; those of the settings are."""
    return bool(row.get("both") or row["abroad"] == abroad)


def review(core: Core, provider: Provider, code: str, state: str, reason: str) -> None:
    """Have a reviewer decide.

    Raises:
        ValueError: there is no such template, or no such state.
    """
    row = core.store.tables[Table.TEMPLATES].get(key_of(provider, code))
    if row is None or state not in STATES:
        raise ValueError("there is no such template or state")
    core.store.put(
        Table.TEMPLATES, key_of(provider, code), {**row, "state": state, "reason": reason}
    )


def fault_of(text: str, variable: re.Pattern[str]) -> str:
    """Return why reviewers refuse a text, or nothing."""
    if SIGNS.search(text):
        return "模板内容含有不支持的符号"
    if len(re.sub(r"[\W\d_]", "", variable.sub("", text))) < LEAST_WORDS:
        return "不支持全变量模板，请补充固定内容"
    return ""


def key_of(provider: Provider, code: str) -> str:
    """Return the key of a template's row."""
    return f"{provider}:{code}"
