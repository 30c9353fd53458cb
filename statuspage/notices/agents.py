"""Agents in what is published: keyed hashes in place of their codes."""

from collections.abc import Mapping
from typing import Any, Final

from django.conf import settings

from statuspage.lib.keyed_hash import keyed_hash
from statuspage.notices.audience import AGENT_KEYS, ancestry

# 64 bits: there are some thousand agents, and the key keeps their codes from being guessed.
DIGITS: Final = 16
PURPOSE: Final = "agent\x1f"


def agent_key(code: str) -> str:
    """Return what stands for an agent's code path in the public log; 16 hexadecimal digits."""
    return keyed_hash(settings.TRANSACTION_KEY, PURPOSE + code).hex()[:DIGITS]


def agent_keys(code: str) -> list[str]:
    """Return the keys of an agent's code path and of the agents above it; none for no code.

    Whoever has one of them belongs to the audience that names it.
    """
    return [agent_key(one) for one in ancestry(code)]


def public_audience(audience: Mapping[str, Any]) -> dict[str, Any]:
    """Return an audience as it is published: who an operator's agents are is its secret."""
    said = {name: value for name, value in audience.items() if name != "agent_codes"}
    codes = audience.get("agent_codes")
    return {**said, AGENT_KEYS: sorted(map(agent_key, codes))} if codes else said
