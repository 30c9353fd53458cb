"""Which compression a reader takes (RFC 9110, 12.5.3)."""

from typing import Final

IDENTITY: Final = "identity"
# By preference, the smallest first; identity is always possible.
OFFERED: Final = ("br", "gzip")


def choose(accepted: str) -> str:
    """`br`, `gzip` or `identity` for an Accept-Encoding header; the greatest weight wins."""
    weights = _weights(accepted)
    everything_else = weights.get("*", 0.0)
    best = max(OFFERED, key=lambda one: weights.get(one, everything_else))
    weight = weights.get(best, everything_else)
    plain = weights.get(IDENTITY, everything_else)
    return best if weight > 0 and weight >= plain else IDENTITY


def _weights(accepted: str) -> dict[str, float]:
    """What the header says of each coding; what cannot be read is left out."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, _mark, parameters = part.partition(";")
        weight = _weight(parameters)
        if weight is not None:
            weights[_name(coding)] = weight
    return weights


def _name(coding: str) -> str:
    name = coding.strip()
    return "gzip" if name == "x-gzip" else name


def _weight(parameters: str) -> float | None:
    """The weight after `q=`; 1 without one, None for what is no weight."""
    for parameter in parameters.split(";"):
        name, _mark, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                weight = float(value)
            except ValueError:
                return None
            return weight if 0 <= weight <= 1 else None
    return 1.0
